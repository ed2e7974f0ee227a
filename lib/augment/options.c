#include "augment/operations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const augment_preset_names[] = {[AUGMENT_PRESET_NONE] = "none",
	[AUGMENT_PRESET_KERAS] = "keras",
	[AUGMENT_PRESET_LIGHT] = "light",
	[AUGMENT_PRESET_STRONG] = "strong",
	NULL};
const char *const augment_fill_names[] = {[AUGMENT_NEAREST] = "nearest",
	[AUGMENT_CONSTANT] = "constant",
	[AUGMENT_REFLECT] = "reflect",
	NULL};
const char *const augment_interpolation_names[] = {[AUGMENT_INTERPOLATE_NEAREST] = "nearest",
	[AUGMENT_BILINEAR] = "bilinear",
	[AUGMENT_BICUBIC] = "bicubic",
	NULL};
const char *const augment_policy_names[] = {[AUGMENT_POLICY_NONE] = "none",
	[AUGMENT_RANDAUGMENT] = "randaugment",
	[AUGMENT_TRIVIAL] = "trivial-augment",
	NULL};

static const struct {
	enum augment_preset preset;
	const char *operation;
	double amount, probability;
} preset_settings[] = {
	{AUGMENT_PRESET_KERAS, "shear", 0.2, 1},
	{AUGMENT_PRESET_KERAS, "zoom", 0.2, 1},
	{AUGMENT_PRESET_KERAS, "horizontal-flip", 1, 0.5},

	{AUGMENT_PRESET_LIGHT, "rotate", 8, 1},
	{AUGMENT_PRESET_LIGHT, "zoom", 0.1, 1},
	{AUGMENT_PRESET_LIGHT, "translate", 0.05, 1},
	{AUGMENT_PRESET_LIGHT, "horizontal-flip", 1, 0.5},
	{AUGMENT_PRESET_LIGHT, "brightness", 0.1, 1},
	{AUGMENT_PRESET_LIGHT, "contrast", 0.1, 1},

	{AUGMENT_PRESET_STRONG, "rotate", 15, 1},
	{AUGMENT_PRESET_STRONG, "shear-x", 8, 1},
	{AUGMENT_PRESET_STRONG, "zoom", 0.1, 1},
	{AUGMENT_PRESET_STRONG, "translate", 0.1, 1},
	{AUGMENT_PRESET_STRONG, "random-resized-crop", 0.6, 1},
	{AUGMENT_PRESET_STRONG, "horizontal-flip", 1, 0.5},
	{AUGMENT_PRESET_STRONG, "brightness", 0.25, 1},
	{AUGMENT_PRESET_STRONG, "contrast", 0.25, 1},
	{AUGMENT_PRESET_STRONG, "saturation", 0.2, 1},
	{AUGMENT_PRESET_STRONG, "hue", 4, 1},
	{AUGMENT_PRESET_STRONG, "random-erasing", 1, 0.25},
};

static const double default_crop_ratio = 4.0 / 3;

struct augment_setting *augment_setting(struct augment_options *options, const char *operation)
{
	return &options->settings[augment_operation_find(operation)];
}

bool augment_is_enabled(const struct augment_options *options, int row)
{
	return options->settings[row].amount != 0 && options->settings[row].probability != 0;
}

bool augment_has_geometry(const struct augment_options *options)
{
	for (int i = 0; i < augment_operations_count; i++) {
		enum augment_kind kind = augment_operations[i].kind;
		if ((kind == AUGMENT_GEOMETRY || kind == AUGMENT_CENTRED) &&
			augment_is_enabled(options, i))
			return true;
	}
	return options->policy != AUGMENT_POLICY_NONE;
}

struct augment_options augment_preset(enum augment_preset preset)
{
	struct augment_options options = {.crop_ratio = default_crop_ratio,
		.policy_operations = 2,
		.policy_magnitude = 9,
		.interpolation = AUGMENT_BILINEAR};
	for (size_t i = 0; i < sizeof preset_settings / sizeof *preset_settings; i++)
		if (preset_settings[i].preset == preset)
			*augment_setting(&options, preset_settings[i].operation) =
				(struct augment_setting){preset_settings[i].amount,
					preset_settings[i].probability};
	return options;
}

static int read_number(const char *object, const char *text, double maximum, bool integer_only,
	double *value, struct error *error)
{
	char shown[256];
	if (text_to_real(text, value) && *value >= 0 && *value <= maximum &&
		!(integer_only && *value != floor(*value)))
		return 0;
	return error_set(error, object, "'%s' is not a %snumber from 0 to %.15g",
		text_printable(shown, sizeof shown, text), integer_only ? "whole " : "", maximum);
}

int augment_set(struct augment_options *options, const char *name, const char *text,
	struct error *error)
{
	char object[80], amount[64];
	struct augment_setting setting = {1, 1};
	int row = augment_operation_find(name);
	snprintf(object, sizeof object, "--%s", name);
	if (row < 0)
		return error_set(error, object, "no such operation");
	const struct augment_operation *operation = &augment_operations[row];
	const char *probability = operation->argument ? strchr(text, ':') : NULL;
	if (operation->argument) {
		int length = probability ? (int)(probability - text) : (int)strlen(text);
		snprintf(amount, sizeof amount, "%.*s", length, text);
		if (read_number(object, amount, operation->amount_maximum, operation->integer_only,
			    &setting.amount, error))
			return -1;
		probability = probability ? probability + 1 : "1";
	}
	if (read_number(object, probability ? probability : text, 1, false, &setting.probability,
		    error))
		return -1;
	options->settings[row] = setting;
	return 0;
}

bool augment_describe_setting(const struct augment_options *options, int row,
	char text[AUGMENT_SETTING_SIZE])
{
	const struct augment_operation *operation = &augment_operations[row];
	const struct augment_setting *setting = &options->settings[row];
	if (!operation->argument)
		snprintf(text, AUGMENT_SETTING_SIZE, "%.15g", setting->probability);
	else if (setting->probability == 1)
		snprintf(text, AUGMENT_SETTING_SIZE, "%.15g", setting->amount);
	else
		snprintf(text, AUGMENT_SETTING_SIZE, "%.15g:%.15g", setting->amount,
			setting->probability);
	return augment_is_enabled(options, row);
}

char *augment_describe(const struct augment_options *options)
{
	char *text = NULL, setting[AUGMENT_SETTING_SIZE];
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	fprintf(stream, "--fill %s", augment_fill_names[options->fill]);
	if (options->fill == AUGMENT_CONSTANT)
		fprintf(stream, " --fill-value %.15g", options->fill_value);
	if (options->interpolation != AUGMENT_BILINEAR)
		fprintf(stream, " --interpolation %s",
			augment_interpolation_names[options->interpolation]);
	for (int i = 0; i < augment_operations_count; i++)
		if (augment_describe_setting(options, i, setting))
			fprintf(stream, " --%s %s", augment_operations[i].name, setting);
	if (options->crop_ratio != default_crop_ratio &&
		augment_is_enabled(options, augment_operation_find("random-resized-crop")))
		fprintf(stream, " --crop-ratio %.15g", options->crop_ratio);
	if (options->policy != AUGMENT_POLICY_NONE)
		fprintf(stream, " --policy %s", augment_policy_names[options->policy]);
	if (options->policy == AUGMENT_RANDAUGMENT)
		fprintf(stream, " --policy-operations %d --policy-magnitude %d",
			options->policy_operations, options->policy_magnitude);
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}
