#include "dataset/split_group.h"

#include <stdlib.h>

/* Files of a class: all, and dealt so far and wanted by part or fold. */
struct tally {
	size_t count, groups;
	size_t counted; /* groups so far, when it was last met */
	size_t wanted[SPLIT_PARTS], dealt[SPLIT_FOLDS_MAXIMUM];
};

struct deal {
	struct split *split;
	const double *shares;
	struct split_groups groups;
	struct tally *tallies; /* by class */
};

static struct tally *tally_of(const struct deal *deal, const struct split_file *file)
{
	return &deal->tallies[file->label];
}

static void count_classes(struct deal *deal)
{
	for (size_t i = 0; i < deal->groups.count; i++) {
		const struct split_group *group = &deal->groups.groups[i];
		for (size_t k = 0; k < group->count; k++) {
			struct tally *tally = tally_of(deal, group->files[k]);
			tally->count++;
			tally->groups += tally->counted != i + 1;
			tally->counted = i + 1;
		}
	}
}

static int start(struct deal *deal, uint64_t seed, struct error *error)
{
	deal->tallies = calloc(deal->split->classes.count + 1, sizeof *deal->tallies);
	if (!deal->tallies)
		return error_memory(error, "classes");
	if (split_groups_make(&deal->groups, deal->split, seed, error))
		return -1;
	count_classes(deal);
	return 0;
}

static void end(struct deal *deal)
{
	split_groups_free(&deal->groups);
	free(deal->tallies);
}

static void put(struct deal *deal, const struct split_group *group, int part)
{
	for (size_t i = 0; i < group->count; i++) {
		group->files[i]->part = part;
		tally_of(deal, group->files[i])->dealt[part]++;
	}
}

/* Whether each class has something in the part. */
static int check_part(const struct deal *deal, int part, struct error *error)
{
	const struct text_list *classes = &deal->split->classes;
	char name[24];
	for (size_t i = 0; i < classes->count; i++) {
		const struct tally *tally = &deal->tallies[i];
		if (tally->dealt[part] == 0)
			return error_set(error, classes->items[i], "has %zu different picture%s in %zu file%s: none is left for %s",
				tally->groups, tally->groups == 1 ? "" : "s", tally->count, tally->count == 1 ? "" : "s",
				split_part_name(deal->split, part, name));
	}
	return 0;
}

/* ---- parts ---- */

static void take_back(struct deal *deal, const struct split_group *group, int part)
{
	for (size_t i = 0; i < group->count; i++)
		tally_of(deal, group->files[i])->dealt[part]--;
}

/* Whether a class of the group has nothing in that part yet. */
static bool is_missed(const struct deal *deal, const struct split_group *group, int part)
{
	for (size_t i = 0; i < group->count; i++)
		if (tally_of(deal, group->files[i])->dealt[part] == 0)
			return true;
	return false;
}

/* Puts the group there if no class gets more than it wants. */
static bool put_if_wanted(struct deal *deal, const struct split_group *group, int part)
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
static void deal_group(struct deal *deal, const struct split_group *group)
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

static void count_wanted(struct deal *deal)
{
	for (size_t i = 0; i < deal->split->classes.count; i++)
		for (int part = SPLIT_VALIDATION; part < SPLIT_PARTS; part++)
			deal->tallies[i].wanted[part] = (size_t)(deal->shares[part] * (double)deal->tallies[i].count + 0.5);
}

int split_assign(struct split *split, const double shares[SPLIT_PARTS], uint64_t seed, struct error *error)
{
	struct deal deal = {.split = split, .shares = shares};
	int result = start(&deal, seed, error);
	split->folds = 0;
	if (result == 0) {
		count_wanted(&deal);
		for (size_t i = 0; i < deal.groups.count; i++)
			deal_group(&deal, &deal.groups.groups[i]);
		for (int part = 0; result == 0 && part < SPLIT_PARTS; part++)
			if (part == SPLIT_TRAIN || shares[part] > 0)
				result = check_part(&deal, part, error);
	}
	end(&deal);
	return result;
}

/* ---- folds ---- */

/* The fold that has least of the group's classes; of those alike, the one with the fewest files. */
static int choose_fold(const struct deal *deal, const struct split_group *group, const size_t totals[])
{
	int chosen = 0;
	size_t least = SIZE_MAX;
	for (int fold = 0; fold < deal->split->folds; fold++) {
		size_t held = 0;
		for (size_t i = 0; i < group->count; i++)
			held += tally_of(deal, group->files[i])->dealt[fold];
		if (held < least || (held == least && totals[fold] < totals[chosen])) {
			least = held;
			chosen = fold;
		}
	}
	return chosen;
}

int split_assign_folds(struct split *split, int folds, uint64_t seed, struct error *error)
{
	struct deal deal = {.split = split};
	size_t totals[SPLIT_FOLDS_MAXIMUM] = {0};
	int result = start(&deal, seed, error);
	split->folds = folds;
	/* Large groups first: small ones then even out what they left. */
	for (size_t i = deal.groups.count; result == 0 && i-- > 0;) {
		const struct split_group *group = &deal.groups.groups[i];
		int fold = choose_fold(&deal, group, totals);
		put(&deal, group, fold);
		totals[fold] += group->count;
	}
	for (int fold = 0; result == 0 && fold < folds; fold++)
		result = check_part(&deal, fold, error);
	end(&deal);
	return result;
}
