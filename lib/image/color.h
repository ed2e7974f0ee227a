/* Inside lib/image: colours as an ICC profile means them, turned into sRGB. */
#ifndef IMAGE_COLOR_H
#define IMAGE_COLOR_H

#include <stddef.h>

/* How a file's pixels lie, 8 bits a channel. Adobe's CMYK files store the light that the inks let through. */
enum pixel_layout { PIXELS_GREY, PIXELS_RGB, PIXELS_RGBA, PIXELS_CMYK, PIXELS_CMYK_INVERTED };

/* Bytes of a pixel. */
int pixel_layout_size(enum pixel_layout layout);

struct color_conversion;

/* Prepares turning pixels that `profile` describes into sRGB: perceptual intent, 8 bits, so that the same bytes come out
 * each time. Returns NULL where there is nothing to do or nothing that can be done, and the pixels are best taken as they
 * are: no profile, one that is damaged or describes another kind of pixels, no memory, or one that changes no colour
 * by more than 2 of 255, which are the many versions of sRGB. The caller frees with color_conversion_free. */
struct color_conversion *color_conversion_create(const unsigned char *profile, size_t size, enum pixel_layout layout);

/* Converts a row: PIXELS_RGBA to RGBA, its alpha unchanged; all others to RGB. */
void color_convert(const struct color_conversion *conversion, const unsigned char *in, unsigned char *out,
	size_t pixels);

/* Frees; NULL is allowed. */
void color_conversion_free(struct color_conversion *conversion);

#endif
