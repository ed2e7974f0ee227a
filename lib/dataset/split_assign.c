#include "dataset/split.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* Files of one content. */
struct group {
	struct split_file **files;
	size_t count;
	unsigned char key[DIGEST_SIZE]; /* SHA-256(seed, content) */
};

/* Files of a class: wanted and dealt so far, by part. */
struct tally {
	size_t wanted[SPLIT_PARTS], dealt[SPLIT_PARTS];
};

struct deal {
	struct split *split;
	const double *shares;
	struct split_file **files; /* ordered by content */
	struct group *groups;
	size_t group_count;
	struct tally *tallies; /* by class */
};

static int compare_digests(const void *a, const void *b)
{
	const struct split_file *const *left = a, *const *right = b;
	return memcmp((*left)->digest, (*right)->digest, DIGEST_SIZE);
}

static int compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;
	if (left->count != right->count)
		return left->count < right->count ? -1 : 1;
	return memcmp(left->key, right->key, DIGEST_SIZE);
}

static void make_groups(struct deal *deal, uint64_t seed)
{
	const struct split *split = deal->split;
	for (size_t i = 0; i < split->count; i++)
		deal->files[i] = &split->files[i];
	qsort(deal->files, split->count, sizeof *deal->files, compare_digests);
	for (size_t i = 0; i < split->count; i++) {
		if (i > 0 && compare_digests(&deal->files[i - 1], &deal->files[i]) == 0) {
			deal->groups[deal->group_count - 1].count++;
			continue;
		}
		struct group *group = &deal->groups[deal->group_count++];
		unsigned char salted[8 + DIGEST_SIZE];
		store_u64(salted, seed);
		memcpy(salted + 8, deal->files[i]->digest, DIGEST_SIZE);
		digest_of(salted, sizeof salted, group->key);
		group->files = &deal->files[i];
		group->count = 1;
	}
	qsort(deal->groups, deal->group_count, sizeof *deal->groups, compare_groups);
}

static void count_wanted(struct deal *deal)
{
	for (size_t i = 0; i < deal->split->count; i++)
		deal->tallies[deal->split->files[i].file->label].wanted[SPLIT_TRAIN]++;
	for (size_t i = 0; i < deal->split->folders[0].classes.count; i++) {
		size_t *wanted = deal->tallies[i].wanted;
		for (int part = SPLIT_VALIDATION; part < SPLIT_PARTS; part++)
			wanted[part] = (size_t)(deal->shares[part] * (double)wanted[SPLIT_TRAIN] + 0.5);
	}
}

static struct tally *tally_of(const struct deal *deal, const struct split_file *file)
{
	return &deal->tallies[file->file->label];
}

static void put(struct deal *deal, const struct group *group, enum split_part part)
{
	for (size_t i = 0; i < group->count; i++) {
		group->files[i]->part = part;
		tally_of(deal, group->files[i])->dealt[part]++;
	}
}

static void take_back(struct deal *deal, const struct group *group, enum split_part part)
{
	for (size_t i = 0; i < group->count; i++)
		tally_of(deal, group->files[i])->dealt[part]--;
}

/* Whether a class of the group has nothing in that part yet. */
static bool is_missed(const struct deal *deal, const struct group *group, enum split_part part)
{
	for (size_t i = 0; i < group->count; i++)
		if (tally_of(deal, group->files[i])->dealt[part] == 0)
			return true;
	return false;
}

/* Puts the group there if no class gets more than it wants. */
static bool put_if_wanted(struct deal *deal, const struct group *group, enum split_part part)
{
	put(deal, group, part);
	for (size_t i = 0; i < group->count; i++) {
		const struct tally *tally = tally_of(deal, group->files[i]);
		if (tally->dealt[part] > tally->wanted[part]) {
			take_back(deal, group, part);
			return false;
		}
	}
	return true;
}

/* First one for every part, so that none stays empty; then validation and test to their shares. */
static void deal_group(struct deal *deal, const struct group *group)
{
	static const enum split_part order[] = {SPLIT_VALIDATION, SPLIT_TEST, SPLIT_TRAIN};
	for (int i = 0; i < SPLIT_PARTS; i++)
		if ((order[i] == SPLIT_TRAIN || deal->shares[order[i]] > 0) && is_missed(deal, group, order[i])) {
			put(deal, group, order[i]);
			return;
		}
	for (int i = 0; i < SPLIT_PARTS - 1; i++)
		if (put_if_wanted(deal, group, order[i]))
			return;
	put(deal, group, SPLIT_TRAIN);
}

static int check_classes(const struct deal *deal, struct error *error)
{
	const struct text_list *classes = &deal->split->folders[0].classes;
	for (size_t i = 0; i < classes->count; i++)
		for (int part = 0; part < SPLIT_PARTS; part++)
			if ((part == SPLIT_TRAIN || deal->shares[part] > 0) && deal->tallies[i].dealt[part] == 0)
				return error_set(error, classes->items[i],
					"has too few different images: none is left for %s", split_part_names[part]);
	return 0;
}

int split_assign(struct split *split, const double shares[SPLIT_PARTS], uint64_t seed, struct error *error)
{
	struct deal deal = {.split = split, .shares = shares};
	deal.files = calloc(split->count + 1, sizeof *deal.files);
	deal.groups = calloc(split->count + 1, sizeof *deal.groups);
	deal.tallies = calloc(split->folders[0].classes.count + 1, sizeof *deal.tallies);
	int result = -1;
	if (!deal.files || !deal.groups || !deal.tallies) {
		error_memory(error, "files");
	} else {
		make_groups(&deal, seed);
		count_wanted(&deal);
		for (size_t i = 0; i < deal.group_count; i++)
			deal_group(&deal, &deal.groups[i]);
		result = check_classes(&deal, error);
	}
	free(deal.files);
	free(deal.groups);
	free(deal.tallies);
	return result;
}
