/* What identifies a file: its size, SHA-256 and MD5, by libcrypto. MD5 is what some publishers give
 * for their files: it tells a damaged file, not a forged one. */
#ifndef NETWORKS_FILE_DIGEST_H
#define NETWORKS_FILE_DIGEST_H

#include "base/digest.h"
#include "base/error.h"

#include <stdint.h>

enum { MD5_SIZE = 16, MD5_HEX_SIZE = 2 * MD5_SIZE + 1 };

/* Digests are lower-case hexadecimal; "" is not known, as is a size of 0. */
struct file_digest {
	uint64_t bytes;
	char sha256[DIGEST_HEX_SIZE], md5[MD5_HEX_SIZE];
};

/* Of a regular file. */
CHECKED int file_digest_read(struct file_digest *digest, const char *path, struct error *error);

/* -1 if what is known in `expected` is otherwise in `digest`: an error of `name` with both, which
 * ends with `source` ("as its recipe says"). */
CHECKED int file_digest_check(const struct file_digest *digest, const struct file_digest *expected,
	const char *name, const char *source, struct error *error);

#endif
