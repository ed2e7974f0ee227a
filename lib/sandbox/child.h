/* Runs a task in a child process: for a library that crashes on damaged input, or when memory runs
 * out. */
#ifndef SANDBOX_CHILD_H
#define SANDBOX_CHILD_H

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

/* Returns 0, or -1 with an error. Its results go into shared memory or a file that the caller has
 * opened: it creates none, which the caller, ended by a signal, would not remove. */
typedef int child_task(void *context, struct error *error);

/* Limits of a task on untrusted input. */
struct child_limits {
	size_t memory;    /* bytes that it may allocate */
	unsigned seconds; /* of CPU time */
};

enum { CHILD_DIED = -2, CHILD_NOT_STARTED = -3 };

/* A task that runs. */
struct child {
	pid_t process;
	struct child_result *shared;
	int announcements; /* the reading end of a pipe */
};

/* Starts the task in a forked child, without environment variables and without standard error. With
 * `limits` (NULL: none) the child has no open file either, opens none, and is confined
 * (sandbox/confine.h): system calls are filtered if the kernel supports that; a program compiled
 * with a sanitizer limits the time alone. The child has the calling thread alone, so no other may
 * hold a lock that the task needs: start it while they are idle. Returns 0, then child_wait() is
 * due; or CHILD_NOT_STARTED, with an error. */
CHECKED int child_start(struct child *child, child_task *task, void *context,
	const struct child_limits *limits, struct error *error);

/* In a task with limits: tells the caller, once, that a first part of the results is in shared
 * memory. */
void child_announce(void);

/* Waits until the task has announced (1) or ended without (0). child_wait() is still due. */
int child_await(const struct child *child);

/* Waits for the child, and returns what the task returned; or CHILD_DIED, without an error, if it
 * crashed, exceeded its time or ended the process. */
CHECKED int child_wait(struct child *child, struct error *error);

/* Both. */
CHECKED int child_run(child_task *task, void *context, const struct child_limits *limits,
	struct error *error);

/* `size` bytes of zeroed shared memory, for a task to write and its caller to read; pages that are
 * not touched use none. NULL without memory. */
void *child_memory(size_t size);
/* Frees it; NULL is allowed. */
void child_memory_free(void *memory, size_t size);

#endif
