#include "train/leaks.h"

#include "dataset/split_list.h"

#include <stdlib.h>
#include <string.h>

static int compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, LEAK_DIGEST_SIZE);
}

/* parts[group] has bit p set if the group has a file in part p. */
static void collect_leaks(struct leaks *leaks, const struct split_list *list, unsigned char *parts)
{
	for (size_t i = 0; i < list->count; i++)
		parts[list->rows[i].group] |= (unsigned char)(1 << list->rows[i].part);
	for (size_t i = 0; i < list->count; i++) {
		const struct split_list_row *row = &list->rows[i];
		int earlier = (1 << row->part) - 1;
		if (parts[row->group] & earlier)
			memcpy(leaks->digests[leaks->count++], row->digest, LEAK_DIGEST_SIZE);
	}
	qsort(leaks->digests, leaks->count, sizeof *leaks->digests, compare_digests);
}

int leaks_read(struct leaks *leaks, const char *path, struct error *error)
{
	struct split_list list;
	*leaks = (struct leaks){0};
	if (split_list_read(&list, path, error))
		return -1;
	unsigned char *parts = calloc(list.lines + 1, 1);
	leaks->digests = calloc(list.count + 1, sizeof *leaks->digests);
	int result = parts && leaks->digests ? 0 : error_memory(error, path);
	if (result == 0)
		collect_leaks(leaks, &list, parts);
	else
		leaks_free(leaks);
	free(parts);
	split_list_free(&list);
	return result;
}

bool leaks_contain(const struct leaks *leaks, const unsigned char digest[LEAK_DIGEST_SIZE])
{
	return leaks->count &&
		bsearch(digest, leaks->digests, leaks->count, sizeof *leaks->digests,
			compare_digests);
}

void leaks_free(struct leaks *leaks)
{
	free(leaks->digests);
	*leaks = (struct leaks){0};
}
