#include "base/digest.h"

#include <stdlib.h>

/* Functions of libcrypto that allocate nothing and so cannot fail, unlike EVP and SHA256().
 * Deprecated since version 3. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

struct digest {
	SHA256_CTX state;
};

struct digest *digest_start(void)
{
	struct digest *digest = malloc(sizeof *digest);
	if (digest)
		SHA256_Init(&digest->state);
	return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t size)
{
	SHA256_Update(&digest->state, bytes, size);
}

void digest_finish(struct digest *digest, unsigned char out[DIGEST_SIZE])
{
	SHA256_Final(out, &digest->state);
	digest_abandon(digest);
}

void digest_abandon(struct digest *digest)
{
	free(digest);
}

void digest_of(const void *bytes, size_t size, unsigned char out[DIGEST_SIZE])
{
	struct digest digest;
	SHA256_Init(&digest.state);
	SHA256_Update(&digest.state, bytes, size);
	SHA256_Final(out, &digest.state);
}

void digest_hex(const unsigned char *digest, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * size] = 0;
}
