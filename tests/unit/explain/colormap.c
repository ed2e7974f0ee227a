/* Jet and viridis against colours published elsewhere: MATLAB's documentation, and the ten steps of
 * viridis in d3. */
#include "explain/colormap.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>

static struct colormap jet, viridis;

static void color_is(const struct colormap *map, double value, unsigned rgb, int tolerance,
	const char *name)
{
	const unsigned char *got = colormap_at(map, (float)value);
	int worst = 0;
	for (int i = 0; i < 3; i++) {
		int difference = abs((int)got[i] - (int)(rgb >> (16 - 8 * i) & 255));
		worst = difference > worst ? difference : worst;
	}
	if (!ok(worst <= tolerance, "%s at %.3f", name, value))
		note("got %02x%02x%02x, expected %06x", got[0], got[1], got[2], rgb);
}

static double luma(const unsigned char *rgb)
{
	return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

int main(void)
{
	colormap_make(&jet, COLORMAP_JET);
	colormap_make(&viridis, COLORMAP_VIRIDIS);
	color_is(&jet, 0, 0x000080, 1, "jet");
	color_is(&jet, 0.11, 0x0000ff, 3, "jet");
	color_is(&jet, 0.5, 0x7cff79, 3, "jet");
	color_is(&jet, 1, 0x800000, 1, "jet");
	static const unsigned steps[] = {0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89,
		0x35b779, 0x6ece58, 0xb5de2b, 0xfde725};
	for (int i = 0; i < 10; i++)
		color_is(&viridis, i / 9.0, steps[i], 5, "viridis");
	bool brighter = true;
	for (int i = 8; i < 256; i += 8)
		brighter &= luma(viridis.rgb[i]) > luma(viridis.rgb[i - 8]);
	ok(brighter, "the luma of viridis increases");
	ok(colormap_at(&jet, NAN) == jet.rgb[0], "NaN is the lowest colour");
	ok(colormap_at(&jet, -3) == jet.rgb[0] && colormap_at(&jet, INFINITY) == jet.rgb[255],
		"values outside are clamped");
	return done();
}
