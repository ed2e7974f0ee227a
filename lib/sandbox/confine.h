/* Confinement of a process before it works on untrusted input; it cannot be undone. */
#ifndef SANDBOX_CONFINE_H
#define SANDBOX_CONFINE_H

#include "base/error.h"

#include <stddef.h>

/* 0 in a program compiled with a sanitizer, which reserves terabytes of address space and makes
 * system calls of its own: such a program works unconfined. */
#if defined __has_feature
#define CONFINE_POSSIBLE (!__has_feature(address_sanitizer))
#elif defined __SANITIZE_ADDRESS__
#define CONFINE_POSSIBLE 0
#else
#define CONFINE_POSSIBLE 1
#endif

/* Closes every descriptor but `descriptor`, which becomes descriptor 0. Returns 0, or -1 with
 * errno. */
CHECKED int confine_descriptors(int descriptor);

/* Limits the calling process, of one thread, to computing and using what is open: `memory` more
 * bytes of address space than it has, `seconds` of CPU time in all, no files, no core dump. A
 * seccomp filter allows the system calls that read, write, allocate and free memory that holds no
 * code, get the time, and exit; opening a file fails with EPERM, as libraries may try that, and any
 * other call kills the process (SIGSYS). Cannot be undone. On failure (-1) part of it may be in
 * effect, and the process should exit. */
CHECKED int confine(size_t memory, unsigned seconds, struct error *error);

/* Its two halves, in this order: resource limits, then the filter of system calls. */
CHECKED int confine_resources(size_t memory, unsigned seconds, struct error *error);
CHECKED int confine_calls(struct error *error);

#endif
