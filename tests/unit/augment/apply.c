/* What is drawn and what is done to images, against NumPy (tests/fixtures/augment/make_expected.py). */
#include "augment/augment.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 20 };

/* The fields of a change in the order of the fixtures. */
static void flatten(const struct augment_change *c, double out[VALUES])
{
	const double values[VALUES] = {c->rotate, c->shear, c->zoom_x, c->zoom_y, c->shift_x, c->shift_y,
		c->crop.x, c->crop.y, c->crop.width, c->crop.height, c->horizontal_flip, c->vertical_flip,
		c->brightness, c->contrast, c->saturation, c->hue,
		c->erase.x, c->erase.y, c->erase.width, c->erase.height};
	memcpy(out, values, sizeof values);
}

static bool read_values(FILE *file, double out[VALUES])
{
	for (int i = 0; i < VALUES; i++)
		if (fscanf(file, "%lf", &out[i]) != 1)
			return false;
	return true;
}

static struct augment_change build_change(const double v[VALUES])
{
	return (struct augment_change){v[0], v[1], v[2], v[3], v[4], v[5], {v[6], v[7], v[8], v[9]},
		v[10] != 0, v[11] != 0, v[12], v[13], v[14], v[15], {v[16], v[17], v[18], v[19]}};
}

static int find_name(const char *const *names, const char *name)
{
	int i = 0;
	while (names[i] && strcmp(names[i], name) != 0)
		i++;
	return i;
}

static void draws(void)
{
	FILE *file = fopen(fixture("augment/draws.txt"), "r");
	char preset[32];
	unsigned long long seed, id;
	unsigned pass;
	int lines = 0;
	while (file && fscanf(file, "%31s %llu %u %llu", preset, &seed, &pass, &id) == 4) {
		double expected[VALUES], got[VALUES], worst = 0;
		struct augment_options options =
			augment_preset((enum augment_preset)find_name(augment_preset_names, preset));
		struct augment_change change = augment_draw(&options, seed, pass, id);
		flatten(&change, got);
		bool read = read_values(file, expected);
		for (int i = 0; i < VALUES; i++)
			worst = fmax(worst, fabs(got[i] - expected[i]));
		ok(read && worst < 1e-12, "%s, seed %llu, pass %u, record %llu: drawn as by Python", preset, seed, pass, id);
		lines++;
	}
	is_integer(lines, 32, "every line of draws.txt");
	if (file)
		fclose(file);
}

struct picture_case {
	char name[64], fill[16];
	int width, height, channels, count;
	double fill_value, low, high, values[VALUES];
};

static double picture_value(int x, int y, int c)
{
	return (3 * x * x + 5 * y * y + 7 * x * y + 50 * c + 9 * (x * y % 13)) % 256;
}

static bool read_case(FILE *file, struct picture_case *test)
{
	return fscanf(file, "%63s %d %d %d %15s %lf %lf %lf %d", test->name, &test->width, &test->height,
		&test->channels, test->fill, &test->fill_value, &test->low, &test->high, &test->count) == 9
		&& read_values(file, test->values);
}

/* Applies the case's change to the picture as `type`; returns the result, floats or bytes. */
static void *apply(const struct picture_case *test, enum stream_type type, bool rescale)
{
	struct error error;
	struct stream_head head = {.type = type, .height = test->height, .width = test->width,
		.channels = test->channels, .minimum = test->low, .maximum = test->high};
	struct augment_options options = {.fill = find_name(augment_fill_names, test->fill),
		.fill_value = test->fill_value};
	struct augment_change change = build_change(test->values);
	struct augment_workspace *workspace;
	size_t count = (size_t)test->width * (size_t)test->height * (size_t)test->channels;
	unsigned char *bytes = malloc(count);
	float *floats = malloc(count * sizeof *floats), *out = calloc(count, sizeof *out);
	for (size_t i = 0; i < count; i++) {
		int c = (int)i % test->channels, x = (int)i / test->channels % test->width;
		double value = picture_value(x, (int)i / test->channels / test->width, c);
		bytes[i] = (unsigned char)value;
		floats[i] = (float)(test->low + (test->high - test->low) * value / 255);
	}
	if (augment_workspace_create(&workspace, &head, &options, &error))
		return NULL;
	augment_apply(workspace, &change, type == STREAM_U8 ? (void *)bytes : (void *)floats, out, rescale);
	augment_workspace_destroy(workspace);
	free(bytes);
	free(floats);
	return out;
}

static void check_case(FILE *file, const struct picture_case *test)
{
	float *floats = apply(test, STREAM_F32, false), *rescaled = apply(test, STREAM_F32, true);
	bool bytes_too = test->low == 0 && test->high == 255;
	unsigned char *bytes = bytes_too ? apply(test, STREAM_U8, false) : NULL;
	double worst = 0, worst_rescaled = 0, worst_byte = 0, range = test->high - test->low;
	bool read = true;
	for (int i = 0; i < test->count; i++) {
		int x, y, c;
		double value;
		read &= fscanf(file, "%d %d %d %lf", &x, &y, &c, &value) == 4;
		size_t at = ((size_t)y * (size_t)test->width + (size_t)x) * (size_t)test->channels + (size_t)c;
		worst = fmax(worst, fabs((double)floats[at] - value));
		worst_rescaled = fmax(worst_rescaled, fabs((double)rescaled[at] - (value - test->low) / range));
		if (bytes_too)
			worst_byte = fmax(worst_byte, fabs(bytes[at] - value));
	}
	ok(read && worst <= 0.001 * range / 255, "%s: floats within 0.001 of 255 (%.2g)", test->name, worst * 255 / range);
	ok(worst_rescaled <= 0.001 / 255, "%s: rescaled too", test->name);
	ok(worst_byte <= 0.501, "%s: bytes rounded to nearest (%.4f)", test->name, worst_byte);
	free(floats);
	free(rescaled);
	free(bytes);
}

