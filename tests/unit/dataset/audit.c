/* The audit compared with brute force, and with many copies and classes, where brute force would
 * take too long. */
#include "base/random.h"
#include "dataset/audit.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 6 };

static struct error error;

static uint64_t bits(struct random *random)
{
	uint64_t high = random_u32(random);
	return high << 32 | random_u32(random);
}

/* A split of `count` different files, alternating between `classes` classes, all in train. */
static void start(struct split *split, size_t count, int classes, uint64_t seed)
{
	struct random random = random_start(seed, RANDOM_TEST, 2, 0);
	*split = (struct split){.files = calloc(count, sizeof *split->files), .count = count};
	for (int i = 0; i < classes; i++) {
		char name[16];
		snprintf(name, sizeof name, "%d", i);
		if (!split->files || text_list_add(&split->classes, name, &error))
			abort();
	}
	for (size_t i = 0; i < count; i++) {
		struct split_file *file = &split->files[i];
		*file = (struct split_file){.name = "f",
			.label = (int)(i % (size_t)classes),
			.group = (uint32_t)i + 1};
		memcpy(file->digest, &i, sizeof i);
		memcpy(file->hash.pixels, file->digest, sizeof file->hash.pixels);
		file->hash.visual = (struct visual_hash){bits(&random), bits(&random)};
		file->hash.mirrored = (struct visual_hash){bits(&random), bits(&random)};
	}
}

static void audit_all(struct split *split, struct audit *audit, int hamming)
{
	if (split_group(split, hamming, &error) || audit_run(audit, split, hamming, &error))
		abort();
}

/* ---- brute force ---- */

static bool are_alike(const struct split_file *a, const struct split_file *b, int hamming)
{
	struct hash_distance likeness;
	return image_hash_same(&a->hash, &b->hash) ||
		(hamming >= 0 && image_hash_alike(&a->hash, &b->hash, hamming, &likeness));
}

struct expected {
	size_t leaked[SPLIT_PARTS], pairs, chains, classes[CLASSES][CLASSES];
	bool joined[CLASSES][CLASSES];
};

static void compare_all(struct expected *expected, const struct split *split, int hamming)
{
	*expected = (struct expected){0};
	for (size_t i = 0; i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		size_t pairs = 0;
		bool leaks = false;
		for (size_t k = 0; k < split->count; k++) {
			const struct split_file *other = &split->files[k];
			if (k == i || file->group != other->group)
				continue;
			bool alike = are_alike(file, other, hamming);
			leaks |= other->part < file->part;
			pairs += alike && other->part < file->part;
			expected->classes[file->label][other->label] +=
				alike && file->label < other->label;
			expected->joined[file->label][other->label] |= file->label < other->label;
		}
		expected->leaked[file->part] += leaks;
		expected->pairs += pairs;
		expected->chains += leaks && pairs == 0;
	}
}

/* Makes files copies, look-alikes or mirror images of earlier ones, which also gives chains; with
 * random parts. */
static void mix_up(struct split *split, uint64_t seed)
{
	struct random random = random_start(seed, RANDOM_TEST, 3, 0);
	for (size_t i = 0; i < split->count; i++) {
		struct split_file *file = &split->files[i];
		file->part = (int)random_below(&random, SPLIT_PARTS);
		file->label = (int)random_below(&random, CLASSES);
		if (i == 0)
			continue;
		const struct split_file *other = &split->files[random_below(&random, (uint32_t)i)];
		uint64_t changed = (uint64_t)0x3f << random_below(&random, 58);
		switch (random_below(&random, 7)) {
		case 0:
			memcpy(file->digest, other->digest, DIGEST_SIZE);
			file->hash = other->hash;
			break;
		case 1:
			file->hash = other->hash;
			break;
		case 2:
			file->hash.visual = other->hash.visual;
			file->hash.mirrored = other->hash.mirrored;
			break;
		case 3:
			file->hash.visual = other->hash.mirrored;
			file->hash.mirrored = other->hash.visual;
			break;
		case 4:
			file->hash.visual = other->hash.visual;
			file->hash.visual.perceptual ^= changed;
			break;
		default:
			break;
		}
		file->hash.plain =
			memcmp(file->hash.pixels, other->hash.pixels, IMAGE_HASH_PIXELS_SIZE) == 0
			? other->hash.plain
			: random_below(&random, 12) == 0;
	}
}

/* Whether all pairs are correct and different; counts the chains. */
static bool good_pairs(const struct audit *audit, int hamming, size_t *chains)
{
	bool good = true;
	*chains = 0;
	for (size_t i = 0; i < audit->pair_count; i++) {
		const struct audit_pair *pair = &audit->pairs[i];
		*chains += pair->relation == AUDIT_CHAIN;
		good &= pair->file->part > pair->other->part &&
			pair->file->group == pair->other->group;
		good &= (pair->relation != AUDIT_CHAIN) ==
			are_alike(pair->file, pair->other, hamming);
		good &= i == 0 || pair[-1].file != pair->file || pair[-1].other != pair->other;
	}
	return good;
}

