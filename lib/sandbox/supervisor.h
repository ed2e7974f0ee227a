/* Inside lib/sandbox: what a sandbox and its keeper say to each other, and how a worker's memory lies. */
#ifndef SANDBOX_SUPERVISOR_H
#define SANDBOX_SUPERVISOR_H

#include "sandbox/sandbox.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
	SANDBOX_WORKERS_MAXIMUM = 256,
	SANDBOX_CHANNEL_BROKEN = 13, /* a worker that can no longer be talked to ends with this status */
};

/* To the keeper: end the worker of that number, if there is one, and start another if asked to; two descriptors then come
 * along, the worker's channel and its memory. */
struct sandbox_order {
	int number;
	bool start;
};

/* From the keeper. */
struct sandbox_report {
	int status;   /* how the worker that it ended had ended, as of waitpid; 0: there was none */
	pid_t worker; /* that it started; 0: none, and an errno */
	int failure;
};

/* To a worker. */
struct sandbox_request {
	size_t size; /* of the input */
	_Alignas(16) unsigned char request[SANDBOX_MESSAGE_MAXIMUM];
};

/* From a worker: once when it is confined or could not be, then for each request. */
struct sandbox_hello {
	bool failed;
	struct error error;
};
struct sandbox_answer {
	size_t size; /* of the output */
	_Alignas(16) unsigned char answer[SANDBOX_MESSAGE_MAXIMUM];
};

/* A worker's memory: room for input, a page that may not be touched, room for output. Input ends where that page begins. */
struct sandbox_layout {
	size_t input_end, output_start, size;
};
struct sandbox_layout sandbox_layout(const struct sandbox_work *work);

/* The keeper's life, in a process of its own: takes orders from `control` until `parent` is gone. */
_Noreturn void sandbox_keep(const struct sandbox_work *work, int control, pid_t parent);

#endif
