/* Inside lib/image: one decoder per library, behind image_decode; and what a sandbox does, done in this process. */
#ifndef IMAGE_DECODERS_H
#define IMAGE_DECODERS_H

#include "image/image.h"
#include "image/rows.h"

/* An encoded picture and what to call it in messages. */
struct encoded {
	const unsigned char *bytes;
	size_t size;
	const char *name;
};

/* image_probe, image_decode, image_inspect and image_load (image.h) in the calling process. */
CHECKED int probe_here(const unsigned char *bytes, size_t size, const char *name, struct image_info *info,
	struct error *error);
CHECKED int decode_here(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error);
CHECKED int inspect_here(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, const struct image_inspection *inspection, void *finding,
	struct error *error);
CHECKED int load_here(const unsigned char *bytes, size_t size, const char *name,
	const struct image_resize_options *options, int channels, struct image *image, struct error *error);

/* Each starts `rows`, which are all zero, for what is `wanted`, and adds all of the picture to them. `info` is what
 * image_probe found; its limits were checked. Returns 0 or -1; the caller ends the rows. */
typedef int image_decoder(const struct encoded *encoded, const struct image_info *info, const struct wanted *wanted,
	struct rows *rows, struct error *error);

image_decoder decode_jpeg, decode_png, decode_webp, decode_pnm, decode_stb;

/* Fills width and height from the header. */
CHECKED int probe_jpeg(const struct encoded *encoded, struct image_info *info, struct error *error);
CHECKED int probe_webp(const struct encoded *encoded, struct image_info *info, struct error *error);
CHECKED int probe_pnm(const struct encoded *encoded, struct image_info *info, struct error *error);

/* The orientation that an EXIF block (beginning with its TIFF header) states, 1 to 8; 1 where it states none or
 * is malformed. EXIF 2.32, section 4.6.4, tag 0x0112. */
int exif_orientation(const unsigned char *bytes, size_t size);

/* Turns and mirrors the image as `orientation` says, so that it stands upright. On failure (-1) *image is unchanged. */
CHECKED int image_orient(struct image *image, int orientation, struct error *error);

#endif
