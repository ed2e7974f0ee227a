/* A task in a process of its own: for a library that crashes on damaged input, or when memory runs out. */
#ifndef SANDBOX_CHILD_H
#define SANDBOX_CHILD_H

#include "base/error.h"

#include <stddef.h>

/* Returns 0, or -1 with an error. What it is to leave behind it writes into memory that is shared, or into an open file. */
typedef int child_task(void *context, struct error *error);

/* What a task on untrusted input may take. */
struct child_limits {
	size_t memory;    /* bytes that it may allocate */
	unsigned seconds; /* of processor time */
};

enum { CHILD_DIED = -2, CHILD_NONE = -3 };

/* Runs the task in a copy of this process, without environment variables and without standard error, and waits for it; any
 * thread may call. With `limits` (NULL: none) the copy has no open file either, opens none, and can do no more than sandbox/confine.h
 * allows: system calls are filtered where the kernel can do that, and a program compiled with a sanitizer bounds the time
 * alone. Returns what the task returned; CHILD_DIED, without an error, where it crashed, ran over its time or ended the process;
 * CHILD_NONE, with an error, where no process could be had. */
CHECKED int child_run(child_task *task, void *context, const struct child_limits *limits, struct error *error);

/* `size` bytes, all zero, for a task to write and its caller to read; NULL without memory. */
void *child_memory(size_t size);
/* Gives them back; NULL is allowed. */
void child_memory_free(void *memory, size_t size);

#endif
