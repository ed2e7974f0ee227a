/* Work on bytes from strangers, done by processes that can do nothing else.
 *
 * A keeper, forked while the program is small and has no threads, forks workers, and again those that die. A worker is
 * confined (sandbox/confine.h) and handed its work through shared memory: it can give a wrong answer, and no more. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct sandbox;
struct sandbox_worker;

enum {
	SANDBOX_MESSAGE_MAXIMUM = 16384, /* bytes of a request or an answer */
	SANDBOX_OUT_OF_MEMORY = 12, /* a worker whose memory does not suffice ends with this status (_exit) */
};

/* What a worker does, from a request and `size` bytes of input to an answer and the bytes of output that it returns the
 * number of. Reading behind the input crashes at once, so does writing to it. */
typedef size_t sandbox_task(const void *request, const unsigned char *input, size_t size, void *answer,
	unsigned char *output);

struct sandbox_work {
	sandbox_task *task;
	const char *name;              /* what a worker is: "decoder" */
	size_t request_size, answer_size;
	size_t input_maximum, output_maximum; /* bytes; memory is taken only for what is used */
	size_t memory_maximum;         /* bytes that a worker may allocate */
	int seconds_maximum;           /* of processor time that a call may take; five times as many on the wall */
	int calls_maximum;             /* that a worker does before another takes its place */
};

/* Forks the keeper and tries a first worker. To be called before the process grows or has threads. `work` is copied,
 * and its name must stay. On failure (-1: no seccomp, no memory) *sandbox is NULL. The caller ends it with
 * sandbox_stop; where the process ends without, its workers do too. */
CHECKED int sandbox_start(struct sandbox **sandbox, const struct sandbox_work *work, struct error *error);

/* A worker's output, where the worker wrote it, and may still change it. */
struct sandbox_result {
	struct sandbox_worker *worker;
	const unsigned char *output;
	size_t size; /* at most output_maximum */
};

/* Runs the task on a worker that is free, waiting for one where all are busy; any number of threads may call. On success
 * *answer is what the worker said, not to be trusted, and the caller ends *result with sandbox_release. A worker that dies is
 * replaced, and the input tried once more. On failure (-1) there is nothing to release, and `error` says what became of the
 * worker that had the input `name`: a fault of that object where it killed its worker twice, took too long or too much memory;
 * of the machine where the worker was ended from outside, none could be had, or there was no memory to be had. */
CHECKED int sandbox_run(struct sandbox *sandbox, const char *name, const void *request, const unsigned char *input,
	size_t size, void *answer, struct sandbox_result *result, struct error *error);

/* Lets go of the output. */
void sandbox_release(struct sandbox *sandbox, struct sandbox_result *result);

/* Ends keeper and workers and waits for them; NULL is allowed. Not while a call runs. */
void sandbox_stop(struct sandbox *sandbox);

#endif
