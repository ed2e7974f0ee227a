/* Pictures in memory: 8 bits a channel, rows from the top, no padding. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/error.h"
#include "image/type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IMAGE_SIDE_MAXIMUM = 65535,      /* pixels of width or height */
	IMAGE_PIXELS_MAXIMUM = 64000000, /* default limit of decoders, and the highest */
	IMAGE_FILE_MAXIMUM = 256 << 20,  /* limit of encoded bytes, also for file_read */
	IMAGE_LOAD_MAXIMUM = 256 << 20,  /* limit of bytes of pixels from image_load */
};

struct image {
	int width, height;
	int channels;          /* 1 grey, 3 RGB, 4 RGBA (straight alpha) */
	unsigned char *pixels; /* height x width x channels; owned */
};

/* Allocates uninitialized pixels. On failure (-1) the image is empty. */
CHECKED int image_create(struct image *image, int width, int height, int channels,
	struct error *error);

/* Frees the pixels and leaves an empty image. */
void image_free(struct image *image);

/* Converts to grey in place: luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, rounded. Alpha is
 * dropped. */
void image_to_grey(struct image *image);

/* ---- decoding untrusted files ---- */

/* Starts a sandbox (sandbox/sandbox.h), in whose worker processes image_probe, image_decode,
 * image_inspect and image_load then run, one for each calling thread: a file that crashes its
 * decoder, takes it more than 20 seconds or more than 1.5 GiB makes only that call fail. If a
 * worker is killed by another process or cannot be started, that is an error of the machine.
 * Without a sandbox they run in the calling process, which such a file would crash. To be called
 * once, before the process grows or has threads. On failure (-1) nothing is started. */
CHECKED int image_sandbox_start(struct error *error);

/* Stops the sandbox and waits for its processes; does nothing if it was not started. */
void image_sandbox_stop(void);

struct image_info {
	enum image_type type; /* by content, never by name */
	int width, height;    /* as stored, before orientation */
};

/* Reads type and dimensions from the header alone. -1: unknown type, or a truncated header. */
CHECKED int image_probe(const unsigned char *bytes, size_t size, const char *name,
	struct image_info *info, struct error *error);

struct image_decode_options {
	unsigned char background[3];       /* colour under transparent pixels */
	int keep_alpha;                    /* the result is RGBA, not composited */
	int minimum_width, minimum_height; /* the result will be reduced to no less than this: JPEG
	                                  may be scaled down in the DCT; 0: full size */
	uint64_t pixels_maximum;           /* larger pictures are refused by their header; 0:
	                                      IMAGE_PIXELS_MAXIMUM, the highest */
};

/* Decodes `bytes` into RGB (or RGBA), upright by its EXIF orientation; grey, palette, 16-bit and
 * CMYK are converted; of an animation the first frame, transparent where it does not cover the
 * canvas. Colours with an ICC profile are converted to sRGB (perceptual intent); a damaged profile
 * or one for other kinds of pixels is ignored. A PNG's gAMA and cHRM are ignored, as in Pillow and
 * Keras. `name` is for messages. On failure (-1) *image is empty. */
CHECKED int image_decode(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error);

/* An inspection of a picture row by row, so that the whole picture need not be in memory. It runs
 * in the sandbox: its functions may do no more than compute and allocate. */
struct image_inspection {
	/* Starts a picture of these dimensions. Returns a state, which the caller ends with `end`,
	 * or NULL. */
	void *(*start)(int width, int height, struct error *error);

	/* Adds the next row of RGB from the top. */
	void (*add_row)(void *state, const unsigned char *row);

	/* After all rows: writes the result to *finding. Returns 0 or -1. */
	int (*finish)(void *state, void *finding, struct error *error);

	/* Frees the state, finished or not; NULL is allowed. */
	void (*end)(void *state);
};

enum { IMAGE_FINDING_MAXIMUM = 512 }; /* bytes */

/* Decodes as image_decode does without alpha and inspects the picture in the sandbox, so that only
 * the `size_of_finding` bytes of the result leave it, not millions of pixels. They are untrusted,
 * as the decoder may be compromised, so they should be of types for which all bit patterns are
 * valid. `inspection` is a constant of the program. Returns 0, or -1 if decoding or inspection
 * fails. */
CHECKED int image_inspect(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, const struct image_inspection *inspection,
	void *finding, size_t size_of_finding, struct error *error);

/* Inspects an RGB picture in memory. Returns 0, or -1 if `inspection` fails. */
CHECKED int image_inspect_pixels(const struct image *image,
	const struct image_inspection *inspection, void *finding, struct error *error);

/* Parses "white", "black", "grey" or "#rrggbb". Returns 0 or -1. */
CHECKED int image_parse_color(const char *text, unsigned char color[3], struct error *error);

/* ---- resizing ---- */

enum image_filter { IMAGE_NEAREST, IMAGE_BILINEAR, IMAGE_BICUBIC, IMAGE_LANCZOS };
enum image_fit { IMAGE_STRETCH, IMAGE_CROP, IMAGE_PAD };

/* Their names in order ("nearest", ..., "stretch", ...), NULL-terminated. */
extern const char *const image_filter_names[], *const image_fit_names[];

struct image_resize_options {
	int width, height;
	enum image_filter filter; /* reduction is antialiased except for nearest; by 4 or more, a
	                             box filter comes first */
	enum image_fit fit; /* crop: fill and crop the longer side at the centre; pad: fit inside,
	                       with `background` around */
	unsigned char background[3];
};

struct rectangle {
	int x, y, width, height;
};

/* The part of a picture of these dimensions that image_resize uses, and its position in the
 * result. */
struct rectangle image_source_rectangle(int width, int height,
	const struct image_resize_options *options);
struct rectangle image_target_rectangle(int width, int height,
	const struct image_resize_options *options);

/* Resizes into a new image with the same channels. On failure (-1) *out is empty. */
CHECKED int image_resize(const struct image *image, const struct image_resize_options *options,
	struct image *out, struct error *error);

/* Decodes `bytes` over options->background, or as RGBA if `channels` is 4, converts to grey if it
 * is 1, and resizes: the same as image_decode, image_to_grey and image_resize, row by row where
 * possible. But a JPEG is decoded at 1/2, 1/4 or 1/8 of its size if that is large enough, unless
 * the filter is nearest. `name` is for messages. On failure (-1) *image is empty. */
CHECKED int image_load(const unsigned char *bytes, size_t size, const char *name,
	const struct image_resize_options *options, int channels, struct image *image,
	struct error *error);

/* ---- writing PNG ---- */

/* Encodes as PNG (libpng) into memory that the caller frees. The same pixels give the same
 * bytes. */
CHECKED int image_encode_png(const struct image *image, unsigned char **bytes, size_t *size,
	struct error *error);

/* Writes a PNG file atomically. */
CHECKED int image_write_png(const struct image *image, const char *path, struct error *error);

#endif
