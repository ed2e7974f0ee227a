#include "draw/parts.h"

#include "draw/json_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const shape_names[] = {"oval", "curve", "line", "limb", "spikes", "eye", "brow",
	"mouth", NULL};
static const char *const side_names[] = {"first", "second", NULL};
static const char *const style_names[] = {"line", "cat", NULL};
static const char *const part_keys[] = {"name", "shape", "bone", "side", "layer", "depth", "mirror",
	"fill", "line", "line width", "shade", "wobble", "when", "unless", "at", "radius", "angle",
	"width", "white", "pupil", "lid", "pupil size", "iris size", "style", "points", "spikes",
	"through", "radii", "inside", NULL};

void parts_free(struct part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		parts_free(parts[i].inside, parts[i].inside_count);
		free(parts[i].knots);
		free(parts[i].spikes);
	}
	free(parts);
}

int palette_find(struct character *character, const char *text, int *index)
{
	*index = -1;
	if (strcmp(text, "none") == 0)
		return 0;
	for (size_t i = 0; i < character->color_count; i++)
		if (strcmp(character->color_names[i], text) == 0) {
			*index = (int)i;
			return 0;
		}
	size_t next = character->color_count;
	if (next == PALETTE_MAXIMUM || !color_parse(text, &character->palette[next]))
		return -1;
	snprintf(character->color_names[next], DRAW_NAME_SIZE, "%s", text);
	*index = (int)character->color_count++;
	return 0;
}

