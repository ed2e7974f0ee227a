/* Inside lib/sandbox: the messages between a sandbox, its supervisor and its workers, and the
 * layout of a worker's memory. */
#ifndef SANDBOX_SUPERVISOR_H
#define SANDBOX_SUPERVISOR_H

#include "sandbox/sandbox.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
	SANDBOX_WORKERS_MAXIMUM = 256,
	SANDBOX_CHANNEL_BROKEN = 13, /* exit status of a worker whose channel failed */
};

/* To the supervisor: end the worker of that number, if there is one, and start another if `start`;
 * two descriptors are then attached, the worker's channel and its memory. */
struct supervisor_request {
	int number;
	bool start;
};

/* From the supervisor. */
struct supervisor_response {
	int status;   /* of the ended worker, from waitpid; 0: there was none */
	pid_t worker; /* the started one; 0: none */
	int failure;  /* errno where none could be started */
};

/* To a worker. */
struct worker_request {
	size_t size; /* of the input */
	_Alignas(16) unsigned char request[SANDBOX_MESSAGE_MAXIMUM];
};

/* From a worker, once: whether it could be confined. */
struct worker_startup {
	bool failed;
	struct error error;
};

/* From a worker, for each request. */
struct worker_response {
	size_t size; /* of the output */
	_Alignas(16) unsigned char response[SANDBOX_MESSAGE_MAXIMUM];
};

/* A worker's memory: input, an inaccessible guard page, output. Input ends where the guard page
 * begins. */
struct sandbox_layout {
	size_t input_end, output_start, size;
};
struct sandbox_layout sandbox_layout(const struct sandbox_config *config);

/* The main loop of the supervisor process: serves requests from `control` until `parent` ends. */
_Noreturn void supervisor_run(const struct sandbox_config *config, int control, pid_t parent);

#endif
