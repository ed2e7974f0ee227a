#include "dataset/split_group.h"

#include "base/bytes.h"
#include "image/near_duplicates.h"

#include <stdlib.h>
#include <string.h>

int split_compare_hashes(const struct split_file *file, const struct split_file *other)
{
	int order = memcmp(&file->hash.visual, &other->hash.visual, sizeof file->hash.visual);
	return order
		? order
		: memcmp(&file->hash.mirrored, &other->hash.mirrored, sizeof file->hash.mirrored);
}

/* ---- finding groups ---- */

/* Union-find. */
struct disjoint_sets {
	uint32_t *parents; /* by file: itself if it is a root, else a file of the same set */
	uint32_t file;     /* whose look-alikes are searched */
};

static uint32_t find_root(uint32_t *parents, uint32_t file)
{
	while (parents[file] != file)
		file = parents[file] = parents[parents[file]];
	return file;
}

static void union_sets(struct disjoint_sets *sets, uint32_t a, uint32_t b)
{
	a = find_root(sets->parents, a);
	b = find_root(sets->parents, b);
	sets->parents[a > b ? a : b] = a > b ? b : a;
}

static void union_with_found(void *context, uint32_t number, const struct hash_distance *likeness)
{
	struct disjoint_sets *sets = context;
	(void)likeness;
	union_sets(sets, sets->file, number);
}

static int compare_all_hashes(const void *a, const void *b)
{
	const struct split_file *const *left = a, *const *right = b;
	int order = split_compare_hashes(*left, *right);
	return order ? order
		     : memcmp((*left)->hash.pixels, (*right)->hash.pixels, IMAGE_HASH_PIXELS_SIZE);
}

/* Whether neighbours in that order belong to one group, by their hashes alone. */
static bool is_same(const struct split_file *previous, const struct split_file *file, int hamming)
{
	return image_hash_same(&previous->hash, &file->hash) ||
		(hamming >= 0 && !file->hash.plain && !previous->hash.plain &&
			split_compare_hashes(previous, file) == 0);
}

/* Unites duplicates and look-alikes, in the order of their hashes, so that the result doesn't
 * depend on names. Of files with equal hashes only the first is searched for look-alikes. */
static int union_similar(const struct split *split, struct split_file **order,
	struct disjoint_sets *sets, int hamming, struct error *error)
{
	struct near_duplicates *index;
	if (near_duplicates_create(&index, error))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < split->count; i++) {
		const struct split_file *file = order[i];
		sets->file = (uint32_t)(file - split->files);
		if (i > 0 && is_same(order[i - 1], file, hamming)) {
			union_sets(sets, sets->file, (uint32_t)(order[i - 1] - split->files));
		} else if (hamming >= 0 && !file->hash.plain) {
			near_duplicates_find(index, &file->hash, hamming, union_with_found, sets);
			result = near_duplicates_add(index, &file->hash, sets->file, error);
		}
	}
	near_duplicates_destroy(index);
	return result;
}

/* The root of a set is its first file. */
static void number_groups(struct split *split, struct disjoint_sets *sets)
{
	split->groups = 0;
	for (size_t i = 0; i < split->count; i++) {
		uint32_t root = find_root(sets->parents, (uint32_t)i);
		split->files[i].group = root == i ? ++split->groups : split->files[root].group;
	}
}

int split_group(struct split *split, int hamming, struct error *error)
{
	struct disjoint_sets sets = {.parents = malloc((split->count + 1) * sizeof *sets.parents)};
	struct split_file **order = malloc((split->count + 1) * sizeof *order);
	int result = sets.parents && order ? 0 : error_memory(error, "groups");
	for (size_t i = 0; result == 0 && i < split->count; i++) {
		sets.parents[i] = (uint32_t)i;
		order[i] = &split->files[i];
	}
	if (result == 0) {
		qsort(order, split->count, sizeof *order, compare_all_hashes);
		result = union_similar(split, order, &sets, hamming, error);
	}
	if (result == 0)
		number_groups(split, &sets);
	free(sets.parents);
	free(order);
	return result;
}

/* ---- listing groups ---- */

static int compare_members(const void *a, const void *b)
{
	const struct split_file *const *left = a, *const *right = b;
	if ((*left)->group != (*right)->group)
		return (*left)->group < (*right)->group ? -1 : 1;
	int order = memcmp((*left)->digest, (*right)->digest, DIGEST_SIZE);
	return order ? order : *left < *right ? -1 : *left > *right;
}

static int compare_groups(const void *a, const void *b)
{
	const struct split_group *left = a, *right = b;
	if (left->count != right->count)
		return left->count < right->count ? -1 : 1;
	return memcmp(left->key, right->key, DIGEST_SIZE);
}

int split_groups_create(struct split_groups *groups, const struct split *split, uint64_t seed,
	struct error *error)
{
	*groups = (struct split_groups){.files = malloc((split->count + 1) * sizeof *groups->files),
		.groups = calloc(split->count + 1, sizeof *groups->groups)};
	if (!groups->files || !groups->groups) {
		split_groups_free(groups);
		return error_memory(error, "groups");
	}
	for (size_t i = 0; i < split->count; i++)
		groups->files[i] = &split->files[i];
	qsort(groups->files, split->count, sizeof *groups->files, compare_members);
	for (size_t i = 0; i < split->count; i++) {
		if (i > 0 && groups->files[i - 1]->group == groups->files[i]->group) {
			groups->groups[groups->count - 1].count++;
			continue;
		}
		struct split_group *group = &groups->groups[groups->count++];
		unsigned char salted[8 + DIGEST_SIZE];
		store_u64(salted, seed);
		memcpy(salted + 8, groups->files[i]->digest, DIGEST_SIZE);
		digest_of(salted, sizeof salted, group->key);
		group->files = &groups->files[i];
		group->count = 1;
	}
	qsort(groups->groups, groups->count, sizeof *groups->groups, compare_groups);
	return 0;
}

void split_groups_free(struct split_groups *groups)
{
	free(groups->files);
	free(groups->groups);
	*groups = (struct split_groups){0};
}
