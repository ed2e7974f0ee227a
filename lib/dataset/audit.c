#include "dataset/audit.h"

#include "dataset/split_group.h"

#include <stdlib.h>
#include <string.h>

static const char *const how_names[] = {"file", "pixels", "alike", "mirrored", "chain"};

/* ---- finding ---- */

struct work {
	struct audit *audit;
	int hamming;
};

/* Whether two files are alike themselves; says how. */
static bool compare(const struct work *work, struct audit_pair *pair)
{
	const struct split_file *file = pair->file, *other = pair->other;
	pair->likeness = (struct likeness){0};
	if (memcmp(file->digest, other->digest, DIGEST_SIZE) == 0) {
		pair->how = AUDIT_FILE;
		return true;
	}
	if (image_hash_same(&file->hash, &other->hash)) {
		pair->how = AUDIT_PIXELS;
		return true;
	}
	if (work->hamming < 0 || !image_hash_alike(&file->hash, &other->hash, work->hamming, &pair->likeness))
		return false;
	pair->how = pair->likeness.mirrored ? AUDIT_MIRRORED : AUDIT_ALIKE;
	return true;
}

/* Room for one more of `size` bytes each. */
static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return items;
	size_t larger = *capacity ? 2 * *capacity : 16;
	void *result = realloc(items, larger * size);
	if (result)
		*capacity = larger;
	return result;
}

static int add_pair(struct audit *audit, const struct audit_pair *pair, struct error *error)
{
	struct audit_pair *pairs = grown(audit->pairs, audit->pair_count, &audit->pair_capacity, sizeof *pairs);
	if (!pairs)
		return error_memory(error, "pairs");
	audit->pairs = pairs;
	pairs[audit->pair_count++] = *pair;
	return 0;
}

static int count_classes(struct audit *audit, const struct audit_pair *pair, struct error *error)
{
	int label = pair->file->label, other = pair->other->label;
	if (label > other) {
		int swapped = label;
		label = other;
		other = swapped;
	}
	for (size_t i = 0; i < audit->class_count; i++)
		if (audit->classes[i].label == label && audit->classes[i].other == other) {
			audit->classes[i].pairs++;
			return 0;
		}
	struct audit_classes *classes = grown(audit->classes, audit->class_count, &audit->class_capacity, sizeof *classes);
	if (!classes)
		return error_memory(error, "classes");
	audit->classes = classes;
	classes[audit->class_count++] = (struct audit_classes){label, other, 1, *pair};
	return 0;
}

/* Adds the pairs of one file with files of earlier parts, and those across classes with all before it. */
static int audit_file(const struct work *work, const struct split_group *group, size_t index, struct error *error)
{
	struct audit_pair pair = {.file = group->files[index]}, chain = pair;
	bool leaks = false;
	size_t before = work->audit->pair_count;
	for (size_t i = 0; i < group->count; i++) {
		pair.other = group->files[i];
		bool crosses = pair.other->part < pair.file->part, differs = i < index && pair.other->label != pair.file->label;
		if (crosses && !leaks)
			chain.other = pair.other;
		leaks |= crosses;
		if (!(crosses || differs) || !compare(work, &pair))
			continue;
		if ((crosses && add_pair(work->audit, &pair, error)) || (differs && count_classes(work->audit, &pair, error)))
			return -1;
	}
	work->audit->leaked[pair.file->part] += leaks;
	chain.how = AUDIT_CHAIN;
	return leaks && work->audit->pair_count == before ? add_pair(work->audit, &chain, error) : 0;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct audit_pair *left = a, *right = b;
	if (left->file != right->file)
		return left->file < right->file ? -1 : 1;
	return left->other < right->other ? -1 : left->other > right->other;
}

static int compare_classes(const void *a, const void *b)
{
	const struct audit_classes *left = a, *right = b;
	return left->label != right->label ? left->label - right->label : left->other - right->other;
}

int audit_make(struct audit *audit, const struct split *split, int hamming, struct error *error)
{
	struct work work = {audit, hamming};
	struct split_groups groups;
	*audit = (struct audit){0};
	if (split_groups_make(&groups, split, 0, error))
		return -1;
	int result = 0;
	for (size_t i = 0; result == 0 && i < groups.count; i++)
		for (size_t k = 0; result == 0 && k < groups.groups[i].count; k++)
			result = audit_file(&work, &groups.groups[i], k, error);
	split_groups_free(&groups);
	if (audit->pair_count)
		qsort(audit->pairs, audit->pair_count, sizeof *audit->pairs, compare_pairs);
	if (audit->class_count)
		qsort(audit->classes, audit->class_count, sizeof *audit->classes, compare_classes);
	return result;
}

/* ---- telling ---- */

static void write_pair(const struct audit_pair *pair, FILE *stream)
{
	text_write_field(stream, pair->file->name);
	fputc('\t', stream);
	text_write_field(stream, pair->other->name);
	fprintf(stream, "\t%s", how_names[pair->how]);
	if (pair->how == AUDIT_ALIKE || pair->how == AUDIT_MIRRORED)
		fprintf(stream, "\t%d\t%d\n", pair->likeness.perceptual, pair->likeness.difference);
	else
		fputs("\t\t\n", stream);
}

void audit_write(const struct audit *audit, const struct split *split, FILE *stream)
{
	fputs("path\talso\thow\tphash\tdhash\n", stream);
	for (size_t i = 0; i < audit->pair_count; i++)
		write_pair(&audit->pairs[i], stream);
	fputs("\nclass\tclass\tpairs\tpath\talso\thow\tphash\tdhash\n", stream);
	for (size_t i = 0; i < audit->class_count; i++) {
		const struct audit_classes *classes = &audit->classes[i];
		text_write_field(stream, split->classes.items[classes->label]);
		fputc('\t', stream);
		text_write_field(stream, split->classes.items[classes->other]);
		fprintf(stream, "\t%zu\t", classes->pairs);
		write_pair(&classes->one, stream);
	}
}

void audit_free(struct audit *audit)
{
	free(audit->pairs);
	free(audit->classes);
	*audit = (struct audit){0};
}
