/* What a process gives up for good before it works on bytes from strangers. */
#ifndef SANDBOX_CONFINE_H
#define SANDBOX_CONFINE_H

#include "base/error.h"

#include <stddef.h>

/* 0 in a program compiled with a sanitizer, which reserves terabytes of addresses and makes calls of its own: such a program
 * does its work unconfined. */
#if defined __has_feature
#define CONFINE_POSSIBLE (!__has_feature(address_sanitizer))
#elif defined __SANITIZE_ADDRESS__
#define CONFINE_POSSIBLE 0
#else
#define CONFINE_POSSIBLE 1
#endif

/* Closes every descriptor but `descriptor`, which becomes descriptor 0. Returns 0, or -1 with errno. */
CHECKED int confine_descriptors(int descriptor);

/* Leaves the calling process, of one thread, nothing but computing and talking over what is open: `memory` more bytes of
 * address space than it has, `seconds` of processor time in all, no files, no core. Of all system calls it keeps those
 * that read, write, take and give back memory that holds no code, tell the time, and end; opening a file fails with
 * EPERM, as a library may try that on its way, and any other call kills the process (SIGSYS). Cannot be undone. On
 * failure (-1) some of that may have happened, so that all it should do is end. */
CHECKED int confine(size_t memory, unsigned seconds, struct error *error);

/* Its two halves, one by one: first what the process may take, then its system calls. */
CHECKED int confine_resources(size_t memory, unsigned seconds, struct error *error);
CHECKED int confine_calls(struct error *error);

#endif
