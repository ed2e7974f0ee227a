/* Pictures that the test servers make up. */
#ifndef SERVER_PICTURE_H
#define SERVER_PICTURE_H

#include <stddef.h>

/* A PNG of "/any/NAME?size=N": N x N pixels (80 where none is said) that NAME alone decides. Into fresh memory, the
 * caller's; NULL and a size of 0 on failure. */
void make_picture(const char *path, unsigned char **bytes, size_t *size);

#endif
