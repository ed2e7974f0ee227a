#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

struct digest *digest_start(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(context);
		context = NULL;
	}
	return (struct digest *)context;
}

void digest_add(struct digest *digest, const void *bytes, size_t size)
{
	EVP_DigestUpdate((EVP_MD_CTX *)digest, bytes, size);
}

void digest_finish(struct digest *digest, unsigned char out[DIGEST_SIZE])
{
	EVP_DigestFinal_ex((EVP_MD_CTX *)digest, out, NULL);
	digest_abandon(digest);
}

void digest_abandon(struct digest *digest)
{
	EVP_MD_CTX_free((EVP_MD_CTX *)digest);
}

void digest_of(const void *bytes, size_t size, unsigned char out[DIGEST_SIZE])
{
	SHA256(bytes, size, out);
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