static bool same_classes(const struct audit *audit, const struct expected *expected)
{
	size_t listed = 0, wanted = 0;
	bool good = true;
	for (int a = 0; a < CLASSES; a++)
		for (int b = 0; b < CLASSES; b++)
			wanted += expected->joined[a][b];
	for (size_t i = 0; i < audit->class_count; i++, listed++) {
		const struct audit_class_pair *classes = &audit->classes[i];
		int a = classes->example.file->label, b = classes->example.other->label;
		good &= expected->joined[classes->label][classes->other];
		good &= classes->pairs == expected->classes[classes->label][classes->other];
		good &= (classes->pairs == 0) == (classes->example.relation == AUDIT_CHAIN);
		good &= (a == classes->label && b == classes->other) ||
			(b == classes->label && a == classes->other);
	}
	return good && listed == wanted;
}

static void against_brute_force(void)
{
	static const int hammings[] = {IMAGE_HASH_HAMMING, -1, 0};
	int bad_leaks = 0, bad_pairs = 0, bad_classes = 0, chained = 0, joined = 0;
	for (uint64_t seed = 0; seed < 300; seed++) {
		struct split split;
		struct audit audit;
		struct expected expected;
		size_t chains;
		int hamming = hammings[seed % 3];
		start(&split, 5 + seed % 70, CLASSES, seed);
		mix_up(&split, seed);
		audit_all(&split, &audit, hamming);
		compare_all(&expected, &split, hamming);
		for (int part = 0; part < SPLIT_PARTS; part++)
			bad_leaks += audit.leaked[part] != expected.leaked[part];
		bool good = good_pairs(&audit, hamming, &chains);
		bad_pairs += !good || chains != expected.chains ||
			audit.pair_count - chains + audit.unlisted != expected.pairs;
		bad_classes += !same_classes(&audit, &expected);
		chained += chains > 0;
		for (size_t i = 0; i < audit.class_count; i++)
			joined += audit.classes[i].pairs == 0;
		audit_free(&audit);
		split_free(&split);
	}
	is_integer(bad_leaks, 0, "of 300 splits as many files leak as by brute force");
	is_integer(bad_pairs, 0, "  in as many pairs, all correct");
	is_integer(bad_classes, 0, "  of the same pairs of classes");
	ok(chained > 20 && joined > 20, "  some (%d, %d) only by chains", chained, joined);
}

/* ---- large inputs ---- */

static void copies(void)
{
	enum { COUNT = 10000 };
	struct split split;
	struct audit audit;
	start(&split, COUNT, 2, 1);
	for (size_t i = 0; i < COUNT; i++) {
		split.files[i].part = i < COUNT / 2 ? SPLIT_TRAIN : SPLIT_VALIDATION;
		split.files[i].hash.visual = split.files[0].hash.visual;
		split.files[i].hash.mirrored = split.files[0].hash.mirrored;
	}
	audit_all(&split, &audit, IMAGE_HASH_HAMMING);
	is_integer((long long)audit.leaked[SPLIT_VALIDATION], COUNT / 2,
		"of 10,000 with equal hashes half leak");
	is_integer((long long)audit.pair_count, COUNT / 2 * AUDIT_PAIRS_OF_FILE,
		"  each in AUDIT_PAIRS_OF_FILE pairs");
	is_integer((long long)audit.unlisted, COUNT / 2 * (COUNT / 2 - AUDIT_PAIRS_OF_FILE),
		"  and the others are counted");
	is_integer((long long)audit.classes[0].pairs, (long long)COUNT / 2 * COUNT / 2,
		"  as are those of two classes");
	audit_free(&audit);
	split_free(&split);
}

/* Hashes close to one hash, most of them different. */
static void look_alikes(void)
{
	enum { COUNT = 4000 };
	struct split split;
	struct audit audit;
	struct random random = random_start(5, RANDOM_TEST, 4, 0);
	start(&split, COUNT, 2, 1);
	for (size_t i = 0; i < COUNT; i++) {
		struct split_file *file = &split.files[i];
		file->part = i < COUNT / 2 ? SPLIT_TRAIN : SPLIT_VALIDATION;
		file->hash.visual = split.files[0].hash.visual;
		for (int k = 0; k < 4; k++)
			file->hash.visual.perceptual ^= (uint64_t)1 << random_below(&random, 64);
	}
	audit_all(&split, &audit, IMAGE_HASH_HAMMING);
	is_integer((long long)audit.leaked[SPLIT_VALIDATION], COUNT / 2,
		"of 4,000 look-alikes half leak");
	is_integer((long long)(audit.pair_count + audit.unlisted), (long long)COUNT / 2 * COUNT / 2,
		"  each with each");
	audit_free(&audit);
	split_free(&split);
}

/* One picture in many classes, such as "image not found". */
static void same_in_all_classes(void)
{
	enum { COUNT = 500 };
	struct split split;
	struct audit audit;
	start(&split, 2 * COUNT, COUNT, 1);
	for (size_t i = 0; i < 2 * COUNT; i++)
		split.files[i].hash = split.files[0].hash;
	audit_all(&split, &audit, -1);
	is_integer((long long)audit.class_count, COUNT * (COUNT - 1) / 2,
		"one picture in 500 classes gives all pairs of classes");
	bool ordered = true, four = true;
	for (size_t i = 0; i < audit.class_count; i++) {
		const struct audit_class_pair *one = &audit.classes[i];
		four &= one->pairs == 4 && one->label < one->other;
		ordered &= i == 0 || one[-1].label < one->label ||
			(one[-1].label == one->label && one[-1].other < one->other);
	}
	ok(ordered && four, "  sorted, each with four pairs of files");
	audit_free(&audit);
	split_free(&split);
}

int main(void)
{
	against_brute_force();
	copies();
	look_alikes();
	same_in_all_classes();
	return done();
}
