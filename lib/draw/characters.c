#include "draw/character.h"

#include "base/data.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "draw/json_fields.h"
#include "draw/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_LIMIT = 4 << 20 };

static const char *const file_keys[] = {"about", "kits", "characters", NULL};
static const char *const character_keys[] = {"kit", "palette", "bones", "head", "parts", "choices",
	"moods", NULL};
static const char *const bone_keys[] = {"name", "parent", "at", "rest", "swing", "paired", NULL};
static const char *const choice_keys[] = {"name", "share", "palette", NULL};
static const char *const mood_names[] = {"calm", "happy", "laughing", "angry", "surprised", "sad",
	"winking", NULL};
_Static_assert(sizeof mood_names / sizeof *mood_names == MOOD_COUNT + 1, "a name for each mood");

/* Merges the named objects of `own` into those of `kit`: keys replace the keys of the object of
 * that name, a new name is appended, "hide": true removes one. */
static int merge_named(json_t *kit, const json_t *own)
{
	size_t known = json_array_size(kit), i;
	json_t *object;
	json_array_foreach ((json_t *)own, i, object) {
		const char *name = json_string_value(json_object_get(object, "name"));
		size_t index = 0;
		for (; index < known; index++) {
			const char *other = json_string_value(
				json_object_get(json_array_get(kit, index), "name"));
			if (name && other && strcmp(name, other) == 0)
				break;
		}
		bool hide = index < known && json_is_true(json_object_get(object, "hide"));
		known -= hide;
		if (hide ? json_array_remove(kit, index)
				: index < known
				? json_object_update(json_array_get(kit, index), object)
				: json_array_append(kit, object))
			return -1;
	}
	return 0;
}

/* The kit overridden by the description of a character: fresh JSON, the caller's, or NULL without
 * memory. */
static json_t *merge_kit(const json_t *kit, const json_t *own)
{
	json_t *merged = json_deep_copy(kit), *value;
	const char *key;
	int failed = !merged;
	if (merged)
		json_object_foreach ((json_t *)own, key, value) {
			json_t *of_kit = json_object_get(merged, key);
			if (json_is_array(of_kit) && json_is_array(value) && strcmp(key, "moods"))
				failed |= merge_named(of_kit, value);
			else if (json_is_object(of_kit) && json_is_object(value))
				failed |= json_object_update(of_kit, value);
			else
				failed |= json_object_set(merged, key, value);
		}
	if (!failed)
		return merged;
	json_decref(merged);
	return NULL;
}

static int read_palette(const json_t *palette, struct character *character, struct error *error)
{
	const char *key;
	json_t *value;
	if (palette && !json_is_object(palette))
		return error_set(error, character->name, "\"palette\": not an object {...}");
	json_object_foreach ((json_t *)palette, key, value) {
		size_t next = character->color_count;
		if (next == PALETTE_MAXIMUM || !*key || strlen(key) >= DRAW_NAME_SIZE ||
			key[0] == '#')
			return error_set(error, character->name,
				"\"palette\": too many colours, or invalid name \"%s\"", key);
		if (!json_is_string(value) ||
			!color_parse(json_string_value(value), &character->palette[next]))
			return error_set(error, character->name,
				"\"palette\": \"%s\": not \"#rrggbb\"", key);
		strcpy(character->color_names[next], key);
		character->color_count++;
	}
	return 0;
}

static int read_bone(const struct json_fields *fields, struct character *character)
{
	struct bone bone = {.parent = -1};
	const char *parent;
	const json_t *swing;
	if (fields_check_keys(fields, bone_keys) ||
		field_name(fields, "name", bone.name, sizeof bone.name) ||
		field_text(fields, "parent", &parent) || field_point(fields, "at", &bone.at) ||
		field_number(fields, "rest", -360, 360, &bone.rest) ||
		field_array(fields, "swing", 2, &swing) ||
		field_flag(fields, "paired", &bone.paired))
		return -1;
	if (!bone.name[0] || bone_find(character, bone.name) >= 0)
		return field_error(fields, "a bone takes a \"name\" of its own");
	for (size_t i = 0; swing && i < 2; i++)
		if (value_number(fields, "swing", json_array_get(swing, i), -360, 360,
			    &bone.swing[i]))
			return -1;
	if (parent)
		bone.parent = bone_find(character, parent);
	if (bone.parent < 0 && character->bone_count)
		return field_error(fields,
			"\"parent\": every bone but the first takes an earlier one");
	if (bone.parent >= 0)
		bone.paired |= character->bones[bone.parent].paired;
	character->bones[character->bone_count++] = bone;
	return 0;
}

static int read_bones(const struct json_fields *fields, struct character *character)
{
	const json_t *bones;
	const char *head;
	if (field_array(fields, "bones", BONES_MAXIMUM, &bones) ||
		field_text(fields, "head", &head))
		return -1;
	if (json_array_size(bones) == 0)
		return field_error(fields, "\"bones\": none");
	for (size_t i = 0; i < json_array_size(bones); i++) {
		char label[256];
		snprintf(label, sizeof label, "%.100s: bone %zu", character->name, i + 1);
		struct json_fields bone = {json_array_get(bones, i), label, fields->error};
		if (read_bone(&bone, character))
			return -1;
	}
	character->head = head ? bone_find(character, head) : 0;
	if (character->head < 0)
		return field_error(fields, "\"head\": no bone \"%s\"", head);
	return 0;
}

