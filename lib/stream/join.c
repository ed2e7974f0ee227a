#include "stream/join.h"

#include <stdlib.h>
#include <string.h>

struct join_source {
	const char *path;
	struct stream_reader
		*reader;  /* NULL: a file that is not open yet, or was read to its end */
	bool has_segment; /* a segment of `pass` is next */
	uint32_t pass;
	const struct stream_head *head; /* of that segment, while the reader is open */
};

struct stream_join {
	enum join_classes how;
	struct stream_head head;
	struct text_list all_classes; /* of all streams */
	struct join_source *sources;
	size_t count;
	size_t current;  /* index of the source being read */
	bool in_segment; /* of the current source */
	int *class_map;  /* class of the joined head for each class of the segment, or -1 */
	float *weights;  /* of the current record, by the classes of the joined head */
};

/* ---- classes ---- */

/* Index of a class, which usually is `hint`, or -1. */
static int find_class(const struct text_list *classes, const char *name, size_t hint)
{
	bool is_at_hint = hint < classes->count && strcmp(classes->items[hint], name) == 0;
	return is_at_hint ? (int)hint : text_list_find(classes, name);
}

static int add_classes(struct text_list *classes, const struct text_list *more, struct error *error)
{
	for (size_t i = 0; i < more->count; i++)
		if (find_class(classes, more->items[i], i) < 0 &&
			text_list_add(classes, more->items[i], error))
			return -1;
	return 0;
}

static int map_classes(struct stream_join *join, const struct stream_head *head,
	struct error *error)
{
	free(join->class_map);
	join->class_map = calloc(head->classes.count + 1, sizeof *join->class_map);
	if (!join->class_map)
		return error_memory(error, "classes");
	for (size_t i = 0; i < head->classes.count; i++)
		join->class_map[i] = find_class(&join->head.classes, head->classes.items[i], i);
	return 0;
}

/* ---- sources ---- */

static int match_heads(const struct stream_join *join, const struct stream_head *head,
	struct error *error)
{
	return join->how == JOIN_SAME ? stream_head_match(head, &join->head, error)
				      : stream_head_match_values(head, &join->head, error);
}

/* Moves to the next segment of a source; closes it at its end. Returns 0 or -1. */
static int next_segment(struct join_source *source, struct error *error)
{
	int result = stream_next_segment(source->reader, &source->head, error);
	source->has_segment = result == 1;
	if (result == 1)
		source->pass = source->head->pass;
	if (result == 0) {
		stream_close(source->reader);
		source->reader = NULL;
	}
	return result < 0 ? -1 : 0;
}

static int open_source(struct join_source *source, struct error *error)
{
	return stream_open(&source->reader, source->path, error) ? -1 : next_segment(source, error);
}

/* Adds the first head of a source to the joined head. */
static int add_source(struct stream_join *join, struct join_source *source, struct error *error)
{
	if (open_source(source, error))
		return -1;
	const struct stream_head *head = source->head;
	int result;
	if (source == join->sources)
		result = stream_head_copy(&join->head, head, error);
	else if (match_heads(join, head, error))
		result = error_within(error, stream_name(source->reader));
	else
		result = stream_head_merge_history(&join->head, head, error);
	if (result == 0 && head->passes > join->head.passes)
		join->head.passes = head->passes;
	if (result == 0)
		result = add_classes(&join->all_classes, &head->classes, error);
	if (stream_can_rewind(source->reader)) {
		stream_close(source->reader);
		source->reader = NULL;
	}
	return result;
}

static int choose_classes(struct stream_join *join, const struct text_list *given,
	struct error *error)
{
	if (join->how != JOIN_SAME) {
		text_list_free(&join->head.classes);
		if (add_classes(&join->head.classes,
			    join->how == JOIN_GIVEN ? given : &join->all_classes, error))
			return -1;
	}
	join->weights = calloc(join->head.classes.count + 1, sizeof *join->weights);
	return join->weights ? 0 : error_memory(error, "classes");
}

