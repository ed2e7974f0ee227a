#include "networks/file_digest.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Functions that allocate nothing and so cannot fail (see base/digest.c). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>

enum { CHUNK = 1 << 16 };

static int read_all(int file, struct digest *sha256, MD5_CTX *md5, uint64_t *bytes)
{
	unsigned char chunk[CHUNK];
	ssize_t got = 1;
	while (got != 0) {
		got = read(file, chunk, sizeof chunk);
		if (got < 0 && errno != EINTR)
			return -1;
		size_t size = got > 0 ? (size_t)got : 0;
		digest_add(sha256, chunk, size);
		MD5_Update(md5, chunk, size);
		*bytes += size;
	}
	return 0;
}

int file_digest_read(struct file_digest *digest, const char *path, struct error *error)
{
	unsigned char sha256[DIGEST_SIZE], md5[MD5_SIZE];
	MD5_CTX md5_state;
	*digest = (struct file_digest){0};
	int file = file_open_regular(path, NULL, error);
	if (file < 0)
		return -1;
	struct digest *sha256_state = digest_start();
	int result = sha256_state ? 0 : error_memory(error, path);
	MD5_Init(&md5_state);
	if (result == 0 && read_all(file, sha256_state, &md5_state, &digest->bytes)) {
		result = error_system(error, path);
		digest_abandon(sha256_state);
	} else if (result == 0) {
		digest_finish(sha256_state, sha256);
		MD5_Final(md5, &md5_state);
		digest_hex(sha256, DIGEST_SIZE, digest->sha256);
		digest_hex(md5, MD5_SIZE, digest->md5);
	}
	close(file);
	return result;
}

int file_digest_check(const struct file_digest *digest, const struct file_digest *expected,
	const char *name, const char *source, struct error *error)
{
	if (expected->bytes && digest->bytes != expected->bytes)
		return error_set(error, name, "has %llu bytes, not %llu %s",
			(unsigned long long)digest->bytes, (unsigned long long)expected->bytes,
			source);
	if (*expected->sha256 && strcmp(digest->sha256, expected->sha256) != 0)
		return error_set(error, name, "its SHA-256 is %s, not %s %s", digest->sha256,
			expected->sha256, source);
	if (*expected->md5 && strcmp(digest->md5, expected->md5) != 0)
		return error_set(error, name, "its MD5 is %s, not %s %s", digest->md5,
			expected->md5, source);
	return 0;
}
