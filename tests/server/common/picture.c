#include "picture.h"

#include "base/digest.h"
#include "image/image.h"

#include <stdlib.h>
#include <string.h>

static int requested_side(const char *path)
{
	const char *size = strstr(path, "size=");
	return size ? atoi(size + 5) : 80;
}

/* 8 x 8 fields, light or dark by the digest of the name: different names give pictures that are not
 * near-duplicates. */
static void paint(struct image *image, const unsigned char digest[DIGEST_SIZE])
{
	int side = image->width;
	for (int i = 0; i < side * side; i++) {
		int field = i / side * 8 / side * 8 + i % side * 8 / side;
		unsigned char shade = (unsigned char)(digest[field / 2] >> field % 2 * 4 << 4);
		for (int channel = 0; channel < 3; channel++)
			image->pixels[3 * i + channel] = (unsigned char)(shade + i % (3 + channel));
	}
}

void make_picture(const char *path, unsigned char **bytes, size_t *size)
{
	unsigned char digest[DIGEST_SIZE];
	const char *name = strrchr(path, '/') + 1;
	int side = requested_side(path);
	struct image image;
	*bytes = NULL;
	*size = 0;
	digest_of(name, strcspn(name, "?"), digest);
	if (image_create(&image, side, side, 3, NULL))
		return;
	paint(&image, digest);
	if (image_encode_png(&image, bytes, size, NULL)) {
		*bytes = NULL;
		*size = 0;
	}
	image_free(&image);
}
