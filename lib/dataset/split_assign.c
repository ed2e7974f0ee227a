#include "dataset/folds.h"
#include "dataset/split_group.h"

#include <stdlib.h>

/* Numbers of files and groups of a class. */
struct class_quota {
	size_t count, groups;
	size_t last_group; /* the last group that was counted, from 1 */
	size_t target[SPLIT_PARTS], assigned[FOLDS_MAXIMUM]; /* files, by part or fold */
};

struct split_assignment {
	struct split *split;
	const double *fractions;
	struct split_groups groups;
	struct class_quota *counts; /* by class */
};

static struct class_quota *counts_of(const struct split_assignment *assignment,
	const struct split_file *file)
{
	return &assignment->counts[file->label];
}

static void count_classes(struct split_assignment *assignment)
{
	for (size_t i = 0; i < assignment->groups.count; i++) {
		const struct split_group *group = &assignment->groups.groups[i];
		for (size_t k = 0; k < group->count; k++) {
			struct class_quota *counts = counts_of(assignment, group->files[k]);
			counts->count++;
			counts->groups += counts->last_group != i + 1;
			counts->last_group = i + 1;
		}
	}
}

static int begin_assignment(struct split_assignment *assignment, uint64_t seed, struct error *error)
{
	assignment->counts =
		calloc(assignment->split->classes.count + 1, sizeof *assignment->counts);
	if (!assignment->counts)
		return error_memory(error, "classes");
	if (split_groups_create(&assignment->groups, assignment->split, seed, error))
		return -1;
	count_classes(assignment);
	return 0;
}

static void free_assignment(struct split_assignment *assignment)
{
	split_groups_free(&assignment->groups);
	free(assignment->counts);
}

static void add_group(struct split_assignment *assignment, const struct split_group *group,
	int part)
{
	for (size_t i = 0; i < group->count; i++) {
		group->files[i]->part = part;
		counts_of(assignment, group->files[i])->assigned[part]++;
	}
}

/* Checks that each class has a file in the part. */
static int check_part(const struct split_assignment *assignment, int part, struct error *error)
{
	const struct text_list *classes = &assignment->split->classes;
	char name[24];
	for (size_t i = 0; i < classes->count; i++) {
		const struct class_quota *counts = &assignment->counts[i];
		if (counts->assigned[part] == 0)
			return error_set(error, classes->items[i],
				"has %zu different picture%s in %zu file%s: none is left for %s",
				counts->groups, counts->groups == 1 ? "" : "s", counts->count,
				counts->count == 1 ? "" : "s",
				split_part_name(assignment->split, part, name));
	}
	return 0;
}

/* ---- parts ---- */

static void remove_group(struct split_assignment *assignment, const struct split_group *group,
	int part)
{
	for (size_t i = 0; i < group->count; i++)
		counts_of(assignment, group->files[i])->assigned[part]--;
}

/* Whether a class of the group has no file in the part yet. */
static bool lacks_class(const struct split_assignment *assignment, const struct split_group *group,
	int part)
{
	for (size_t i = 0; i < group->count; i++)
		if (counts_of(assignment, group->files[i])->assigned[part] == 0)
			return true;
	return false;
}

/* Adds the group to the part unless a class would exceed its target. */
static bool add_group_if_room(struct split_assignment *assignment, const struct split_group *group,
	int part)
{
	add_group(assignment, group, part);
	for (size_t i = 0; i < group->count; i++) {
		const struct class_quota *counts = counts_of(assignment, group->files[i]);
		if (counts->assigned[part] > counts->target[part]) {
			remove_group(assignment, group, part);
			return false;
		}
	}
	return true;
}

/* The first groups go to different parts, so that no part stays empty; then validation and test are
 * filled to their targets. */
static void assign_group(struct split_assignment *assignment, const struct split_group *group)
{
	static const enum split_part order[] = {SPLIT_VALIDATION, SPLIT_TEST, SPLIT_TRAIN};
	for (int i = 0; i < SPLIT_PARTS; i++)
		if ((order[i] == SPLIT_TRAIN || assignment->fractions[order[i]] > 0) &&
			lacks_class(assignment, group, order[i])) {
			add_group(assignment, group, order[i]);
			return;
		}
	for (int i = 0; i < SPLIT_PARTS - 1; i++)
		if (add_group_if_room(assignment, group, order[i]))
			return;
	add_group(assignment, group, SPLIT_TRAIN);
}

static void count_targets(struct split_assignment *assignment)
{
	for (size_t i = 0; i < assignment->split->classes.count; i++)
		for (int part = SPLIT_VALIDATION; part < SPLIT_PARTS; part++)
			assignment->counts[i].target[part] = (size_t)(assignment->fractions[part] *
					(double)assignment->counts[i].count +
				0.5);
}

int split_assign(struct split *split, const double fractions[SPLIT_PARTS], uint64_t seed,
	struct error *error)
{
	struct split_assignment assignment = {.split = split, .fractions = fractions};
	int result = begin_assignment(&assignment, seed, error);
	split->folds = 0;
	if (result == 0) {
		count_targets(&assignment);
		for (size_t i = 0; i < assignment.groups.count; i++)
			assign_group(&assignment, &assignment.groups.groups[i]);
		for (int part = 0; result == 0 && part < SPLIT_PARTS; part++)
			if (part == SPLIT_TRAIN || fractions[part] > 0)
				result = check_part(&assignment, part, error);
	}
	free_assignment(&assignment);
	return result;
}

/* ---- folds ---- */

/* Groups are numbered in their order by content, so that the folds don't depend on names. */
static int choose_folds(const struct split_assignment *assignment, uint64_t seed,
	struct fold_record *records, int *fold_of, struct error *error)
{
	size_t count = 0;
	for (size_t i = 0; i < assignment->groups.count; i++) {
		const struct split_group *group = &assignment->groups.groups[i];
		for (size_t k = 0; k < group->count; k++)
			records[count++] =
				(struct fold_record){(uint32_t)i, group->files[k]->label};
	}
	return folds_assign(records, count, assignment->split->folds, seed, fold_of, error);
}

static int assign_folds(struct split_assignment *assignment, uint64_t seed, struct error *error)
{
	size_t count = assignment->split->count + 1;
	struct fold_record *records = calloc(count, sizeof *records);
	int *fold_of = calloc(count, sizeof *fold_of);
	int result = records && fold_of ? choose_folds(assignment, seed, records, fold_of, error)
					: error_memory(error, "folds");
	const int *fold = fold_of;
	for (size_t i = 0; result == 0 && i < assignment->groups.count; i++) {
		add_group(assignment, &assignment->groups.groups[i], *fold);
		fold += assignment->groups.groups[i].count;
	}
	free(records);
	free(fold_of);
	return result;
}

int split_assign_folds(struct split *split, int folds, uint64_t seed, struct error *error)
{
	struct split_assignment assignment = {.split = split};
	int result = begin_assignment(&assignment, seed, error);
	split->folds = folds;
	if (result == 0)
		result = assign_folds(&assignment, seed, error);
	for (int fold = 0; result == 0 && fold < folds; fold++)
		result = check_part(&assignment, fold, error);
	free_assignment(&assignment);
	return result;
}
