/* Finding groups, and assigning them to train, validation and test, or to folds. */
#include "base/random.h"
#include "dataset/audit.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error error;

static void start(struct split *split, const char *const *classes)
{
	*split = (struct split){0};
	for (; *classes; classes++)
		if (text_list_add(&split->folders[0].classes, *classes, &error) ||
			text_list_add(&split->classes, *classes, &error))
			abort();
}

/* Adds a file whose content is given by a number. */
static void add(struct split *split, int label, uint32_t content)
{
	struct dataset_files *files = &split->folders[0];
	char path[64];
	snprintf(path, sizeof path, "in/%s/%zu.png", files->classes.items[label], files->count);
	if (dataset_files_add(files, path, 3, label, &error))
		abort();
	split->files = realloc(split->files, files->count * sizeof *split->files);
	if (!split->files)
		abort();
	struct split_file *file = &split->files[split->count++];
	struct random random = random_start(content, RANDOM_TEST, 0, 0);
	*file = (struct split_file){.name = "in", .label = label, .group = (uint32_t)split->count};
	digest_of(&content, sizeof content, file->digest);
	memcpy(file->hash.pixels, file->digest, sizeof file->hash.pixels);
	uint64_t *bits[] = {&file->hash.visual.perceptual, &file->hash.visual.difference,
		&file->hash.mirrored.perceptual, &file->hash.mirrored.difference};
	for (int i = 0; i < 4; i++)
		*bits[i] = (uint64_t)random_u32(&random) << 32 | random_u32(&random);
	for (size_t i = 0; i < split->count; i++)
		split->files[i].file = &files->files[i];
}

static void group(struct split *split)
{
	if (split_group(split, IMAGE_HASH_HAMMING, &error))
		abort();
}

static size_t count(const struct split *split, int label, int part)
{
	size_t found = 0;
	for (size_t i = 0; i < split->count; i++)
		found += split->files[i].label == label && split->files[i].part == part;
	return found;
}

/* Number of pairs of files of one group in different parts. */
static int count_divided(const struct split *split)
{
	int found = 0;
	for (size_t i = 0; i < split->count; i++)
		for (size_t j = 0; j < i; j++)
			found += split->files[i].group == split->files[j].group &&
				split->files[i].part != split->files[j].part;
	return found;
}

static void class_fractions(void)
{
	static const double fractions[SPLIT_PARTS] = {0, 0.2, 0.1};
	struct split split;
	start(&split, (const char *[]){"ape", "bee", "cat", NULL});
	for (uint32_t i = 0; i < 67; i++)
		add(&split, i < 10 ? 0 : i < 60 ? 1 : 2, i);
	group(&split);
	is_integer(split.groups, 67, "each different picture is a group");
	is_integer(split_assign(&split, fractions, 1, &error), 0, "three classes are assigned");
	is_integer((long long)count(&split, 0, SPLIT_VALIDATION), 2, "  2 of 10 for validation");
	is_integer((long long)count(&split, 0, SPLIT_TEST), 1, "  1 of 10 for the test");
	is_integer((long long)count(&split, 1, SPLIT_VALIDATION), 10, "  10 of 50");
	is_integer((long long)count(&split, 1, SPLIT_TEST), 5, "  5 of 50");
	is_integer((long long)count(&split, 2, SPLIT_VALIDATION), 1, "  1 of 7");
	is_integer((long long)count(&split, 2, SPLIT_TEST), 1, "  1 of 7");
	is_integer((long long)count(&split, 2, SPLIT_TRAIN), 5, "  the rest to train");
	split_free(&split);
}

/* Parts by content, for the same contents in another order. */
static void seeds(void)
{
	static const double fractions[SPLIT_PARTS] = {0, 0.3, 0};
	struct split split, reversed;
	start(&split, (const char *[]){"ape", NULL});
	start(&reversed, (const char *[]){"ape", NULL});
	for (uint32_t i = 0; i < 100; i++) {
		add(&split, 0, i);
		add(&reversed, 0, 99 - i);
	}
	bool same = true;
	int moved = 0;
	group(&split);
	group(&reversed);
	if (split_assign(&split, fractions, 1, &error) ||
		split_assign(&reversed, fractions, 1, &error))
		abort();
	for (size_t i = 0; i < 100; i++)
		same &= split.files[i].part == reversed.files[99 - i].part;
	ok(same, "the result doesn't depend on names and order");
	if (split_assign(&reversed, fractions, 2, &error))
		abort();
	for (size_t i = 0; i < 100; i++)
		moved += split.files[i].part != reversed.files[99 - i].part;
	ok(moved > 20 && moved < 60, "another seed gives another split (%d of 100 moved)", moved);
	split_free(&split);
	split_free(&reversed);
}

static void duplicates(void)
{
	static const double fractions[SPLIT_PARTS] = {0, 0.4, 0.2};
	struct split split;
	start(&split, (const char *[]){"ape", "bee", NULL});
	for (uint32_t i = 0; i < 60; i++)
		add(&split, i % 2,
			i % 3 ? i : i % 4); /* contents 0 and 2 many times, in both classes */
	group(&split);
	ok(split_assign(&split, fractions, 9, &error) == 0, "files with duplicates are assigned");
	is_integer(count_divided(&split), 0, "  those of one content stay together");
	for (int label = 0; label < 2; label++)
		for (int part = 0; part < SPLIT_PARTS; part++)
			ok(count(&split, label, part) > 0, "  class %d has files in %s", label,
				split_part_names[part]);
	split_free(&split);
}