static int read_choice_palette(const struct json_fields *fields, const json_t *palette,
	struct character *character, struct choice *choice)
{
	const char *key;
	json_t *value;
	if (palette && !json_is_object(palette))
		return field_error(fields, "\"palette\": not an object {...}");
	json_object_foreach ((json_t *)palette, key, value) {
		int index;
		if (palette_find(character, key, &index) || index < 0)
			return field_error(fields, "\"palette\": no colour \"%s\"", key);
		if (!json_is_string(value) ||
			!color_parse(json_string_value(value), &choice->palette[index]))
			return field_error(fields, "\"palette\": \"%s\": not \"#rrggbb\"", key);
		choice->recolored[index] = true;
	}
	return 0;
}

static int read_choices(const struct json_fields *outer, struct character *character)
{
	const json_t *choices;
	if (field_array(outer, "choices", CHOICES_MAXIMUM, &choices))
		return -1;
	for (size_t i = 0; i < json_array_size(choices); i++) {
		char label[256];
		snprintf(label, sizeof label, "%.100s: choice %zu", character->name, i + 1);
		struct json_fields fields = {json_array_get(choices, i), label, outer->error};
		struct choice *choice = &character->choices[character->choice_count++];
		if (fields_check_keys(&fields, choice_keys) ||
			field_name(&fields, "name", choice->name, sizeof choice->name) ||
			field_number(&fields, "share", 0, 1, &choice->probability) ||
			read_choice_palette(&fields, json_object_get(fields.object, "palette"),
				character, choice))
			return -1;
	}
	return 0;
}

static int read_moods(const struct json_fields *fields, struct character *character)
{
	const json_t *moods;
	if (field_array(fields, "moods", sizeof character->moods / sizeof *character->moods,
		    &moods))
		return -1;
	for (size_t i = 0; i < json_array_size(moods); i++) {
		const char *name = json_string_value(json_array_get(moods, i));
		int mood = 0;
		while (name && mood_names[mood] && strcmp(mood_names[mood], name))
			mood++;
		if (!name || !mood_names[mood])
			return field_error(fields, "\"moods\": unknown mood \"%s\"",
				name ? name : "");
		character->moods[character->mood_count++] = (enum mood)mood;
	}
	if (character->mood_count == 0)
		character->moods[character->mood_count++] = MOOD_CALM;
	return 0;
}

static int read_character(const char *name, const json_t *description, struct character *character,
	struct error *error)
{
	struct json_fields fields = {description, name, error};
	if (!text_is_class_name(name))
		return error_set(error, name, "cannot be the name of a class");
	if (!(character->name = strdup(name)))
		return error_memory(error, name);
	if (fields_check_keys(&fields, character_keys) ||
		read_palette(json_object_get(description, "palette"), character, error) ||
		read_bones(&fields, character) || read_choices(&fields, character) ||
		read_moods(&fields, character))
		return -1;
	return parts_read(json_object_get(description, "parts"), character, error);
}

static int read_with_kit(const char *name, const json_t *kits, const json_t *own,
	struct character *character, struct error *error)
{
	const char *kit_name = json_string_value(json_object_get(own, "kit"));
	const json_t *kit = kit_name ? json_object_get(kits, kit_name) : NULL;
	if (!kit_name)
		return read_character(name, own, character, error);
	if (!json_is_object(kit))
		return error_set(error, name, "\"kit\": no kit \"%s\"", kit_name);
	json_t *merged = merge_kit(kit, own);
	if (!merged)
		return error_memory(error, name);
	int result = read_character(name, merged, character, error);
	json_decref(merged);
	return result;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct character *)a)->name, ((const struct character *)b)->name);
}

static int read_characters(const json_t *root, struct character_list *list, struct error *error)
{
	struct json_fields fields = {root, "the file", error};
	if (fields_check_keys(&fields, file_keys))
		return -1;
	const json_t *characters = json_object_get(root, "characters");
	size_t count = json_object_size(characters);
	if (count < 1 || count > CHARACTERS_MAXIMUM)
		return error_set(error, "characters", "not an object of 1 to %d",
			CHARACTERS_MAXIMUM);
	list->items = calloc(count, sizeof *list->items);
	if (!list->items)
		return error_memory(error, "characters");
	const char *name;
	json_t *own;
	json_object_foreach ((json_t *)characters, name, own)
		if (read_with_kit(name, json_object_get(root, "kits"), own,
			    &list->items[list->count++], error))
			return -1;
	qsort(list->items, count, sizeof *list->items, compare_names);
	return 0;
}

int character_list_parse(const char *text, size_t size, const char *name,
	struct character_list *list, struct error *error)
{
	*list = (struct character_list){0};
	json_t *root = json_parse(text, size, JSON_REJECT_DUPLICATES, name, error);
	if (!root)
		return -1;
	int result = read_characters(root, list, error);
	json_decref(root);
	if (result) {
		character_list_free(list);
		error_within(error, name);
	}
	return result;
}

int character_list_read(const char *path, struct character_list *list, struct error *error)
{
	char *text;
	*list = (struct character_list){0};
	if (file_read_text(path, FILE_LIMIT, &text, error))
		return -1;
	int result = character_list_parse(text, strlen(text), path, list, error);
	free(text);
	return result;
}

void character_list_free(struct character_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		parts_free(list->items[i].parts, list->items[i].part_count);
		free(list->items[i].name);
	}
	free(list->items);
	*list = (struct character_list){0};
}

static bool is_path(const char *dataset)
{
	size_t length = strlen(dataset);
	return strchr(dataset, '/') || strcmp(dataset, "-") == 0 ||
		(length > 5 && strcmp(dataset + length - 5, ".json") == 0);
}

char *character_list_find_file(const char *dataset, struct error *error)
{
	bool path = is_path(dataset), folder = path && file_is_folder(dataset);
	char *name = path && !folder ? strdup(dataset) : file_join(dataset, "characters.json");
	if (!name)
		error_memory(error, dataset);
	if (!name || path)
		return name;
	char *found = data_find(name, error);
	free(name);
	return found;
}