static void changes(void)
{
	FILE *file = fopen(fixture("augment/changes.txt"), "r");
	struct picture_case test;
	int cases = 0;
	for (; file && read_case(file, &test); cases++)
		check_case(file, &test);
	is_integer(cases, 43, "every case of changes.txt");
	if (file)
		fclose(file);
}

static void sines(void)
{
	double worst = 0, sine, cosine;
	for (int i = -36000; i <= 36000; i += 7) {
		augment_sine_cosine(i / 100.0, &sine, &cosine);
		worst = fmax(worst, fabs(sine - sin(i / 100.0 * 3.14159265358979323846 / 180)));
		worst = fmax(worst, fabs(cosine - cos(i / 100.0 * 3.14159265358979323846 / 180)));
	}
	ok(worst < 2e-15, "sine and cosine agree with libm (%.2g)", worst);
	augment_sine_cosine(90, &sine, &cosine);
	ok(sine == 1 && cosine == 0, "quarter turns are exact");
}

/* Over many draws every number stays within what was asked and comes near both ends. */
static void ranges(void)
{
	struct augment_options options = {.rotate = 10, .zoom = 0.2, .crop = 0.5, .horizontal_flip = 0.25, .erase = 0.5};
	double least = 1e9, most = -1e9, least_area = 1, zoom_least = 9, zoom_most = 0;
	int flips = 0, erased = 0, total = 20000, outside = 0;
	for (int i = 0; i < total; i++) {
		struct augment_change change = augment_draw(&options, 5, 0, (uint64_t)i);
		least = fmin(least, change.rotate);
		most = fmax(most, change.rotate);
		zoom_least = fmin(zoom_least, change.zoom_y);
		zoom_most = fmax(zoom_most, change.zoom_y);
		least_area = fmin(least_area, change.crop.width * change.crop.height);
		const struct augment_box *boxes[] = {&change.crop, &change.erase};
		for (int k = 0; k < 2; k++)
			outside += boxes[k]->x < 0 || boxes[k]->y < 0 || boxes[k]->x + boxes[k]->width > 1 + 1e-12
				|| boxes[k]->y + boxes[k]->height > 1 + 1e-12;
		flips += change.horizontal_flip;
		erased += change.erase.width > 0;
	}
	ok(least >= -10 && least < -9.9 && most <= 10 && most > 9.9, "rotation fills its range");
	ok(zoom_least >= 0.8 && zoom_least < 0.801 && zoom_most <= 1.2 && zoom_most > 1.199, "zoom fills its range");
	ok(least_area >= 0.5 - 1e-12, "a crop sees at least the area asked for");
	is_integer(outside, 0, "boxes lie inside the picture");
	is_near(flips / (double)total, 0.25, 0.01, "a quarter is flipped");
	is_near(erased / (double)total, 0.5, 0.01, "half is erased");
}

static void independence(void)
{
	struct augment_options some = {.rotate = 10, .zoom = 0.2}, more = some;
	more.crop = 0.5;
	more.hue = 20;
	struct augment_change a = augment_draw(&some, 1, 2, 3), b = augment_draw(&more, 1, 2, 3);
	ok(a.rotate == b.rotate && a.zoom_x == b.zoom_x, "an operation more changes no number of the others");
	struct augment_change next = augment_draw(&some, 1, 3, 3);
	ok(a.rotate != next.rotate && a.zoom_x != a.zoom_y, "another pass, another number");
}

/* A head may claim a value range that bytes can't hold. */
static void odd_range(void)
{
	struct error error;
	struct stream_head head = {.type = STREAM_U8, .height = 2, .width = 2, .channels = 1, .minimum = -1e300,
		.maximum = 1e300};
	struct augment_options options = {.fill = AUGMENT_CONSTANT, .fill_value = 1};
	struct augment_change change = augment_no_change();
	struct augment_workspace *workspace;
	unsigned char in[4] = {1, 2, 3, 4}, out[4];
	if (augment_workspace_create(&workspace, &head, &options, &error))
		abort();
	change.shift_x = 1;
	augment_apply(workspace, &change, in, out, false);
	is_integer(out[1], 255, "a fill value beyond what bytes hold is cut");
	change = augment_no_change();
	change.erase = (struct augment_box){0, 0, 0.5, 1};
	augment_apply(workspace, &change, in, out, false);
	ok(out[0] == 128 && out[1] == 2, "so is the middle of the range");
	augment_workspace_destroy(workspace);
}

static void errors(void)
{
	struct error error;
	struct stream_head head = {.type = STREAM_U8, .height = 4, .width = 4, .channels = 4, .maximum = 255};
	struct augment_options options = {.hue = 3};
	struct augment_workspace *workspace;
	ok(augment_workspace_create(&workspace, &head, &options, &error) == -1 && !workspace,
		"colour operations refuse four channels");
	is_text(error.reason, "need images of 1 or 3 channels, not 4", "  and say why");
	struct augment_options strong = augment_preset(AUGMENT_PRESET_KERAS);
	char *text = augment_describe(&strong);
	is_text(text, "--fill nearest --shear 0.2 --zoom 0.2 --horizontal-flip 0.5", "a preset in words");
	free(text);
}

int main(void)
{
	sines();
	draws();
	changes();
	ranges();
	independence();
	odd_range();
	errors();
	return done();
}