int stream_join_open(struct stream_join **out, char *const *paths, size_t count,
	enum join_classes how, const struct text_list *given, struct error *error)
{
	struct stream_join *join = calloc(1, sizeof *join);
	*out = NULL;
	if (!join)
		return error_memory(error, "streams");
	join->how = how;
	join->sources = calloc(count, sizeof *join->sources);
	int result = join->sources ? 0 : error_memory(error, "streams");
	for (; result == 0 && join->count < count; join->count++) {
		join->sources[join->count].path = paths[join->count];
		result = add_source(join, &join->sources[join->count], error);
	}
	if (result == 0)
		result = choose_classes(join, given, error);
	if (result)
		stream_join_close(join);
	else
		*out = join;
	return result;
}

void stream_join_close(struct stream_join *join)
{
	if (!join)
		return;
	for (size_t i = 0; i < join->count; i++)
		stream_close(join->sources[i].reader);
	free(join->sources);
	stream_head_free(&join->head);
	text_list_free(&join->all_classes);
	free(join->class_map);
	free(join->weights);
	free(join);
}

const struct stream_head *stream_join_head(const struct stream_join *join)
{
	return &join->head;
}

const struct text_list *stream_join_all_classes(const struct stream_join *join)
{
	return &join->all_classes;
}

/* ---- passes and records ---- */

bool stream_join_next_pass(struct stream_join *join)
{
	bool found = false;
	for (size_t i = 0; i < join->count; i++) {
		const struct join_source *source = &join->sources[i];
		if (!source->has_segment || (found && source->pass >= join->head.pass))
			continue;
		join->head.pass = source->pass;
		found = true;
	}
	join->current = 0;
	join->in_segment = false;
	return found;
}

bool stream_join_has_next_pass(const struct stream_join *join)
{
	for (size_t i = 0; i < join->count; i++)
		if (join->sources[i].has_segment)
			return true;
	return false;
}

/* Moves to the next segment of the pass. Returns 1, 0 at the end of the pass, or -1. */
static int enter_segment(struct stream_join *join, struct error *error)
{
	for (; join->current < join->count; join->current++) {
		struct join_source *source = &join->sources[join->current];
		if (!source->has_segment || source->pass != join->head.pass)
			continue;
		if (!source->reader && open_source(source, error))
			return -1;
		if (!source->has_segment || source->pass != join->head.pass)
			return error_set(error, source->path, "was modified while it was read");
		if (match_heads(join, source->head, error))
			return error_within(error, stream_name(source->reader));
		source->has_segment = false;
		join->in_segment = true;
		return map_classes(join, source->head, error) ? -1 : 1;
	}
	return 0;
}

int stream_join_next_record(struct stream_join *join, struct stream_record *record,
	const struct stream_head **head, struct error *error)
{
	int result;
	do {
		result = join->in_segment ? 1 : enter_segment(join, error);
		if (result <= 0)
			return result;
		struct join_source *source = &join->sources[join->current];
		*head = source->head;
		result = stream_next_record(source->reader, record, error);
		join->in_segment = result == 1;
		if (result == 0 && next_segment(source, error))
			return -1;
	} while (result == 0);
	return result;
}

static int unmapped_class_error(const struct stream_join *join, size_t label, struct error *error)
{
	const struct join_source *source = &join->sources[join->current];
	error_set(error, source->head->classes.items[label],
		"is not one of the classes, but a record has it");
	return error_within(error, stream_name(source->reader));
}

int stream_join_map_label(struct stream_join *join, struct stream_record *record,
	struct error *error)
{
	const int *class_map = join->class_map;
	if (!record->weights) {
		if (record->label >= 0 && class_map[record->label] < 0)
			return unmapped_class_error(join, (size_t)record->label, error);
		record->label = record->label < 0 ? -1 : class_map[record->label];
		return 0;
	}
	size_t classes = join->sources[join->current].head->classes.count;
	memset(join->weights, 0, join->head.classes.count * sizeof *join->weights);
	for (size_t i = 0; i < classes; i++) {
		if (class_map[i] >= 0)
			join->weights[class_map[i]] = record->weights[i];
		else if (record->weights[i] > 0)
			return unmapped_class_error(join, i, error);
	}
	record->weights = join->weights;
	return 0;
}
