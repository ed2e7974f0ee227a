/* SHA-256 against FIPS 180-2's examples. */
#include "base/digest.h"
#include "tap.h"

#include <string.h>

static const char *hex(const void *bytes, size_t size)
{
	static char text[DIGEST_HEX_SIZE];
	unsigned char digest[DIGEST_SIZE];
	digest_of(bytes, size, digest);
	digest_hex(digest, DIGEST_SIZE, text);
	return text;
}

int main(void)
{
	is_text(hex("abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"abc");
	is_text(hex("", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"nothing");
	unsigned char digest[DIGEST_SIZE];
	char text[DIGEST_HEX_SIZE];
	struct digest *pieces = digest_start();
	digest_add(pieces, "a", 1);
	digest_add(pieces, "bc", 2);
	digest_finish(pieces, digest);
	digest_hex(digest, DIGEST_SIZE, text);
	is_text(text, hex("abc", 3), "in pieces");
	digest_hex((const unsigned char *)"\x01\xFF", 2, text);
	is_text(text, "01ff", "a part in hexadecimal");
	return done();
}
