/* Variants of test-time augmentation, by hand. */
#include "predict/variants.h"

#include "tap.h"

#include <stdbool.h>

static const struct shape shape = {.height = 2, .width = 8, .channels = 1};

static bool is_row(const float *got, const float *expected)
{
	for (int i = 0; i < 8; i++)
		if (got[i] != expected[i])
			return false;
	return true;
}

int main(void)
{
	/* Pixel x of a part of 8 is at 7/8 (x + 1/2) - 1/2, one more at the right. */
	const float input[] = {0, 16, 32, 48, 64, 80, 96, 112, 0, 16, 32, 48, 64, 80, 96, 112},
		    left[] = {0, 13, 27, 41, 55, 69, 83, 97},
		    right[] = {15, 29, 43, 57, 71, 85, 99, 112},
		    mirrored[] = {112, 96, 80, 64, 48, 32, 16, 0};
	const struct shape column = {.height = 8, .width = 1, .channels = 1},
			   colored = {.height = 1, .width = 2, .channels = 3};
	const float colors[] = {1, 2, 3, 4, 5, 6};
	float out[16];
	variant_make(input, shape, 0, out);
	ok(is_row(out, input) && is_row(out + 8, input), "the input itself");
	variant_make(input, shape, 1, out);
	ok(is_row(out, mirrored) && is_row(out + 8, mirrored), "its mirror image");
	variant_make(input, shape, 2, out);
	ok(is_row(out, left) && is_row(out + 8, left), "top left");
	variant_make(input, shape, 4, out);
	ok(is_row(out, right), "top right");
	variant_make(input, shape, 5, out);
	ok(out[0] == 112 && out[1] == 99 && out[7] == 15, "  mirrored");
	variant_make(input, column, 4, out);
	ok(is_row(out, left), "top right of a column: its upper part");
	variant_make(input, column, 6, out);
	ok(is_row(out, right), "bottom left: its lower part");
	variant_make(input, column, 8, out);
	ok(is_row(out, right), "bottom right: the same of a column");
	variant_make(colors, colored, 1, out);
	ok(out[0] == 4 && out[2] == 6 && out[3] == 1 && out[5] == 3, "channels stay in order");
	return done();
}
