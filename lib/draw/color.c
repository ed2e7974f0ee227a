#include "draw/color.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

bool color_parse(const char *text, struct color *color)
{
	double channels[4] = {0, 0, 0, 1};
	size_t length = strlen(text);
	if (text[0] != '#' || (length != 7 && length != 9))
		return false;
	for (size_t i = 1; i < length; i += 2) {
		int high = text_hexadecimal(text[i]), low = text_hexadecimal(text[i + 1]);
		if (high < 0 || low < 0)
			return false;
		channels[i / 2] = (16 * high + low) / 255.0;
	}
	*color = (struct color){channels[0], channels[1], channels[2], channels[3]};
	return true;
}

static double clamp(double value)
{
	return value < 0 ? 0 : value > 1 ? 1 : value;
}

struct color color_from_hsv(double hue, double saturation, double value)
{
	/* Foley, van Dam et al., "Computer Graphics", 13.3.4, with one formula for each channel. */
	double channels[3];
	for (int i = 0; i < 3; i++) {
		double distance = fabs(fmod(hue - i / 3.0 + 10.5, 1) - 0.5) * 6;
		channels[i] = value * (1 - saturation * clamp(distance - 1));
	}
	return (struct color){channels[0], channels[1], channels[2], 1};
}

struct color color_mix(struct color a, struct color b, double weight)
{
	return (struct color){
		a.red + weight * (b.red - a.red),
		a.green + weight * (b.green - a.green),
		a.blue + weight * (b.blue - a.blue),
		a.alpha + weight * (b.alpha - a.alpha),
	};
}

struct color color_scale(struct color color, double factor)
{
	return (struct color){clamp(color.red * factor), clamp(color.green * factor),
		clamp(color.blue * factor), color.alpha};
}

struct color color_rotate_hue(struct color color, double turns)
{
	/* Rodrigues' formula about (1, 1, 1) / sqrt(3). */
	double angle = turns * 2 * M_PI, c = cos(angle), s = sin(angle) / sqrt(3), t = (1 - c) / 3;
	double r = color.red, g = color.green, b = color.blue;
	return (struct color){
		clamp(r * (c + t) + g * (t - s) + b * (t + s)),
		clamp(r * (t + s) + g * (c + t) + b * (t - s)),
		clamp(r * (t - s) + g * (t + s) + b * (c + t)),
		color.alpha,
	};
}

struct color color_shaded(struct color color)
{
	return (struct color){color.red * 0.74, color.green * 0.70, color.blue * 0.80, color.alpha};
}

double color_luma(struct color color)
{
	return 0.299 * color.red + 0.587 * color.green + 0.114 * color.blue;
}

struct color color_with_alpha(struct color color, double alpha)
{
	color.alpha = alpha;
	return color;
}

void color_set_source(cairo_t *cairo, struct color color)
{
	cairo_set_source_rgba(cairo, color.red, color.green, color.blue, color.alpha);
}
