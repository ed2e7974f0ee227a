#include "stream/head.h"

#include "base/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {[STREAM_U8] = "u8", [STREAM_F32] = "f32", NULL};
static const char *const label_names[] =
	{[STREAM_LABEL_INDEX] = "index", [STREAM_LABEL_WEIGHTS] = "weights", NULL};

static int find_name(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static json_t *encode_classes(const struct text_list *classes)
{
	json_t *array = json_array();
	for (size_t i = 0; i < classes->count; i++)
		array = json_add_item(array, json_string(classes->items[i]));
	return array;
}

/* Adds a number unless it is 0. Returns 0 or -1. */
static int encode_number(json_t *root, const char *key, uint32_t value)
{
	return value ? json_object_set_new(root, key, json_integer(value)) : 0;
}

int head_encode(const struct stream_head *head, const char *name, char **text, size_t *size,
	struct error *error)
{
	*text = NULL;
	json_t *classes = encode_classes(&head->classes);
	json_t *history = head->history ? json_incref(head->history) : json_array();
	json_t *root = json_pack("{s:s, s:[i,i,i], s:[f,f], s:s, s:o, s:I, s:o}", "dtype",
		type_names[head->type], "shape", head->height, head->width, head->channels, "range",
		head->minimum, head->maximum, "labels", label_names[head->label], "classes",
		classes, "pass", (json_int_t)head->pass, "history", history);
	int failed = encode_number(root, "segment", head->segment) ||
		encode_number(root, "passes", head->passes);
	*text = root && !failed ? json_print(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!*text)
		return error_memory(error, name);
	*size = strlen(*text);
	if (*size <= STREAM_HEAD_MAXIMUM)
		return 0;
	free(*text);
	*text = NULL;
	return error_set(error, name, "head is larger than %d bytes", STREAM_HEAD_MAXIMUM);
}

static int decode_classes(struct text_list *classes, const json_t *array, const char *name,
	struct error *error)
{
	if (!json_is_array(array) || json_array_size(array) > STREAM_CLASSES_MAXIMUM)
		return error_set(error, name, "classes are not an array of at most %d",
			STREAM_CLASSES_MAXIMUM);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));
		if (!text)
			return error_set(error, name, "class %zu is not a string", i);
		if (text_list_add(classes, text, error))
			return -1;
	}
	return 0;
}

/* Converts a dimension; 0, which head_check refuses, if it is not a positive int. */
static int to_dimension(json_int_t value)
{
	return value >= 1 && value <= INT_MAX ? (int)value : 0;
}

static bool fits_uint32(json_int_t value)
{
	return value >= 0 && value <= UINT32_MAX;
}

static int decode_object(struct stream_head *head, json_t *root, const char *name,
	struct error *error)
{
	json_error_t problem;
	json_int_t shape[3], pass, segment = 0, passes = 0;
	const char *type, *label;
	json_t *classes, *history;
	if (json_unpack_ex(root, &problem, 0,
		    "{s:s, s:[I,I,I!], s:[F,F!], s:s, s:o, s:I, s:o, s?I, s?I}", "dtype", &type,
		    "shape", &shape[0], &shape[1], &shape[2], "range", &head->minimum,
		    &head->maximum, "labels", &label, "classes", &classes, "pass", &pass, "history",
		    &history, "segment", &segment, "passes", &passes))
		return json_error_code(&problem) == json_error_out_of_memory
			? error_memory(error, name)
			: error_set(error, name, "head: %s", problem.text);
	head->height = to_dimension(shape[0]);
	head->width = to_dimension(shape[1]);
	head->channels = to_dimension(shape[2]);
	if (find_name(type_names, type) < 0)
		return error_set(error, name, "unknown type '%s'", type);
	if (find_name(label_names, label) < 0)
		return error_set(error, name, "unknown label kind '%s'", label);
	if (!fits_uint32(pass))
		return error_set(error, name, "pass number is out of range");
	if (!fits_uint32(segment) || !fits_uint32(passes))
		return error_set(error, name, "number of segment or passes is out of range");
	head->type = (enum stream_type)find_name(type_names, type);
	head->label = (enum stream_label)find_name(label_names, label);
	head->pass = (uint32_t)pass;
	head->segment = (uint32_t)segment;
	head->passes = (uint32_t)passes;
	head->history = json_incref(history);
	return decode_classes(&head->classes, classes, name, error) ? -1
								    : head_check(head, name, error);
}

int head_decode(struct stream_head *head, const void *text, size_t size, const char *name,
	struct error *error)
{
	*head = (struct stream_head){0};
	json_t *root = json_parse(text, size, JSON_REJECT_DUPLICATES, "head", error);
	if (!root)
		return error_within(error, name);
	int result = decode_object(head, root, name, error);
	json_decref(root);
	if (result)
		stream_head_free(head);
	return result;
}
