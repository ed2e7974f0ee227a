/* The inner loops over pixels for each instruction set, in a table of functions selected as the
 * network's is (kernels/kernels.h).
 *
 * Every version gives the same bytes: one lane of a vector is one value of the result, and
 * multiply-adds are not fused. Rows of floats hold one channel, padded to whole blocks: the padding
 * may be read and written and has no meaning. */
#ifndef KERNELS_PIXEL_KERNELS_H
#define KERNELS_PIXEL_KERNELS_H

#include "base/error.h"
#include "base/processor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIXEL_BLOCK = 16 };

/* `count` rounded up to whole blocks. */
static inline size_t whole_blocks(size_t count)
{
	return (count + PIXEL_BLOCK - 1) / PIXEL_BLOCK * PIXEL_BLOCK;
}

/* From pixels of the result to points of an image padded by a border. */
struct projection {
	double matrix[3][3]; /* (x, y, 1) of the result to (x, y, w) of the image, pixel centres at
	                        integers */
	bool perspective;    /* the last row is not (0, 0, 1): divide by w */
	bool mirrored;     /* points outside are reflected into the image at its edges, half a pixel
	                      outside the first and last centre */
	double shift;      /* added to both coordinates */
	int width, height; /* of the image */
	int reach;         /* points are clamped to so many pixels outside the image */
	int border;        /* pixels of border on the left and above, at least `reach` */
	ptrdiff_t row, pixel; /* distance in elements between rows of the padded image, and between
	                         pixels */
};

/* The points of one row of the result: the offset of the upper left neighbour, in elements from the
 * start of the padded image, and the weights of the right and the lower neighbours, 0 to 1. */
struct sample_points {
	int32_t *offset;
	float *weight_x, *weight_y;
};

struct pixel_kernels {
	const char *name;

	/* Computes the points of `count` pixels, rounded up to whole blocks, of row y. */
	void (*project)(const struct projection *projection, int y, int count,
		const struct sample_points *points);
	/* Bilinear interpolation from a padded image of bytes, rows `row` bytes apart, 1 to 4
	 * interleaved channels, to one row per channel, `plane` apart. Reads up to 7 bytes after
	 * the last pixel. */
	void (*sample)(const unsigned char *padded, ptrdiff_t row, int channels,
		const struct sample_points *points, float *out, size_t plane, int count);

	/* x = gain x + offset, clamped to 0..255 */
	void (*scale)(float *x, size_t count, float gain, float offset);
	/* The sum of the first `count` values, by PIXEL_BLOCK partial sums. */
	float (*sum)(const float *x, size_t count);
	/* Multiplies the difference from grey (ITU-R BT.601 luma: 0.2989, 0.587, 0.114) by
	 * `factor`, clamped to 0..255. */
	void (*saturate)(float *red, float *green, float *blue, size_t count, float factor);
	/* Rotates the hue of the HSV model by `turns`, in [0, 1). */
	void (*rotate_hue)(float *red, float *green, float *blue, size_t count, float turns);
	/* out[i] = sum over k < taps of weights[k] x[i + k step], in that order */
	void (*convolve)(float *out, const float *x, ptrdiff_t step, const float *weights, int taps,
		size_t count);
	/* Interleaves rows of `channels` (1, 3 or 4), `plane` apart, as bytes rounded to nearest,
	 * ties up, clamped to 0..255. Also writes after the last of `count` pixels, up to a whole
	 * block and 2 bytes. */
	void (*store)(const float *rows, size_t plane, int channels, unsigned char *out, int count);
};

/* The table for this processor, or the one that MILLRACE_CPU names. -1: see processor_choose. */
CHECKED int pixel_kernels_select(const struct pixel_kernels **kernels, struct error *error);

/* All tables that this program was compiled with. */
struct processor_versions pixel_kernels_versions(void);

/* The versions. Those of an instruction set that this program was not built for are NULL. */
extern const struct pixel_kernels pixel_kernels_plain;
const struct pixel_kernels *pixel_kernels_avx2(void);
const struct pixel_kernels *pixel_kernels_avx512(void);

#endif
