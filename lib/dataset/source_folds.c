#include "dataset/source_folds.h"

#include "base/argmax.h"
#include "base/array.h"
#include "dataset/folds.h"
#include "dataset/split_list.h"
#include "stream/join.h"
#include "stream/select.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The streams' records being collected. */
struct collection {
	struct digest_table listed; /* source to its group in the list */
	struct digest_table groups; /* source, or group of the list, to the number of the group */
	size_t listed_count;        /* records that are in the list */
	struct fold_record *records;
	unsigned char (*keys)[DIGEST_KEY_SIZE]; /* of the source of each */
	size_t count;
};

static int read_list(struct collection *collection, const char *path, struct error *error)
{
	struct split_list list;
	int result = 0;
	if (split_list_read(&list, path, error))
		return -1;
	for (size_t i = 0; i < list.count && result == 0; i++)
		result = digest_table_set(&collection->listed, list.rows[i].digest,
			(int)list.rows[i].group, error);
	split_list_free(&list);
	return result;
}

/* The number of the group of a source, from 0 in the order of their first records; or -1. */
static int number_group(struct collection *collection, const unsigned char source[DIGEST_KEY_SIZE],
	struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	int listed = digest_table_get(&collection->listed, source);
	memcpy(key, source, sizeof key);
	if (listed >= 0) {
		char name[32];
		snprintf(name, sizeof name, "group %d", listed);
		digest_key(name, key);
		collection->listed_count++;
	}
	int group = digest_table_get(&collection->groups, key);
	if (group >= 0)
		return group;
	group = (int)collection->groups.count;
	return digest_table_set(&collection->groups, key, group, error) ? -1 : group;
}

static int label_of(const struct stream_record *record, int classes)
{
	if (record->weights)
		return argmax(record->weights, classes);
	return record->label < 0 ? classes : record->label;
}

static int add_record(struct collection *collection, const struct stream_record *record,
	int classes, struct error *error)
{
	size_t count = collection->count;
	if (count == INT_MAX)
		return error_set(error, "records", "are too many to make folds of");
	struct fold_record *records = array_grow(collection->records, count, sizeof *records);
	if (!records)
		return error_memory(error, "records");
	collection->records = records;
	void *keys = array_grow(collection->keys, count, sizeof *collection->keys);
	if (!keys)
		return error_memory(error, "records");
	collection->keys = keys;
	stream_source_key(record, collection->keys[count]);
	int group = number_group(collection, collection->keys[count], error);
	if (group < 0)
		return -1;
	records[count] = (struct fold_record){(uint32_t)group, label_of(record, classes)};
	collection->count++;
	return 0;
}

static int add_records(struct collection *collection, struct stream_join *join, struct error *error)
{
	const struct stream_head *head;
	struct stream_record record;
	int classes = (int)stream_join_head(join)->classes.count, result = 0;
	while (result == 0 && stream_join_next_pass(join))
		while ((result = stream_join_next_record(join, &record, &head, error)) == 1)
			if (stream_join_map_label(join, &record, error) ||
				add_record(collection, &record, classes, error))
				return -1;
	return result;
}

static int read_streams(struct collection *collection, const struct source_folds_request *request,
	struct error *error)
{
	struct stream_join *join;
	if (stream_join_open(&join, request->paths, request->count, JOIN_MERGE, NULL, error))
		return -1;
	int result = add_records(collection, join, error);
	stream_join_close(join);
	if (result == 0 && request->groups && collection->count && !collection->listed_count)
		return error_set(error, request->groups,
			"has none of the sources of the %zu records", collection->count);
	return result;
}

static int assign(struct digest_table *table, const struct collection *collection,
	const struct source_folds_request *request, struct error *error)
{
	int *fold_of = calloc(collection->count + 1, sizeof *fold_of);
	int result = fold_of ? folds_assign(collection->records, collection->count, request->folds,
				       request->seed, fold_of, error)
			     : error_memory(error, "folds");
	for (size_t i = 0; i < collection->count && result == 0; i++)
		result = digest_table_set(table, collection->keys[i], fold_of[i], error);
	free(fold_of);
	return result;
}

int source_folds_assign(struct digest_table *table, const struct source_folds_request *request,
	struct error *error)
{
	struct collection collection = {0};
	int result = (request->groups && read_list(&collection, request->groups, error)) ||
			read_streams(&collection, request, error) ||
			assign(table, &collection, request, error)
		? -1
		: 0;
	digest_table_free(&collection.listed);
	digest_table_free(&collection.groups);
	free(collection.records);
	free(collection.keys);
	return result;
}
