/* Inside lib/image: the decoders of image_decode, one per library; and the functions of image.h
 * without a sandbox. */
#ifndef IMAGE_DECODERS_H
#define IMAGE_DECODERS_H

#include "image/image.h"
#include "image/row_sink.h"

/* An encoded picture and its name for messages. */
struct encoded {
	const unsigned char *bytes;
	size_t size;
	const char *name;
};

/* image_probe, image_decode, image_inspect and image_load (image.h) in the calling process. */
CHECKED int probe_in_process(const unsigned char *bytes, size_t size, const char *name,
	struct image_info *info, struct error *error);
CHECKED int decode_in_process(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error);
CHECKED int inspect_in_process(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, const struct image_inspection *inspection,
	void *finding, struct error *error);
CHECKED int load_in_process(const unsigned char *bytes, size_t size, const char *name,
	const struct image_resize_options *options, int channels, struct image *image,
	struct error *error);

/* Each starts `sink`, which is all zero, for `target`, and adds all rows of the picture. `info` is
 * from image_probe, its limits checked. Returns 0 or -1; the caller frees the sink. */
typedef int image_decoder(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error);

image_decoder decode_jpeg, decode_png, decode_webp, decode_pnm, decode_stb;

/* Fills width and height from the header. */
CHECKED int probe_jpeg(const struct encoded *encoded, struct image_info *info, struct error *error);
CHECKED int probe_webp(const struct encoded *encoded, struct image_info *info, struct error *error);
CHECKED int probe_pnm(const struct encoded *encoded, struct image_info *info, struct error *error);

/* The orientation in an EXIF block (starting with its TIFF header), 1 to 8; 1 if there is none or
 * the block is malformed. EXIF 2.32, section 4.6.4, tag 0x0112. */
int exif_orientation(const unsigned char *bytes, size_t size);

/* Rotates and mirrors the image by its EXIF orientation to upright. On failure (-1) *image is
 * unchanged. */
CHECKED int image_orient(struct image *image, int orientation, struct error *error);

#endif
