/* SHA-256 by libcrypto. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/error.h"

#include <stddef.h>

enum { DIGEST_SIZE = 32, DIGEST_HEX_SIZE = 2 * DIGEST_SIZE + 1 };

/* The state of an incremental digest. */
struct digest;

/* Starts an empty digest; the caller ends it with digest_finish or digest_abandon.
 * Returns NULL without memory. */
struct digest *digest_start(void);

/* Adds `size` bytes. */
void digest_add(struct digest *digest, const void *bytes, size_t size);

/* Writes the digest of all bytes added and frees it. */
void digest_finish(struct digest *digest, unsigned char out[DIGEST_SIZE]);

/* Frees without a result; NULL is allowed. */
void digest_abandon(struct digest *digest);

/* The digest of `size` bytes at once. */
void digest_of(const void *bytes, size_t size, unsigned char out[DIGEST_SIZE]);

/* Writes the first `size` bytes of `digest` as 2 * size lower-case hexadecimal
 * characters and a NUL. */
void digest_hex(const unsigned char *digest, size_t size, char *out);

#endif
