/* Inside lib/image: conversion from an ICC profile to sRGB. */
#ifndef IMAGE_COLOR_H
#define IMAGE_COLOR_H

#include <stdbool.h>
#include <stddef.h>

/* Layout of a file's pixels, 8 bits a channel. Adobe's CMYK files are inverted: 255 is no ink. */
enum pixel_layout { PIXELS_GREY, PIXELS_RGB, PIXELS_RGBA, PIXELS_CMYK, PIXELS_CMYK_INVERTED };

/* Bytes of a pixel, and whether they are inks. */
int pixel_layout_size(enum pixel_layout layout);
bool pixel_layout_is_cmyk(enum pixel_layout layout);

struct color_conversion;

/* Creates a conversion from `profile` to sRGB: perceptual intent, 8 bits, so the same bytes result
 * each time. Returns NULL if the pixels are to be used unchanged: no profile, a damaged one or one
 * for another kind of pixels, no memory, or one that changes no colour by more than 2 of 255, such
 * as the many versions of sRGB. The caller frees with color_conversion_free. */
struct color_conversion *color_conversion_create(const unsigned char *profile, size_t size,
	enum pixel_layout layout);

/* Converts a row: PIXELS_RGBA to RGBA, its alpha unchanged; all others to RGB. */
void color_convert(const struct color_conversion *conversion, const unsigned char *in,
	unsigned char *out, size_t pixels);

/* Frees; NULL is allowed. */
void color_conversion_free(struct color_conversion *conversion);

#endif
