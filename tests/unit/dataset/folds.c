/* Folds over groups: no group divided, none empty, classes even. */
#include "dataset/folds.h"

#include "base/random.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS = 400 };

static struct error error;
static struct fold_record records[RECORDS];
static int fold_of[RECORDS];

static int count(size_t total, int label, int fold)
{
	int found = 0;
	for (size_t i = 0; i < total; i++)
		found += (label < 0 || records[i].label == label) && fold_of[i] == fold;
	return found;
}

/* Number of records in another fold than the first of their group. */
static int count_divided(size_t total)
{
	int found = 0;
	for (size_t i = 0; i < total; i++)
		for (size_t j = 0; j < i; j++)
			found += records[i].group == records[j].group && fold_of[i] != fold_of[j];
	return found;
}

/* The most that two folds differ by in their records of a class. */
static int spread(size_t total, int label, int folds)
{
	int least = RECORDS, most = 0;
	for (int fold = 0; fold < folds; fold++) {
		int found = count(total, label, fold);
		least = found < least ? found : least;
		most = found > most ? found : most;
	}
	return most - least;
}

static void set(size_t i, uint32_t group, int label)
{
	records[i] = (struct fold_record){group, label};
}

static void single_records(void)
{
	for (uint32_t i = 0; i < 25; i++)
		set(i, i, i >= 15);
	is_integer(folds_assign(records, 25, 5, 1, fold_of, &error), 0,
		"25 records, each a group, in five folds");
	is_integer(spread(25, 0, 5), 0, "  3 of 15 in each");
	is_integer(spread(25, 1, 5), 0, "  2 of 10 in each");
	int first[25], moved = 0;
	memcpy(first, fold_of, sizeof first);
	if (folds_assign(records, 25, 5, 1, fold_of, &error))
		abort();
	ok(memcmp(first, fold_of, sizeof first) == 0, "  the same again");
	if (folds_assign(records, 25, 5, 2, fold_of, &error))
		abort();
	for (int i = 0; i < 25; i++)
		moved += first[i] != fold_of[i];
	ok(moved > 5, "  another seed, others (%d of 25 moved)", moved);
}

/* By hand: groups of 4, 3, 2 and 1 records of one class in two folds: 4 | 3, then 2 to the 3, then
 * 1 to the 4: five in each. */
static void largest_first(void)
{
	static const uint32_t groups[] = {7, 3, 3, 5, 5, 5, 0, 0, 0, 0};
	for (size_t i = 0; i < 10; i++)
		set(i, groups[i], 0);
	is_integer(folds_assign(records, 10, 2, 0, fold_of, &error), 0, "groups of 4, 3, 2 and 1");
	is_integer(count_divided(10), 0, "  stay whole");
	ok(fold_of[6] == 0 && fold_of[3] == 1 && fold_of[1] == 1 && fold_of[0] == 0,
		"  the largest first, each to the emptier fold");
}

/* By hand: the third group, of both classes, goes where its rare class is not, though the fold
 * has more records of the common one. */
static void rare_class(void)
{
	size_t n = 0;
	for (int i = 0; i < 6; i++)
		set(n++, 0, 0); /* fold 0: 6 common */
	for (int i = 0; i < 5; i++)
		set(n++, 1, i == 4); /* fold 1: 4 common, 1 rare */
	for (int i = 0; i < 2; i++)
		set(n++, 2, i == 1);
	is_integer(folds_assign(records, n, 2, 0, fold_of, &error), 0, "a common and a rare class");
	is_integer(count(n, 1, 0), 1, "  the rare one is in both folds");
	is_integer(count(n, 1, 1), 1, "  once each");
}

static void refused(void)
{
	for (uint32_t i = 0; i < 12; i++)
		set(i, i / 4, 0);
	is_integer(folds_assign(records, 12, 4, 0, fold_of, &error), -1, "four folds of 3 groups");
	is_text(error.reason, "4 folds need as many groups of records, but there are 3",
		"  the reason");
	is_integer(folds_assign(records, 12, 3, 0, fold_of, &error), 0, "  three");
	for (int fold = 0; fold < 3; fold++)
		is_integer(count(12, 0, fold), 4, "    have a group each");
	is_integer(folds_assign(records, 0, 2, 0, fold_of, &error), -1, "no records");
}

/* Random groups of one class each, or of several. */
static void properties(void)
{
	int divided = 0, empty = 0, uneven = 0, failed = 0;
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct random random = random_start(seed, RANDOM_TEST, 3, 0);
		int folds = 2 + (int)random_below(&random, 9), largest[3] = {0};
		bool mixed = seed % 2;
		size_t n = 0;
		for (uint32_t group = 0; n + 12 < RECORDS; group++) {
			int size = 1 + (int)random_below(&random, 12);
			int label = (int)random_below(&random, 3);
			largest[label] = size > largest[label] ? size : largest[label];
			for (int i = 0; i < size; i++)
				set(n++, group, mixed ? (int)random_below(&random, 3) : label);
		}
		failed += folds_assign(records, n, folds, seed, fold_of, &error) != 0;
		divided += count_divided(n);
		for (int fold = 0; fold < folds; fold++)
			empty += count(n, -1, fold) == 0;
		for (int label = 0; !mixed && label < 3; label++)
			uneven += spread(n, label, folds) > largest[label];
	}
	is_integer(failed, 0, "random groups are assigned");
	is_integer(divided, 0, "  no group is divided");
	is_integer(empty, 0, "  no fold is empty");
	is_integer(uneven, 0, "  classes differ by at most their largest group");
}

int main(void)
{
	single_records();
	largest_first();
	rare_class();
	refused();
	properties();
	return done();
}
