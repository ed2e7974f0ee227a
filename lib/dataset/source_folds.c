#include "dataset/source_folds.h"

#include "base/argmax.h"
#include "base/array.h"
#include "dataset/folds.h"
#include "dataset/source_groups.h"
#include "stream/join.h"
#include "stream/select.h"

#include <limits.h>
#include <stdlib.h>

/* The streams' records being collected. */
struct collection {
	struct source_groups groups;
	struct fold_record *records;
	unsigned char (*keys)[DIGEST_KEY_SIZE]; /* of the source of each */
	size_t count;
};

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
	int group = source_groups_number(&collection->groups, collection->keys[count], error);
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
	if (result == 0 && request->groups && collection->count)
		return source_groups_check(&collection->groups, request->groups, error);
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
	int result = (request->groups &&
			     source_groups_read(&collection.groups, request->groups, error)) ||
			read_streams(&collection, request, error) ||
			assign(table, &collection, request, error)
		? -1
		: 0;
	source_groups_free(&collection.groups);
	free(collection.records);
	free(collection.keys);
	return result;
}
