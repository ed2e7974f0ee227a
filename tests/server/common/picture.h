/* Generated pictures of the test servers. */
#ifndef SERVER_PICTURE_H
#define SERVER_PICTURE_H

#include <stddef.h>

/* A PNG of "/any/NAME?size=N": N x N pixels (default 80), determined by NAME. The caller frees it;
 * NULL and a size of 0 on failure. */
void make_picture(const char *path, unsigned char **bytes, size_t *size);

#endif
