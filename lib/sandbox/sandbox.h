/* Sandboxed processes that work on untrusted input.
 *
 * A supervisor process, forked while the program is small and has no threads, forks workers and
 * replaces those that die. A worker is confined (sandbox/confine.h) and gets its input through
 * shared memory: all it can do is respond wrongly. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct sandbox;
struct sandbox_worker;

enum {
	SANDBOX_MESSAGE_MAXIMUM = 16384, /* bytes of a request or a response */
	SANDBOX_OUT_OF_MEMORY = 12, /* exit status (_exit) of a worker that runs out of memory */
};

/* What a worker does: from a request and `size` bytes of input it writes a response and output, and
 * returns the number of bytes of output. Reading past the end of the input crashes at once; so does
 * writing to it. */
typedef size_t sandbox_task(const void *request, const unsigned char *input, size_t size,
	void *response, unsigned char *output);

struct sandbox_config {
	sandbox_task *task;
	const char *name; /* what a worker is: "decoder" */
	size_t request_size, response_size;
	size_t input_maximum, output_maximum; /* bytes; memory is allocated only for what is used */
	size_t memory_maximum;                /* bytes that a worker may allocate */
	int seconds_maximum; /* CPU time of a call; five times as many of wall-clock time */
	int calls_maximum;   /* of a worker, which is then replaced */
};

/* Forks the supervisor and starts a first worker. To be called before the process grows or has
 * threads. `config` is copied, and its name must stay valid. On failure (-1: no seccomp, no memory)
 * *sandbox is NULL. The caller ends it with sandbox_stop; if the process ends without that, its
 * workers end too. */
CHECKED int sandbox_start(struct sandbox **sandbox, const struct sandbox_config *config,
	struct error *error);

/* A worker's output, in shared memory: the worker may still change it. */
struct sandbox_result {
	struct sandbox_worker *worker;
	const unsigned char *output;
	size_t size; /* at most output_maximum */
};

/* Runs the task on a free worker, waiting for one if all are busy; any number of threads may call.
 * On success *response comes from the worker and is untrusted, and the caller ends *result with
 * sandbox_release. A worker that dies is replaced, and the input tried once more. On failure (-1)
 * there is nothing to release, and `error` says how the worker failed on the input `name`: a fault
 * of the object if it killed its worker twice, took too long or too much memory; of the machine if
 * another process killed the worker, none could be started, or there was no memory. */
CHECKED int sandbox_run(struct sandbox *sandbox, const char *name, const void *request,
	const unsigned char *input, size_t size, void *response, struct sandbox_result *result,
	struct error *error);

/* Releases the output and its worker. */
void sandbox_release(struct sandbox *sandbox, struct sandbox_result *result);

/* Ends supervisor and workers and waits for them; NULL is allowed. Not while a call runs. */
void sandbox_stop(struct sandbox *sandbox);

#endif
