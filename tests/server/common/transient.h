/* Servers that recover. */
#ifndef SERVER_ILLNESS_H
#define SERVER_ILLNESS_H

#include <stdbool.h>

/* Whether a request for `path` is one of the first `times` in this process. For any thread; 64 paths at most. */
bool is_ill(const char *path, int times);

#endif
