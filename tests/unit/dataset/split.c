/* Dealing files out to train, validation and test. */
#include "dataset/split.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct error error;

static void start(struct split *split, const char *const *classes)
{
	*split = (struct split){0};
	for (; *classes; classes++)
		if (text_list_add(&split->folders[0].classes, *classes, &error))
			abort();
}

/* Adds a file whose content is known by a number. */
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
	*file = (struct split_file){.name = "in"};
	digest_of(&content, sizeof content, file->digest);
	for (size_t i = 0; i < split->count; i++)
		split->files[i].file = &files->files[i];
}

static size_t count(const struct split *split, int label, enum split_part part)
{
	size_t found = 0;
	for (size_t i = 0; i < split->count; i++)
		found += split->files[i].file->label == label && split->files[i].part == part;
	return found;
}

static long long leaked(const struct split *split)
{
	size_t found;
	return split_leaked(split, &found, NULL) ? -1 : (long long)found;
}

static void shares(void)
{
	static const double wanted[SPLIT_PARTS] = {0, 0.2, 0.1};
	struct split split;
	start(&split, (const char *[]){"ape", "bee", "cat", NULL});
	for (uint32_t i = 0; i < 67; i++)
		add(&split, i < 10 ? 0 : i < 60 ? 1 : 2, i);
	is_integer(split_assign(&split, wanted, 1, &error), 0, "three classes are dealt out");
	is_integer((long long)count(&split, 0, SPLIT_VALIDATION), 2, "  2 of 10 for validation");
	is_integer((long long)count(&split, 0, SPLIT_TEST), 1, "  1 of 10 for the test");
	is_integer((long long)count(&split, 1, SPLIT_VALIDATION), 10, "  10 of 50");
	is_integer((long long)count(&split, 1, SPLIT_TEST), 5, "  5 of 50");
	is_integer((long long)count(&split, 2, SPLIT_VALIDATION), 1, "  1 of 7");
	is_integer((long long)count(&split, 2, SPLIT_TEST), 1, "  1 of 7");
	is_integer((long long)count(&split, 2, SPLIT_TRAIN), 5, "  the rest to train");
	is_integer(leaked(&split), 0, "  and none leaks");
	split_free(&split);
}

/* Parts by content, for the same contents in another order. */
static void seeds(void)
{
	static const double wanted[SPLIT_PARTS] = {0, 0.3, 0};
	struct split split, reversed;
	start(&split, (const char *[]){"ape", NULL});
	start(&reversed, (const char *[]){"ape", NULL});
	for (uint32_t i = 0; i < 100; i++) {
		add(&split, 0, i);
		add(&reversed, 0, 99 - i);
	}
	bool same = true;
	int moved = 0;
	if (split_assign(&split, wanted, 1, &error) || split_assign(&reversed, wanted, 1, &error))
		abort();
	for (size_t i = 0; i < 100; i++)
		same &= split.files[i].part == reversed.files[99 - i].part;
	ok(same, "names and order decide nothing");
	if (split_assign(&reversed, wanted, 2, &error))
		abort();
	for (size_t i = 0; i < 100; i++)
		moved += split.files[i].part != reversed.files[99 - i].part;
	ok(moved > 20 && moved < 60, "another seed, another split (%d of 100 moved)", moved);
	split_free(&split);
	split_free(&reversed);
}

static void duplicates(void)
{
	static const double wanted[SPLIT_PARTS] = {0, 0.4, 0.2};
	struct split split;
	start(&split, (const char *[]){"ape", "bee", NULL});
	for (uint32_t i = 0; i < 60; i++)
		add(&split, i % 2, i % 3 ? i : i % 4); /* contents 0 and 2 many times, in both classes */
	ok(split_assign(&split, wanted, 9, &error) == 0, "files with duplicates are dealt out");
	int torn = 0;
	for (size_t i = 0; i < split.count; i++)
		for (size_t j = 0; j < i; j++)
			torn += memcmp(split.files[i].digest, split.files[j].digest, DIGEST_SIZE) == 0
				&& split.files[i].part != split.files[j].part;
	is_integer(torn, 0, "  those of one content stay together");
	is_integer(leaked(&split), 0, "  so none leaks");
	for (int label = 0; label < 2; label++)
		for (int part = 0; part < SPLIT_PARTS; part++)
			ok(count(&split, label, (enum split_part)part) > 0, "  class %d has some in %s", label,
				split_part_names[part]);
	split.files[0].part = SPLIT_TRAIN;
	split.files[12].part = SPLIT_VALIDATION;
	ok(leaked(&split) > 0, "  a torn pair counts as leaked");
	split_free(&split);
}

static void few(void)
{
	static const double two[SPLIT_PARTS] = {0, 0.2, 0}, three[SPLIT_PARTS] = {0, 0.4, 0.4};
	struct split split;
	start(&split, (const char *[]){"ape", NULL});
	add(&split, 0, 1);
	add(&split, 0, 1);
	ok(split_assign(&split, two, 0, &error) == -1, "two files of one content are too few");
	is_text(error.object, "ape", "  the class is named");
	is_text(error.reason, "has too few different images: none is left for train", "  and what is missing");
	add(&split, 0, 2);
	ok(split_assign(&split, two, 0, &error) == 0, "one more is enough for two parts");
	is_integer((long long)count(&split, 0, SPLIT_VALIDATION), 1, "  the single one judges");
	ok(split_assign(&split, three, 0, &error) == -1, "  and not for three");
	for (uint32_t i = 0; i < 3; i++)
		add(&split, 0, 1);
	add(&split, 0, 3);
	ok(split_assign(&split, three, 0, &error) == 0, "three contents are enough for three");
	is_integer((long long)count(&split, 0, SPLIT_TRAIN), 5, "  duplicates go to train");
	split_free(&split);
}

int main(void)
{
	shares();
	seeds();
	duplicates();
	few();
	return done();
}
