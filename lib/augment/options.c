#include "augment/augment.h"

#include <stddef.h>
#include <stdlib.h>

const char *const augment_preset_names[] = {"none", "keras", "light", "strong", NULL};
const char *const augment_fill_names[] = {"nearest", "constant", "reflect", NULL};

struct augment_options augment_preset(enum augment_preset preset)
{
	switch (preset) {
	case AUGMENT_PRESET_KERAS:
		return (struct augment_options){.shear = 0.2, .zoom = 0.2, .horizontal_flip = 0.5};
	case AUGMENT_PRESET_LIGHT:
		return (struct augment_options){.rotate = 8, .zoom = 0.1, .shift_x = 0.05, .shift_y = 0.05,
			.horizontal_flip = 0.5, .brightness = 0.1, .contrast = 0.1};
	case AUGMENT_PRESET_STRONG:
		return (struct augment_options){.rotate = 15, .shear = 8, .zoom = 0.1, .shift_x = 0.1, .shift_y = 0.1,
			.crop = 0.6, .horizontal_flip = 0.5, .brightness = 0.25, .contrast = 0.25, .saturation = 0.2,
			.hue = 4, .erase = 0.25};
	case AUGMENT_PRESET_NONE:
		break;
	}
	return (struct augment_options){0};
}

static const struct {
	const char *name;
	size_t offset;
} ranges[] = {
	{"rotate", offsetof(struct augment_options, rotate)},
	{"shear", offsetof(struct augment_options, shear)},
	{"zoom", offsetof(struct augment_options, zoom)},
	{"shift-x", offsetof(struct augment_options, shift_x)},
	{"shift-y", offsetof(struct augment_options, shift_y)},
	{"crop", offsetof(struct augment_options, crop)},
	{"horizontal-flip", offsetof(struct augment_options, horizontal_flip)},
	{"vertical-flip", offsetof(struct augment_options, vertical_flip)},
	{"brightness", offsetof(struct augment_options, brightness)},
	{"contrast", offsetof(struct augment_options, contrast)},
	{"saturation", offsetof(struct augment_options, saturation)},
	{"hue", offsetof(struct augment_options, hue)},
	{"erase", offsetof(struct augment_options, erase)},
	{"fill-value", offsetof(struct augment_options, fill_value)},
};

char *augment_describe(const struct augment_options *options)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	fprintf(stream, "--fill %s", augment_fill_names[options->fill]);
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		double value = *(const double *)((const char *)options + ranges[i].offset);
		if (value != 0)
			fprintf(stream, " --%s %.15g", ranges[i].name, value);
	}
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}
