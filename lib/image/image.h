/* Pictures in memory: 8 bits a channel, rows from the top, no padding. */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IMAGE_SIDE_MAXIMUM = 65535,          /* pixels of width or height */
	IMAGE_PIXELS_MAXIMUM = 64000000,     /* that a decoder takes unless told otherwise */
	IMAGE_FILE_MAXIMUM = 256 << 20,      /* encoded bytes that a decoder takes: the limit to give to file_read */
	IMAGE_LOAD_MAXIMUM = 256 << 20,      /* bytes of pixels that image_load gives */
};

struct image {
	int width, height;
	int channels;          /* 1 grey, 3 RGB, 4 RGBA (straight alpha) */
	unsigned char *pixels; /* height x width x channels; owned */
};

/* Allocates pixels, not initialised. On failure (-1) the image is empty. */
CHECKED int image_create(struct image *image, int width, int height, int channels, struct error *error);

/* Frees the pixels and leaves an empty image. */
void image_free(struct image *image);

/* Makes a colour image grey in place: luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, rounded. Alpha is dropped. */
void image_to_grey(struct image *image);

/* ---- decoding: any file from a stranger ---- */

/* From here on image_probe, image_decode, image_inspect and image_load work in processes that can do nothing else (sandbox/sandbox.h), one
 * for each thread that calls: a file that crashes its decoder, or keeps it computing for more than 20 seconds, or makes it ask for more
 * than 1.5 GiB costs that one call, which fails and says so. Where such a process is ended from outside or cannot be had, the call's error is a
 * fault of the machine. Without this they work in the calling process, which
 * such a file takes with it. To be called once, before the process grows or has threads. On failure (-1) nothing is
 * started. */
CHECKED int image_sandbox_start(struct error *error);

/* Ends those processes and waits for them; nothing where none were started. */
void image_sandbox_stop(void);

enum image_type { IMAGE_UNKNOWN, IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP, IMAGE_GIF, IMAGE_BMP, IMAGE_TGA, IMAGE_PSD, IMAGE_PNM };

struct image_info {
	enum image_type type; /* by content, never by name */
	int width, height;    /* as stored, before orientation */
};

/* Reads type and dimensions from the header alone. -1: no known image, or a header cut short. */
CHECKED int image_probe(const unsigned char *bytes, size_t size, const char *name, struct image_info *info,
	struct error *error);

/* "jpeg", "png", ... ; file name extension without dot: "jpg", "png", ... */
const char *image_type_name(enum image_type type);
const char *image_type_extension(enum image_type type);

struct image_decode_options {
	unsigned char background[3]; /* what shows through where the picture is transparent */
	int keep_alpha;              /* result is RGBA and nothing is composited */
	int least_width, least_height; /* the result will be shrunk to no less than this: JPEG may be scaled in the
	                                  DCT down to it; 0: full size */
	uint64_t pixels_maximum;     /* refused from the header when larger; 0: IMAGE_PIXELS_MAXIMUM, which is the most */
};

/* Decodes `bytes` into RGB (or RGBA), upright by its EXIF orientation; grey, palette, 16-bit and CMYK
 * are converted; of an animation the first frame, transparent where it leaves the canvas bare. Colours that have an ICC
 * profile become sRGB (perceptual intent); a profile that is damaged or for other kinds of pixels is as if not there. A
 * PNG's gAMA and cHRM are not looked at, as in Pillow and Keras. `name` is for messages. On failure (-1) *image is empty. */
CHECKED int image_decode(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error);

/* A way to find something out of a picture row by row, so that it need never be in memory as a whole. Its functions must
 * need nothing but memory. */
struct image_inspection {
	/* Begins with a picture of these dimensions. Returns a state, which the caller ends with `end`, or NULL. */
	void *(*start)(int width, int height, struct error *error);

	/* Takes the next row of RGB from the top. */
	void (*add_row)(void *state, const unsigned char *row);

	/* After all rows: writes what it found to the space for it. Returns 0 or -1. */
	int (*finish)(void *state, void *finding, struct error *error);

	/* Frees the state, finished or not; NULL is allowed. */
	void (*end)(void *state);
};

enum { IMAGE_FINDING_MAXIMUM = 512 }; /* bytes */

/* Decodes as image_decode does without alpha and inspects the picture where that happens, so that only the
 * `size_of_finding` bytes of what is found leave a sandbox, not millions of pixels. They are what a decoder that was taken
 * over wants them to be, so should be of types that hold any bits. `inspection` is part of the program, not made while it
 * runs. Returns 0, or -1 where decoding or inspecting fails. */
CHECKED int image_inspect(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, const struct image_inspection *inspection, void *finding,
	size_t size_of_finding, struct error *error);

/* Inspects an RGB picture that is in memory. Returns 0, or -1 where `inspection` fails. */
CHECKED int image_inspect_pixels(const struct image *image, const struct image_inspection *inspection, void *finding,
	struct error *error);

/* Parses "white", "black", "grey" or "#rrggbb". Returns 0 or -1. */
CHECKED int image_parse_color(const char *text, unsigned char color[3], struct error *error);

/* ---- resizing ---- */

enum image_filter { IMAGE_NEAREST, IMAGE_BILINEAR, IMAGE_BICUBIC };
enum image_fit { IMAGE_STRETCH, IMAGE_CROP, IMAGE_PAD };

/* Their names in order ("nearest", ..., "stretch", ...), ended by NULL. */
extern const char *const image_filter_names[], *const image_fit_names[];

struct image_resize_options {
	int width, height;
	enum image_filter filter;    /* shrinking is antialiased but for nearest; by 4 and more, means of boxes come first */
	enum image_fit fit;          /* crop: fill and cut the longer side evenly; pad: fit inside, `background` around */
	unsigned char background[3];
};

struct rectangle {
	int x, y, width, height;
};

/* What of a picture of these dimensions image_resize shows, and where in the result that lies. */
struct rectangle image_shown(int width, int height, const struct image_resize_options *options);
struct rectangle image_place(int width, int height, const struct image_resize_options *options);

/* Resizes into a fresh image of the same channels. On failure (-1) *out is empty. */
CHECKED int image_resize(const struct image *image, const struct image_resize_options *options, struct image *out,
	struct error *error);

/* Decodes `bytes` over options->background, with `channels` 4 as RGBA, makes it grey where that is 1, and resizes it: what
 * image_decode, image_to_grey and image_resize do, row by row where it can be, but a JPEG is decoded by halves no larger than the
 * result needs, unless the filter is nearest, which takes its pixels from the full size. `name` is for messages. On failure (-1) *image is empty. */
CHECKED int image_load(const unsigned char *bytes, size_t size, const char *name,
	const struct image_resize_options *options, int channels, struct image *image, struct error *error);

/* ---- PNG out ---- */

/* Encodes as PNG (libpng) into fresh memory, the caller's to free. Same pixels, same bytes. */
CHECKED int image_encode_png(const struct image *image, unsigned char **bytes, size_t *size, struct error *error);

/* Writes a PNG file, whole or not at all. */
CHECKED int image_write_png(const struct image *image, const char *path, struct error *error);

#endif
