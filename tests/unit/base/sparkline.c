/* Curves in a line of text. */
#include "base/sparkline.h"

#include "tap.h"

#include <math.h>
#include <string.h>

#define B1 "\xE2\x96\x81"
#define B2 "\xE2\x96\x82"
#define B3 "\xE2\x96\x83"
#define B4 "\xE2\x96\x84"
#define B5 "\xE2\x96\x85"
#define B6 "\xE2\x96\x86"
#define B7 "\xE2\x96\x87"
#define B8 "\xE2\x96\x88"

int main(void)
{
	char out[64];
	static const double rising[] = {0, 1, 2, 3, 4, 5, 6, 7};
	is_text(sparkline(rising, 8, 8, out, sizeof out), B1 B2 B3 B4 B5 B6 B7 B8, "every block");
	is_text(sparkline(rising, 8, 40, out, sizeof out), B1 B2 B3 B4 B5 B6 B7 B8,
		"no wider than there are values");
	is_text(sparkline(rising, 8, 2, out, sizeof out), B1 B8, "means of halves");
	is_text(sparkline(rising, 8, 3, out, sizeof out), B1 B4 B8, "means of 2, 3 and 3");
	is_text(sparkline((double[]){5, -5, 0}, 3, 8, out, sizeof out), B8 B1 B5,
		"from lowest to highest");
	is_text(sparkline((double[]){3, 3}, 2, 8, out, sizeof out), B1 B1, "equal values");
	is_text(sparkline((double[]){1, NAN, INFINITY, 2}, 4, 4, out, sizeof out), B1 "  " B8,
		"a blank for what is not finite");
	is_text(sparkline((double[]){1, NAN, INFINITY, 2}, 4, 2, out, sizeof out), B1 B8,
		"which is left out of means");
	is_text(sparkline((double[]){NAN}, 1, 4, out, sizeof out), " ", "nothing finite");
	is_text(sparkline(rising, 0, 8, out, sizeof out), "", "no value");
	is_text(sparkline(rising, 8, 8, out, 8), B1 B2, "whole characters that fit");
	is_text(sparkline(rising, 8, 8, out, 1), "", "or none");
	return done();
}
