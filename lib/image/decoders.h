/* Inside lib/image: the codecs, one per type of image; and the functions of image.h without a
 * sandbox. */
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

/* Whether a file is of the type, by its first bytes. */
typedef bool image_recognizer(const struct encoded *encoded);

/* Fills width and height from the header; the file is of the type. Returns 0 or -1. */
typedef int image_prober(const struct encoded *encoded, struct image_info *info,
	struct error *error);

/* Starts `sink`, which is all zero, for `target`, and adds all rows of the picture. `info` is
 * from image_probe, its limits checked. Returns 0 or -1; the caller frees the sink. */
typedef int image_decoder(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error);

/* is_jpeg, probe_jpeg, decode_jpeg, ... */
#define TYPE(kind, name, ...) \
	image_recognizer is_##name; \
	image_prober probe_##name; \
	image_decoder decode_##name;
IMAGE_TYPES(TYPE)
#undef TYPE

struct image_codec {
	image_recognizer *recognizes;
	image_prober *probe;
	image_decoder *decode;
};

/* The codec of a type; empty for IMAGE_UNKNOWN. */
const struct image_codec *image_codec(enum image_type type);

/* For codecs. Whether the file has these bytes at an offset. */
bool has_bytes(const struct encoded *encoded, size_t offset, const char *bytes, size_t length);

/* For probes: sets the dimensions, and returns 0; or the error of a file that ends in its header,
 * and returns -1. */
int set_size(struct image_info *info, uint32_t width, uint32_t height);
int header_cut_short(const struct encoded *encoded, const struct image_info *info,
	struct error *error);

/* The orientation in an EXIF block (starting with its TIFF header), 1 to 8; 1 if there is none or
 * the block is malformed. EXIF 2.32, section 4.6.4, tag 0x0112. */
int exif_orientation(const unsigned char *bytes, size_t size);

/* Rotates and mirrors the image by its EXIF orientation to upright. On failure (-1) *image is
 * unchanged. */
CHECKED int image_orient(struct image *image, int orientation, struct error *error);

#endif