int bone_find(const struct character *character, const char *name)
{
	for (size_t i = 0; i < character->bone_count; i++)
		if (strcmp(character->bones[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* Index of a choice by name, or -1. */
static int choice_find(const struct character *character, const char *name)
{
	for (size_t i = 0; i < character->choice_count; i++)
		if (strcmp(character->choices[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int read_color(const struct json_fields *fields, const char *key,
	struct character *character, int *index)
{
	const char *text;
	if (field_text(fields, key, &text))
		return -1;
	if (text && palette_find(character, text, index))
		return field_error(fields, "\"%s\": no colour \"%s\"", key, text);
	return 0;
}

static int read_bone(const struct json_fields *fields, const struct character *character, int *bone)
{
	const char *text;
	if (field_text(fields, "bone", &text))
		return -1;
	if (text && (*bone = bone_find(character, text)) < 0)
		return field_error(fields, "\"bone\": no bone \"%s\"", text);
	return 0;
}

static int read_choice(const struct json_fields *fields, const struct character *character,
	struct part *part)
{
	const char *when, *unless;
	if (field_text(fields, "when", &when) || field_text(fields, "unless", &unless))
		return -1;
	if (!when && !unless)
		return 0;
	part->choice_state = when != NULL;
	part->choice = choice_find(character, when ? when : unless);
	if (part->choice < 0 || (when && unless))
		return field_error(fields, "\"when\" or \"unless\": not one choice");
	return 0;
}

static int read_knots(const struct json_fields *fields, const json_t *points, struct part *part)
{
	part->count = json_array_size(points);
	part->knots = calloc(part->count + 1, sizeof *part->knots);
	if (!part->knots)
		return error_memory(fields->error, fields->label);
	for (size_t i = 0; i < part->count; i++) {
		const json_t *knot = json_array_get(points, i);
		if (value_point(fields, "points", knot, &part->knots[i].at))
			return -1;
		part->knots[i].corner = json_array_size(knot) > 2;
	}
	return 0;
}

static int read_spikes(const struct json_fields *fields, const json_t *spikes, struct part *part)
{
	static const double limits[4][2] = {{-720, 720}, {0, 1000}, {0.1, 360}, {-180, 180}};
	part->count = json_array_size(spikes);
	part->spikes = calloc(part->count + 1, sizeof *part->spikes);
	if (!part->spikes)
		return error_memory(fields->error, fields->label);
	for (size_t i = 0; i < part->count; i++) {
		const json_t *spike = json_array_get(spikes, i);
		double values[4] = {0};
		if (json_array_size(spike) < 3 || json_array_size(spike) > 4)
			return field_error(fields,
				"\"spikes\": not [direction, length, width, bend]");
		for (size_t k = 0; k < json_array_size(spike); k++)
			if (value_number(fields, "spikes", json_array_get(spike, k), limits[k][0],
				    limits[k][1], &values[k]))
				return -1;
		part->spikes[i] = (struct spike){values[0], values[1], values[2], values[3]};
		if (i && values[0] < part->spikes[i - 1].direction)
			return field_error(fields, "\"spikes\": directions do not rise");
	}
	return 0;
}

static int read_limb(const struct json_fields *fields, const struct character *character,
	struct part *part)
{
	const json_t *through, *radii;
	if (field_array(fields, "through", LIMB_CENTRES, &through) ||
		field_array(fields, "radii", LIMB_CENTRES, &radii))
		return -1;
	part->centre_count = json_array_size(through);
	if (part->centre_count < 2 || json_array_size(radii) != part->centre_count)
		return field_error(fields,
			"a limb takes 2 or more of \"through\" and as many \"radii\"");
	for (size_t i = 0; i < part->centre_count; i++) {
		struct limb_centre *centre = &part->centres[i];
		const json_t *element = json_array_get(through, i);
		centre->bone = -1;
		if (json_is_string(element)) {
			centre->bone = bone_find(character, json_string_value(element));
			if (centre->bone < 0)
				return field_error(fields, "\"through\": no bone \"%s\"",
					json_string_value(element));
		} else if (value_point(fields, "through", element, &centre->at))
			return -1;
		if (value_number(fields, "radii", json_array_get(radii, i), 0, 1000,
			    &centre->radius))
			return -1;
	}
	return 0;
}

static int read_geometry(const struct json_fields *fields, const struct character *character,
	struct part *part)
{
	const json_t *points, *spikes;
	if (field_array(fields, "points", KNOTS_MAXIMUM, &points) ||
		field_array(fields, "spikes", KNOTS_MAXIMUM, &spikes) ||
		field_point(fields, "at", &part->at) ||
		field_point(fields, "radius", &part->radius) ||
		field_number(fields, "angle", -360, 360, &part->angle))
		return -1;
	if (part->shape == PART_CURVE || part->shape == PART_LINE) {
		if (json_array_size(points) < (part->shape == PART_LINE ? 2 : 3))
			return field_error(fields, "too few \"points\"");
		return read_knots(fields, points, part);
	}
	if (part->shape == PART_LIMB)
		return read_limb(fields, character, part);
	if (part->radius.x < 0.1 || part->radius.y < 0.1)
		return field_error(fields, "\"radius\": not two numbers of at least 0.1");
	return part->shape == PART_SPIKES ? read_spikes(fields, spikes, part) : 0;
}

static int read_face(const struct json_fields *fields, struct character *character,
	struct part *part)
{
	if (read_color(fields, "white", character, &part->white) ||
		read_color(fields, "pupil", character, &part->pupil) ||
		field_number(fields, "lid", 0, 1, &part->lid) ||
		field_number(fields, "iris size", 0, 2, &part->iris_size) ||
		field_number(fields, "pupil size", 0, 2, &part->pupil_size))
		return -1;
	return field_choice(fields, "style", style_names, &part->style);
}

static int read_list(const json_t *array, const struct part *outer, struct character *character,
	struct part **parts, size_t *count, struct error *error);

static int read_part(const struct json_fields *fields, const struct part *outer,
	struct character *character, struct part *part)
{
	int shape = PART_OVAL;
	const json_t *inside;
	*part = (struct part){.bone = outer ? outer->bone : 0,
		.side = -1,
		.fill = -1,
		.line = -1,
		.line_width = outer ? 0 : 1,
		.shade = outer ? 0 : 1,
		.choice = -1,
		.white = -1,
		.pupil = -1,
		.width = 2,
		.iris_size = 0.7,
		.pupil_size = 0.5};
	if (fields_check_keys(fields, part_keys) ||
		field_name(fields, "name", part->name, sizeof part->name) ||
		field_choice(fields, "shape", shape_names, &shape) ||
		field_choice(fields, "side", side_names, &part->side) ||
		read_bone(fields, character, &part->bone) || read_choice(fields, character, part) ||
		read_color(fields, "fill", character, &part->fill) ||
		read_color(fields, "line", character, &part->line) ||
		field_number(fields, "line width", 0, 10, &part->line_width) ||
		field_number(fields, "layer", -1000, 1000, &part->layer) ||
		field_number(fields, "depth", -100, 100, &part->depth) ||
		field_number(fields, "shade", 0, 4, &part->shade) ||
		field_number(fields, "wobble", 0, 50, &part->wobble) ||
		field_number(fields, "width", 0.1, 100, &part->width) ||
		field_flag(fields, "mirror", &part->mirror) ||
		field_array(fields, "inside", PARTS_MAXIMUM, &inside))
		return -1;
	part->shape = (enum part_shape)shape;
	if (part->shape == PART_LINE && part->fill < 0)
		return field_error(fields, "a line takes a \"fill\"");
	if (read_geometry(fields, character, part) || read_face(fields, character, part))
		return -1;
	if (outer && inside)
		return field_error(fields, "\"inside\" does not nest");
	return inside ? read_list(inside, part, character, &part->inside, &part->inside_count,
				fields->error)
		      : 0;
}

/* Insertion sort by layer: stable, and fast on files that are mostly sorted. */
static void sort_by_layer(struct part *parts, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct part moving = parts[i];
		size_t index = i;
		for (; index > 0 && parts[index - 1].layer > moving.layer; index--)
			parts[index] = parts[index - 1];
		parts[index] = moving;
	}
}

static int read_list(const json_t *array, const struct part *outer, struct character *character,
	struct part **parts, size_t *count, struct error *error)
{
	size_t total = json_array_size(array);
	*parts = calloc(total + 1, sizeof **parts);
	if (!*parts)
		return error_memory(error, character->name);
	for (size_t i = 0; i < total; i++) {
		const json_t *object = json_array_get(array, i);
		const char *name = json_string_value(json_object_get(object, "name"));
		char label[256];
		snprintf(label, sizeof label, "%.100s: %s%spart %zu%s%.32s", character->name,
			outer ? outer->name : "", outer ? ": " : "", i + 1, name ? ": " : "",
			name ? name : "");
		struct json_fields fields = {object, label, error};
		(*count)++;
		if (read_part(&fields, outer, character, &(*parts)[i]))
			return -1;
	}
	sort_by_layer(*parts, total);
	return 0;
}

int parts_read(const json_t *parts, struct character *character, struct error *error)
{
	if (json_array_size(parts) < 1 || json_array_size(parts) > PARTS_MAXIMUM)
		return error_set(error, character->name, "\"parts\": not an array of 1 to %d",
			PARTS_MAXIMUM);
	return read_list(parts, NULL, character, &character->parts, &character->part_count, error);
}
