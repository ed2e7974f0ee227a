/* The inner loops, once per instruction set behind one table of functions, chosen as the engine's are (base/processor.h).
 *
 * Every version gives the same bytes: one lane of a vector is one value of the result, and no product is added with one
 * rounding (fused). Rows of floats hold one channel and are whole blocks long: what lies behind the last pixel may be
 * read and written and means nothing. */
#ifndef AUGMENT_KERNELS_H
#define AUGMENT_KERNELS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIXEL_BLOCK = 16 };

/* `count` rounded up to whole blocks. */
static inline size_t whole_blocks(size_t count)
{
	return (count + PIXEL_BLOCK - 1) / PIXEL_BLOCK * PIXEL_BLOCK;
}

/* From pixels of the result to places in a picture with a border. */
struct projection {
	double matrix[3][3]; /* (x, y, 1) of the result to (x, y, w) of the picture, pixel centres at whole numbers */
	bool perspective;    /* the last row is not (0, 0, 1): divide by w */
	bool mirrored;       /* places outside are mirrored into the picture, edges half a pixel outside the first and last */
	double shift;        /* added to both coordinates */
	int width, height;   /* of the picture */
	int reach;           /* pixels outside of which all is border */
	int border;          /* pixels of border on the left and above, at least `reach` */
	ptrdiff_t row, pixel; /* elements from a row of the padded picture to the next, and from a pixel to the next */
};

/* Where the pixels of one row of the result lie: the pixel to the left and above, in elements from the start of the
 * padded picture, and the way from there, 0 to 1. */
struct places {
	int32_t *start;
	float *right, *down;
};

struct pixel_kernels {
	const char *name;

	/* The places of `count` pixels, rounded up to whole blocks, of row y. */
	void (*locate)(const struct projection *projection, int y, int count, const struct places *places);
	/* Bilinear: from a padded picture of bytes, `row` bytes from row to row, 1 to 4 channels side by side, to a row for
	 * each channel, `plane` apart. Up to 7 bytes behind the last pixel are read. */
	void (*sample)(const unsigned char *padded, ptrdiff_t row, int channels, const struct places *places, float *out,
		size_t plane, int count);

	/* x = gain x + offset, cut to 0..255 */
	void (*scale)(float *x, size_t count, float gain, float offset);
	/* The sum of the first `count`, in the order of PIXEL_BLOCK sums side by side. */
	float (*sum)(const float *x, size_t count);
	/* The distance from grey (ITU-R BT.601, weights of 0.2989, 0.587, 0.114) times `factor`, cut to 0..255. */
	void (*saturate)(float *red, float *green, float *blue, size_t count, float factor);
	/* Turns the hue in the HSV model by `turn`, a part of a whole turn in [0, 1). */
	void (*turn_hue)(float *red, float *green, float *blue, size_t count, float turn);
	/* out[i] = sum over k < taps of weights[k] x[i + k step], in that order */
	void (*convolve)(float *out, const float *x, ptrdiff_t step, const float *weights, int taps, size_t count);
	/* Rounds rows of `channels` (1, 3 or 4), `plane` apart, to bytes side by side, ties up, cut to 0..255. What is behind
	 * the last of `count` pixels is written too, up to a whole block and 2 bytes. */
	void (*store)(const float *rows, size_t plane, int channels, unsigned char *out, int count);
};

/* The table for this processor, or the one that MILLRACE_CPU names. -1: see processor_choose. */
CHECKED int pixel_kernels_select(const struct pixel_kernels **kernels, struct error *error);

/* The versions. Those of an instruction set that this program was not built for are NULL. */
extern const struct pixel_kernels pixel_kernels_plain;
const struct pixel_kernels *pixel_kernels_avx2(void);
const struct pixel_kernels *pixel_kernels_avx512(void);

#endif
