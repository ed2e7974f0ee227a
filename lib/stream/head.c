#include "stream/head.h"

#include "base/json.h"
#include "base/version.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int stream_head_copy(struct stream_head *out, const struct stream_head *head, struct error *error)
{
	*out = *head;
	out->classes = (struct text_list){0};
	out->history = json_deep_copy(head->history);
	bool failed = head->history && !out->history;
	for (size_t i = 0; i < head->classes.count && !failed; i++)
		failed = text_list_add(&out->classes, head->classes.items[i], NULL) != 0;
	if (!failed)
		return 0;
	stream_head_free(out);
	return error_memory(error, "head");
}

void stream_head_free(struct stream_head *head)
{
	text_list_free(&head->classes);
	json_decref(head->history);
	*head = (struct stream_head){0};
}

/* `text` truncated to the limit, at the boundary of a UTF-8 character, with invalid UTF-8
 * escaped. */
static json_t *history_text(const char *text)
{
	size_t length = strlen(text), cut_length = length;
	if (length > STREAM_HISTORY_MAXIMUM) {
		cut_length = STREAM_HISTORY_MAXIMUM - strlen(" ...");
		while (cut_length && ((unsigned char)text[cut_length] & 0xC0) == 0x80)
			cut_length--;
	}
	char *cut = text_format("%.*s%s", (int)cut_length, text, cut_length < length ? " ..." : "");
	json_t *value = cut ? json_text(cut) : NULL;
	free(cut);
	return value;
}

int stream_head_add_history(struct stream_head *head, const char *tool, const char *arguments,
	uint64_t seed, struct error *error)
{
	if (!head->history)
		head->history = json_array();
	char *digits = text_format("%llu", (unsigned long long)seed);
	json_t *entry = digits
		? json_pack("{s:s, s:s, s:o, s:s}", "tool", tool, "version", MILLRACE_VERSION,
			  "arguments", history_text(arguments), "seed", digits)
		: NULL;
	free(digits);
	if (!entry || json_array_append_new(head->history, entry))
		return error_memory(error, "history");
	return 0;
}

size_t stream_tensor_size(const struct stream_head *head)
{
	size_t value = head->type == STREAM_F32 ? 4 : 1;
	return (size_t)head->height * (size_t)head->width * (size_t)head->channels * value;
}

/* Whether the history has an equal entry. */
static bool has_entry(const json_t *history, const json_t *entry)
{
	size_t i;
	json_t *other;
	json_array_foreach (history, i, other)
		if (json_equal(other, entry))
			return true;
	return false;
}

int stream_head_merge_history(struct stream_head *head, const struct stream_head *other,
	struct error *error)
{
	size_t i;
	json_t *entry;
	if (!head->history)
		head->history = json_array();
	json_array_foreach (other->history, i, entry)
		if (!has_entry(head->history, entry) && json_array_append(head->history, entry))
			return error_memory(error, "history");
	return head->history ? 0 : error_memory(error, "history");
}

static int match_classes(const struct text_list *a, const struct text_list *b, struct error *error)
{
	if (a->count != b->count)
		return error_set(error, "head", "number of classes differs: %zu and %zu", a->count,
			b->count);
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return error_set(error, "head", "class %zu differs: '%s' and '%s'", i,
				a->items[i], b->items[i]);
	return 0;
}

int stream_head_match_values(const struct stream_head *a, const struct stream_head *b,
	struct error *error)
{
	if (a->height != b->height || a->width != b->width || a->channels != b->channels)
		return error_set(error, "head", "shape differs: %dx%dx%d and %dx%dx%d", a->height,
			a->width, a->channels, b->height, b->width, b->channels);
	if (a->type != b->type)
		return error_set(error, "head", "type differs: u8 and f32");
	if (a->minimum != b->minimum || a->maximum != b->maximum)
		return error_set(error, "head", "value range differs: %g..%g and %g..%g",
			a->minimum, a->maximum, b->minimum, b->maximum);
	if (a->label != b->label)
		return error_set(error, "head", "label kind differs: index and weights");
	return 0;
}

int stream_head_match(const struct stream_head *a, const struct stream_head *b, struct error *error)
{
	return stream_head_match_values(a, b, error)
		? -1
		: match_classes(&a->classes, &b->classes, error);
}

static int check_distinct(const struct text_list *classes, const char *name, struct error *error)
{
	struct text_list sorted = {.count = classes->count};
	sorted.items = malloc((sorted.count + 1) * sizeof *sorted.items);
	if (!sorted.items)
		return error_memory(error, name);
	for (size_t i = 0; i < sorted.count; i++)
		sorted.items[i] = classes->items[i];
	text_list_sort(&sorted);
	const char *duplicate = NULL;
	for (size_t i = 1; i < sorted.count && !duplicate; i++)
		duplicate =
			strcmp(sorted.items[i - 1], sorted.items[i]) == 0 ? sorted.items[i] : NULL;
	free(sorted.items);
	return duplicate ? error_set(error, name, "class '%s' occurs twice", duplicate) : 0;
}

static int check_classes(const struct text_list *classes, const char *name, struct error *error)
{
	if (classes->count > STREAM_CLASSES_MAXIMUM)
		return error_set(error, name, "more than %d classes", STREAM_CLASSES_MAXIMUM);
	for (size_t i = 0; i < classes->count; i++)
		if (!text_is_class_name(classes->items[i]))
			return error_set(error, name, "class %zu has an invalid name", i);
	return check_distinct(classes, name, error);
}

static bool is_dimension(int value)
{
	return value >= 1 && value <= STREAM_DIMENSION_MAXIMUM;
}

int head_check(const struct stream_head *head, const char *name, struct error *error)
{
	if (!is_dimension(head->height) || !is_dimension(head->width) ||
		!is_dimension(head->channels))
		return error_set(error, name, "a dimension is not in 1..%d",
			STREAM_DIMENSION_MAXIMUM);
	double size = (double)head->height * head->width * head->channels *
		(head->type == STREAM_F32 ? 4 : 1);
	if (size > STREAM_RECORD_MAXIMUM)
		return error_set(error, name, "a tensor is larger than %d bytes",
			STREAM_RECORD_MAXIMUM);
	if (!isfinite(head->minimum) || !isfinite(head->maximum) || head->minimum >= head->maximum)
		return error_set(error, name, "value range is empty or not finite");
	if (head->history && !json_is_array(head->history))
		return error_set(error, name, "history is not an array");
	return check_classes(&head->classes, name, error);
}
