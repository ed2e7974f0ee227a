/* Colours against values worked out by hand and by Python's colorsys. */
#include "tap.h"

#include "draw/color.h"

static void is_color(struct color got, double red, double green, double blue, const char *name)
{
	is_near(got.red, red, 1e-9, name);
	is_near(got.green, green, 1e-9, name);
	is_near(got.blue, blue, 1e-9, name);
}

int main(void)
{
	struct color color = {0.5, 0.5, 0.5, 0.5};
	ok(color_parse("#ff8000", &color), "#ff8000 is a colour");
	is_color(color, 1, 128 / 255.0, 0, "#ff8000");
	is_near(color.alpha, 1, 0, "opaque by default");
	ok(color_parse("#00FF0033", &color) && color.green == 1, "capitals too");
	is_near(color.alpha, 0.2, 1e-9, "opacity");
	static const char *const bad[] = {"", "#", "#ff80", "ff8000", "#ff80000", "#ff800g",
		"#ff8000 ", "red"};
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!color_parse(bad[i], &color), "'%s' is not a colour", bad[i]);
	ok(color.green == 1, "an invalid one leaves the colour unchanged");

	/* colorsys.hsv_to_rgb */
	is_color(color_from_hsv(0, 1, 1), 1, 0, 0, "red");
	is_color(color_from_hsv(1 / 3.0, 1, 1), 0, 1, 0, "green");
	is_color(color_from_hsv(0.6, 0.5, 0.8), 0.4, 0.56, 0.8, "hsv 0.6 0.5 0.8");
	is_color(color_from_hsv(0.95, 0.25, 0.4), 0.4, 0.3, 0.33, "hsv 0.95 0.25 0.4");
	is_color(color_from_hsv(-0.4, 0.5, 0.8), 0.4, 0.56, 0.8, "hue is periodic");

	struct color orange = {0.9, 0.5, 0.1, 1};
	is_color(color_rotate_hue(orange, 1 / 3.0), 0.1, 0.9, 0.5,
		"a third of a turn rotates the channels");
	is_color(color_rotate_hue(orange, 0), 0.9, 0.5, 0.1, "no rotation");
	is_near(color_luma((struct color){1, 0, 0, 1}), 0.299, 1e-9, "luma of red");
	is_near(color_luma((struct color){1, 1, 1, 1}), 1, 1e-9, "luma of white");
	is_color(color_mix(orange, (struct color){0, 0, 0, 1}, 0.25), 0.675, 0.375, 0.075,
		"a quarter of black");
	is_color(color_scale(orange, 1.5), 1, 0.75, 0.15, "brighter, not beyond white");
	return done();
}
