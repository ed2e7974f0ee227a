/* Random values and results of the operations, against NumPy, torchvision and Pillow
 * (tests/fixtures/augment/make_expected.py). */
#include "augment/operations.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find_name(const char *const *names, const char *name)
{
	int i = 0;
	while (names[i] && strcmp(names[i], name) != 0)
		i++;
	return i;
}

/* Reads the number of steps, and a line for each: operation, number of values, values. */
static bool read_steps(FILE *file, struct augment_change *change)
{
	int values;
	char name[64];
	if (fscanf(file, "%d", &change->count) != 1 || change->count > AUGMENT_STEPS_MAXIMUM)
		return false;
	for (int i = 0; i < change->count; i++) {
		struct augment_step *step = &change->steps[i];
		if (fscanf(file, "%63s %d", name, &values) != 2 || values > AUGMENT_VALUES_MAXIMUM)
			return false;
		*step = (struct augment_step){.operation = augment_operation_find(name)};
		if (step->operation < 0 || augment_operations[step->operation].values != values)
			return false;
		for (int k = 0; k < values; k++)
			if (fscanf(file, "%lf", &step->values[k]) != 1)
				return false;
	}
	return true;
}

/* The largest relative difference between values of the same steps; infinite if steps differ. */
static double difference(const struct augment_change *a, const struct augment_change *b)
{
	double worst = a->count == b->count ? 0 : INFINITY;
	for (int i = 0; i < a->count && worst < INFINITY; i++) {
		worst = a->steps[i].operation == b->steps[i].operation ? worst : INFINITY;
		for (int k = 0; k < AUGMENT_VALUES_MAXIMUM; k++) {
			double x = a->steps[i].values[k], y = b->steps[i].values[k];
			worst = fmax(worst, fabs(x - y) / fmax(1, fabs(y)));
		}
	}
	return worst;
}

static bool read_options(FILE *file, struct augment_options *options, char *what, size_t size)
{
	struct error error;
	char preset[32], name[64], setting[64];
	int count;
	if (fscanf(file, "%31s %d", preset, &count) != 2)
		return false;
	*options = augment_preset((enum augment_preset)find_name(augment_preset_names, preset));
	snprintf(what, size, "%s", preset);
	for (int i = 0; i < count; i++) {
		if (fscanf(file, "%63s %63s", name, setting) != 2 ||
			augment_set(options, name, setting, &error))
			return false;
		snprintf(what, size, "%s %s", name, setting);
	}
	return true;
}

static void draws(void)
{
	FILE *file = fopen(fixture("augment/draws.txt"), "r");
	struct augment_options options;
	char what[160];
	unsigned long long seed, id;
	unsigned pass;
	int lines = 0;
	for (; file && read_options(file, &options, what, sizeof what); lines++) {
		struct augment_change expected, got;
		bool read = fscanf(file, "%llu %u %llu", &seed, &pass, &id) == 3 &&
			read_steps(file, &expected);
		augment_draw(&options, seed, pass, id, &got);
		bool beta = strstr(what, "mix");
		double worst = difference(&got, &expected);
		ok(read && worst < (beta ? 1e-5 : 1e-12),
			"%s, seed %llu, pass %u, record %llu: the same values as in Python (%.2g)",
			what, seed, pass, id, worst);
	}
	is_integer(lines, 32 + 3 * (augment_operations_count - 12),
		"every operation and every line of draws.txt");
	if (file)
		fclose(file);
}

struct picture_case {
	char name[64], fill[16], interpolation[16];
	int width, height, channels, count;
	double fill_value, low, high, tolerance;
	struct augment_change change;
};

static double picture_value(int x, int y, int c)
{
	return (3 * x * x + 5 * y * y + 7 * x * y + 50 * c + 9 * (x * y % 13)) % 256;
}

static bool read_case(FILE *file, struct picture_case *test)
{
	return fscanf(file, "%63s %d %d %d %15s %lf %15s %lf %lf %lf %d", test->name, &test->width,
		       &test->height, &test->channels, test->fill, &test->fill_value,
		       test->interpolation, &test->low, &test->high, &test->tolerance,
		       &test->count) == 11 &&
		read_steps(file, &test->change);
}

/* Applies the case's change to the picture as `type`; returns the result, floats or bytes. */
static void *apply(const struct picture_case *test, enum stream_type type, bool rescale)
{
	struct error error;
	struct stream_head head = {.type = type,
		.height = test->height,
		.width = test->width,
		.channels = test->channels,
		.minimum = test->low,
		.maximum = test->high};
	struct augment_options options = {.fill = find_name(augment_fill_names, test->fill),
		.fill_value = test->fill_value,
		.interpolation = find_name(augment_interpolation_names, test->interpolation)};
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
	if (augment_workspace_create(&workspace, &head, &options, rescale, &error) ||
		augment_apply(workspace, &test->change,
			type == STREAM_U8 ? (void *)bytes : (void *)floats, out, &error))
		abort();
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
	double worst = 0, worst_rescaled = 0, worst_byte = 0, unit = (test->high - test->low) / 255;
	bool read = true;
	for (int i = 0; i < test->count; i++) {
		int x, y, c;
		double value;
		read &= fscanf(file, "%d %d %d %lf", &x, &y, &c, &value) == 4;
		size_t at = ((size_t)y * (size_t)test->width + (size_t)x) * (size_t)test->channels +
			(size_t)c;
		worst = fmax(worst, fabs(((double)floats[at] - test->low) / unit - value));
		worst_rescaled = fmax(worst_rescaled, fabs((double)rescaled[at] * 255 - value));
		if (bytes_too)
			worst_byte = fmax(worst_byte, fabs(bytes[at] - fmin(fmax(value, 0), 255)));
	}
	ok(read && worst <= test->tolerance + 1e-4, "%s: floats within %g of 255 (%.2g)",
		test->name, test->tolerance, worst);
	ok(worst_rescaled <= test->tolerance + 1e-4, "%s: rescaled too", test->name);
	ok(worst_byte <= 0.501 + test->tolerance, "%s: bytes rounded to nearest (%.4f)", test->name,
		worst_byte);
	free(floats);
	free(rescaled);
	free(bytes);
}

static void changes(void)
{
	static const char *const without[] = {"random-background", "gaussian-noise", "mixup",
		"cutmix", NULL};
	FILE *file = fopen(fixture("augment/changes.txt"), "r");
	struct picture_case test;
	bool met[AUGMENT_OPERATIONS_MAXIMUM] = {false};
	int cases = 0;
	for (; file && read_case(file, &test); cases++) {
		check_case(file, &test);
		for (int i = 0; i < test.change.count; i++)
			met[test.change.steps[i].operation] = true;
	}
	ok(file && fscanf(file, "%*s") == EOF, "every case of changes.txt: %d", cases);
	for (int i = 0; i < augment_operations_count; i++)
		ok(met[i] || without[find_name(without, augment_operations[i].name)],
			"%s is compared with a reference", augment_operations[i].name);
	if (file)
		fclose(file);
}

int main(void)
{
	draws();
	changes();
	return done();
}
