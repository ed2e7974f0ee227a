/* Transient failures of the test servers. */
#ifndef SERVER_TRANSIENT_H
#define SERVER_TRANSIENT_H

#include <stdbool.h>

/* Whether a request for `path` is one of the first `times` in this process. Thread-safe; at most 64
 * paths. */
bool fails_first_times(const char *path, int times);

#endif
