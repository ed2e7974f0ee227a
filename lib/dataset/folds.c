#include "dataset/folds.h"

#include "base/random.h"

#include <stdlib.h>

struct fold_group {
	size_t first, count; /* its records, in folding.members */
	uint64_t key;        /* drawn: the order of groups of one size */
};

struct folding {
	const struct fold_record *records; /* the caller's */
	size_t count;
	int folds, classes;
	size_t *members; /* (count): records by group */
	struct fold_group *groups;
	size_t group_count;
	double *totals;   /* (classes): records of the class */
	double *assigned; /* (classes, folds): those in the fold so far */
	size_t sizes[FOLDS_MAXIMUM];
};

/* ---- groups ---- */

static int allocate(struct folding *folding, struct error *error)
{
	for (size_t i = 0; i < folding->count; i++)
		if (folding->records[i].label >= folding->classes)
			folding->classes = folding->records[i].label + 1;
	size_t classes = (size_t)folding->classes + 1;
	folding->members = calloc(folding->count + 1, sizeof *folding->members);
	folding->groups = calloc(folding->count + 1, sizeof *folding->groups);
	folding->totals = calloc(classes, sizeof *folding->totals);
	folding->assigned = calloc(classes * (size_t)folding->folds, sizeof *folding->assigned);
	return folding->members && folding->groups && folding->totals && folding->assigned
		? 0
		: error_memory(error, "folds");
}

static uint64_t draw_key(uint64_t seed, uint64_t group)
{
	struct random random = random_start(seed, RANDOM_FOLDS, group, 0);
	uint64_t high = random_u32(&random);
	return high << 32 | random_u32(&random);
}

/* Lists the records of each group, in their order: a counting sort. */
static void list_groups(struct folding *folding, uint64_t seed)
{
	struct fold_group *groups = folding->groups;
	size_t first = 0;
	for (size_t i = 0; i < folding->count; i++) {
		groups[folding->records[i].group].count++;
		folding->totals[folding->records[i].label]++;
	}
	for (size_t i = 0; i < folding->count; i++) {
		groups[i].first = first;
		groups[i].key = draw_key(seed, i);
		first += groups[i].count;
		folding->group_count += groups[i].count > 0;
		groups[i].count = 0;
	}
	for (size_t i = 0; i < folding->count; i++) {
		struct fold_group *group = &groups[folding->records[i].group];
		folding->members[group->first + group->count++] = i;
	}
}

/* Large groups first: small ones then even out the differences. */
static int compare_groups(const void *a, const void *b)
{
	const struct fold_group *left = a, *right = b;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	return left->first < right->first ? -1 : left->first > right->first;
}

/* ---- folds ---- */

static double *assigned_of(struct folding *folding, const struct fold_group *group, size_t i)
{
	int label = folding->records[folding->members[group->first + i]].label;
	return &folding->assigned[label * folding->folds];
}

/* Half of what the group adds to the sum of squared shares, but for what it adds in any fold: for
 * each of its records the fold's number of the class, over the square of the class' records. */
static double added_unevenness(struct folding *folding, const struct fold_group *group, int fold)
{
	double sum = 0;
	for (size_t i = 0; i < group->count; i++) {
		int label = folding->records[folding->members[group->first + i]].label;
		double total = folding->totals[label];
		sum += assigned_of(folding, group, i)[fold] / (total * total);
	}
	return sum;
}

static int choose_fold(struct folding *folding, const struct fold_group *group)
{
	int chosen = 0;
	double least = added_unevenness(folding, group, 0);
	for (int fold = 1; fold < folding->folds; fold++) {
		double added = added_unevenness(folding, group, fold);
		if (added < least ||
			(added == least && folding->sizes[fold] < folding->sizes[chosen])) {
			least = added;
			chosen = fold;
		}
	}
	return chosen;
}

static void assign_groups(struct folding *folding, int *fold_of)
{
	for (size_t g = 0; g < folding->group_count; g++) {
		const struct fold_group *group = &folding->groups[g];
		int fold = choose_fold(folding, group);
		for (size_t i = 0; i < group->count; i++) {
			assigned_of(folding, group, i)[fold]++;
			fold_of[folding->members[group->first + i]] = fold;
		}
		folding->sizes[fold] += group->count;
	}
}

int folds_assign(const struct fold_record *records, size_t count, int folds, uint64_t seed,
	int *fold_of, struct error *error)
{
	struct folding folding = {.records = records, .count = count, .folds = folds};
	int result = allocate(&folding, error);
	if (result == 0) {
		list_groups(&folding, seed);
		if (folding.group_count < (size_t)folds)
			result = error_set(error, "folds",
				"%d folds need as many groups of records, but there %s %zu", folds,
				folding.group_count == 1 ? "is" : "are", folding.group_count);
	}
	if (result == 0) {
		qsort(folding.groups, count, sizeof *folding.groups, compare_groups);
		assign_groups(&folding, fold_of);
	}
	free(folding.members);
	free(folding.groups);
	free(folding.totals);
	free(folding.assigned);
	return result;
}
