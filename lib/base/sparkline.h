/* A curve in one line of text. */
#ifndef BASE_SPARKLINE_H
#define BASE_SPARKLINE_H

#include <stddef.h>

/* Writes `count` values as at most `width` characters from the lowest block, U+2581, to the full
 * one, U+2588, in UTF-8 (Tufte, "Beautiful Evidence", 2006). Where there are more values than
 * characters, each character is the mean of as many neighbours. The lowest block is the lowest of
 * the values shown, the full one the highest; equal values are lowest blocks. Values that are not
 * finite are left out of means; a blank stands where there is no other. Into out[size], truncated
 * to whole characters: 3 bytes each, and a NUL. Returns out. */
char *sparkline(const double *values, int count, int width, char *out, size_t size);

#endif