/* A chain: each hash differs from the previous one by 6 bits, so the ends are far apart. */
static void chains(void)
{
	struct split split;
	start(&split, (const char *[]){"ape", "bee", NULL});
	for (uint32_t i = 0; i < 6; i++)
		add(&split, (int)i % 2, 1000 + i);
	for (int i = 1; i < 4; i++) {
		split.files[i].hash.visual = split.files[i - 1].hash.visual;
		split.files[i].hash.visual.perceptual ^= (uint64_t)0x3f << 6 * i;
	}
	split.files[5].hash.visual = split.files[4].hash.visual;
	split.files[4].hash.plain = true;
	group(&split);
	is_integer(split.groups, 3, "look-alikes of look-alikes are one group");
	ok(split.files[0].group == 1 && split.files[3].group == 1, "  with both ends of the chain");
	ok(split.files[4].group == 2 && split.files[5].group == 3,
		"  but plain pictures are look-alikes of none");
	if (split_group(&split, -1, &error))
		abort();
	is_integer(split.groups, 6, "  without perceptual hashes there are no look-alikes");
	group(&split);
	for (size_t i = 0; i < split.count; i++)
		split.files[i].part = i == 0 ? SPLIT_TRAIN : SPLIT_VALIDATION;
	struct audit audit;
	is_integer(audit_run(&audit, &split, IMAGE_HASH_HAMMING, &error), 0,
		"the audit of such a split");
	is_integer((long long)audit.leaked[SPLIT_VALIDATION], 3, "  the whole chain leaks");
	is_integer((long long)audit.pair_count, 3, "  in a pair each");
	ok(audit.pairs[0].relation == AUDIT_LOOK_ALIKE && audit.pairs[0].likeness.perceptual == 6,
		"  the neighbour by its hash");
	ok(audit.pairs[2].relation == AUDIT_CHAIN, "  the last by the chain");
	is_integer((long long)audit.class_count, 1, "  two classes share a picture");
	is_integer((long long)audit.classes[0].pairs, 3, "  in three pairs");
	audit_free(&audit);
	split_free(&split);
}

/* Random groups of one to `largest` files of two classes; `sizes` is the largest group by class. */
static void add_random(struct split *split, uint64_t seed, uint32_t largest, size_t sizes[2])
{
	struct random random = random_start(seed, RANDOM_TEST, 1, 0);
	sizes[0] = sizes[1] = 0;
	for (uint32_t content = 0; content < 150; content++) {
		uint32_t members = 1 + random_below(&random, largest);
		int label = (int)random_below(&random, 2);
		for (uint32_t i = 0; i < members; i++)
			add(split, label, content);
		sizes[label] = members > sizes[label] ? members : sizes[label];
	}
	group(split);
}

static void properties(void)
{
	static const double fractions[SPLIT_PARTS] = {0, 0.25, 0.15};
	int divided_groups = 0, inexact = 0, uneven = 0;
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct split split;
		size_t sizes[2];
		start(&split, (const char *[]){"ape", "bee", NULL});
		add_random(&split, seed, 1 + (uint32_t)seed % 9, sizes);
		if (split_assign(&split, fractions, seed, &error))
			abort();
		divided_groups += count_divided(&split);
		for (int label = 0; label < 2; label++) {
			size_t all = count(&split, label, 0) + count(&split, label, 1) +
				count(&split, label, 2);
			for (int part = SPLIT_VALIDATION; part < SPLIT_PARTS; part++)
				inexact += fabs((double)count(&split, label, part) -
						   fractions[part] * (double)all) >
					(double)sizes[label];
		}
		int folds = 2 + (int)seed % 9;
		if (split_assign_folds(&split, folds, seed, &error))
			abort();
		divided_groups += count_divided(&split);
		size_t covered = 0;
		for (int fold = 0; fold < folds; fold++)
			covered += split_part_count(&split, fold);
		uneven += covered != split.count;
		for (int label = 0; label < 2; label++)
			for (int fold = 0; fold < folds; fold++)
				for (int other = 0; other < fold; other++)
					uneven += fabs((double)count(&split, label, fold) -
							  (double)count(&split, label, other)) >
						(double)sizes[label];
		split_free(&split);
	}
	is_integer(divided_groups, 0, "no group is divided, with any seed");
	is_integer(inexact, 0, "every class gets its fractions to within its largest group");
	is_integer(uneven, 0,
		"folds cover all files, and divide each class to within its largest group");
}

static void few(void)
{
	static const double two[SPLIT_PARTS] = {0, 0.2, 0}, three[SPLIT_PARTS] = {0, 0.4, 0.4};
	struct split split;
	start(&split, (const char *[]){"ape", NULL});
	add(&split, 0, 1);
	add(&split, 0, 1);
	group(&split);
	ok(split_assign(&split, two, 0, &error) == -1,
		"two files with the same content are too few");
	is_text(error.object, "ape", "  the class is named");
	is_text(error.reason, "has 1 different picture in 2 files: none is left for train",
		"  and the missing part");
	ok(split_assign_folds(&split, 2, 0, &error) == -1, "  for folds too");
	is_text(error.reason, "2 folds need as many groups of records, but there is 1",
		"  whose number is said");
	add(&split, 0, 2);
	group(&split);
	ok(split_assign(&split, two, 0, &error) == 0, "one more is enough for two parts");
	is_integer((long long)count(&split, 0, SPLIT_VALIDATION), 1,
		"  the single one is for validation");
	ok(split_assign(&split, three, 0, &error) == -1, "  but not for three");
	for (uint32_t i = 0; i < 3; i++)
		add(&split, 0, 1);
	add(&split, 0, 3);
	group(&split);
	ok(split_assign(&split, three, 0, &error) == 0, "three contents are enough for three");
	is_integer((long long)count(&split, 0, SPLIT_TRAIN), 5, "  duplicates go to train");
	split_free(&split);
}

int main(void)
{
	class_fractions();
	seeds();
	duplicates();
	chains();
	properties();
	few();
	return done();
}
