#include "dataset/audit.h"

#include "dataset/split_group.h"

#include <stdlib.h>
#include <string.h>

static const char *const how_names[] = {"file", "pixels", "alike", "mirrored", "chain"};

/* ---- results ---- */

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

static int compare_pairs(const void *a, const void *b)
{
	const struct audit_pair *left = a, *right = b;
	if (left->file != right->file)
		return left->file < right->file ? -1 : 1;
	return left->other < right->other ? -1 : left->other > right->other;
}

/* Chains, which count no pairs, come last. */
static int compare_classes(const void *a, const void *b)
{
	const struct audit_classes *left = a, *right = b;
	if (left->label != right->label)
		return left->label - right->label;
	if (left->other != right->other)
		return left->other - right->other;
	return left->pairs && right->pairs ? compare_pairs(&left->one, &right->one) : !left->pairs - !right->pairs;
}

/* Makes one of those of the same two classes. */
static void merge_classes(struct audit *audit)
{
	size_t kept = 0;
	if (audit->class_count)
		qsort(audit->classes, audit->class_count, sizeof *audit->classes, compare_classes);
	for (size_t i = 0; i < audit->class_count; i++) {
		const struct audit_classes *classes = &audit->classes[i];
		struct audit_classes *last = kept ? &audit->classes[kept - 1] : NULL;
		if (last && last->label == classes->label && last->other == classes->other)
			last->pairs += classes->pairs;
		else
			audit->classes[kept++] = *classes;
	}
	audit->class_count = kept;
}

/* When there is no room, merging may make it; what is half full after that grows. */
static int make_room(struct audit *audit, struct error *error)
{
	if (audit->class_count < audit->class_capacity)
		return 0;
	merge_classes(audit);
	if (audit->class_count < audit->class_capacity / 2)
		return 0;
	struct audit_classes *classes = grown(audit->classes, audit->class_capacity, &audit->class_capacity, sizeof *classes);
	if (!classes)
		return error_memory(error, "classes");
	audit->classes = classes;
	return 0;
}

static int add_classes(struct audit *audit, size_t pairs, const struct audit_pair *one, struct error *error)
{
	int label = one->file->label, other = one->other->label;
	if (make_room(audit, error))
		return -1;
	audit->classes[audit->class_count++] = (struct audit_classes){label < other ? label : other,
		label < other ? other : label, pairs, *one};
	return 0;
}

/* ---- finding ---- */

/* Files of one class in a node, or in a group. */
struct tally {
	int label;
	size_t count;
	const struct split_file *first;
};

/* Files of a group that look the same to every hash, so that what is like one of them is like all. */
struct node {
	struct split_file **files; /* early parts first */
	size_t count, parts[SPLIT_PARTS];
	struct tally *tallies;
	size_t tally_count;
};

/* A node like another, or that one itself. */
struct near {
	const struct node *node;
	struct likeness likeness;
};

struct work {
	struct audit *audit;
	int hamming;
	struct node *nodes;      /* of the group, node_count of them */
	size_t node_count;
	struct tally *tallies;   /* of its nodes, and at the end of the group */
	size_t *tally_of;        /* by class: its last tally, from 1 */
	struct near *near;       /* of one node, itself first */
};

/* A pair of files, the one of the later part first. */
static struct audit_pair pair_of(const struct split_file *file, const struct split_file *other)
{
	bool first = file->part > other->part || (file->part == other->part && file > other);
	return (struct audit_pair){.file = first ? file : other, .other = first ? other : file, .how = AUDIT_CHAIN};
}

/* Of a file of a node with one of a node near it. */
static struct audit_pair pair_near(const struct split_file *file, const struct split_file *other, const struct work *work,
	const struct near *near)
{
	struct audit_pair pair = pair_of(file, other);
	pair.likeness = near->likeness;
	pair.how = near->likeness.mirrored ? AUDIT_MIRRORED : AUDIT_ALIKE;
	if (near == work->near && memcmp(file->digest, other->digest, DIGEST_SIZE) == 0)
		pair.how = AUDIT_FILE;
	else if (near == work->near && image_hash_same(&file->hash, &other->hash))
		pair.how = AUDIT_PIXELS;
	return pair;
}

static int compare_members(const void *a, const void *b)
{
	const struct split_file *const *left = a, *const *right = b;
	int order = split_compare_looks(*left, *right);
	if (order == 0)
		order = (*left)->part - (*right)->part;
	return order ? order : *left < *right ? -1 : *left > *right;
}

/* Counts a file among the tallies from `tallies` on. Returns how many there are then. */
static size_t count_file(const struct work *work, struct tally *tallies, size_t count, const struct split_file *file)
{
	size_t *place = &work->tally_of[file->label], offset = (size_t)(tallies - work->tallies);
	if (*place <= offset || *place > offset + count || work->tallies[*place - 1].label != file->label) {
		tallies[count++] = (struct tally){file->label, 0, file};
		*place = offset + count;
	}
	work->tallies[*place - 1].count++;
	return count;
}

/* Finds the nodes of a group. Returns the tallies of its classes, *count of them. */
static const struct tally *make_nodes(struct work *work, const struct split_group *group, size_t *count)
{
	struct tally *tallies = work->tallies;
	qsort(group->files, group->count, sizeof *group->files, compare_members);
	work->node_count = 0;
	for (size_t i = 0; i < group->count; i++) {
		struct node *node = &work->nodes[work->node_count];
		if (i == 0 || split_compare_looks(group->files[i - 1], group->files[i])) {
			tallies += i ? node[-1].tally_count : 0;
			*node = (struct node){.files = &group->files[i], .tallies = tallies};
			work->node_count++;
		} else {
			node--;
		}
		node->count++;
		node->parts[group->files[i]->part]++;
		node->tally_count = count_file(work, node->tallies, node->tally_count, group->files[i]);
	}
	tallies += work->nodes[work->node_count - 1].tally_count;
	*count = 0;
	for (size_t i = 0; i < group->count; i++)
		*count = count_file(work, tallies, *count, group->files[i]);
	return tallies;
}

/* Lists the nodes like this one, itself first. */
static size_t find_near(const struct work *work, const struct node *node)
{
	size_t count = 1;
	work->near[0] = (struct near){.node = node};
	for (const struct node *other = work->nodes; other < work->nodes + work->node_count; other++) {
		struct near *near = &work->near[count];
		near->node = other;
		count += other != node && image_hash_alike(&node->files[0]->hash, &other->files[0]->hash, work->hamming, &near->likeness);
	}
	return count;
}

/* Adds the pairs of a file with those of earlier parts, as many as are listed. */
static int add_pairs(struct work *work, const struct split_file *file, size_t near_count, struct error *error)
{
	size_t listed = 0, total = 0;
	for (size_t i = 0; i < near_count; i++) {
		const struct node *node = work->near[i].node;
		for (int part = 0; part < file->part; part++)
			total += node->parts[part];
		for (size_t k = 0; k < node->count && node->files[k]->part < file->part && listed < AUDIT_PAIRS_OF_FILE; k++) {
			struct audit_pair pair = pair_near(file, node->files[k], work, &work->near[i]);
			if (add_pair(work->audit, &pair, error))
				return -1;
			listed++;
		}
	}
	work->audit->left_out += total - listed;
	return listed > 0;
}

/* Adds the pairs of one node with files of earlier parts, of which the group's first is one. */
static int audit_parts(struct work *work, const struct node *node, size_t near_count, const struct split_file *first,
	struct error *error)
{
	for (size_t i = 0; i < node->count; i++) {
		const struct split_file *file = node->files[i];
		if (file->part <= first->part)
			continue;
		work->audit->leaked[file->part]++;
		struct audit_pair chain = pair_of(file, first);
		int result = add_pairs(work, file, near_count, error);
		if (result < 0 || (result == 0 && add_pair(work->audit, &chain, error)))
			return -1;
	}
	return 0;
}

/* Counts the pairs of classes of a node and one near it, or itself. */
static int audit_classes(struct work *work, const struct node *node, const struct near *near, struct error *error)
{
	const struct node *other = near->node;
	for (size_t i = 0; i < node->tally_count; i++)
		for (size_t k = node == other ? i + 1 : 0; k < other->tally_count; k++) {
			const struct tally *a = &node->tallies[i], *b = &other->tallies[k];
			struct audit_pair one = pair_near(a->first, b->first, work, near);
			if (a->label != b->label && add_classes(work->audit, a->count * b->count, &one, error))
				return -1;
		}
	return 0;
}

/* Adds each two classes of the group, in case they are only joined by a chain. */
static int audit_chains(struct audit *audit, const struct tally *tallies, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++) {
			struct audit_pair one = pair_of(tallies[i].first, tallies[k].first);
			if (add_classes(audit, 0, &one, error))
				return -1;
		}
	return 0;
}

static int audit_group(struct work *work, const struct split_group *group, struct error *error)
{
	size_t class_count;
	const struct tally *classes = make_nodes(work, group, &class_count);
	const struct split_file *first = group->files[0];
	for (size_t i = 0; i < group->count; i++)
		if (group->files[i]->part < first->part || (group->files[i]->part == first->part && group->files[i] < first))
			first = group->files[i];
	for (const struct node *node = work->nodes; node < work->nodes + work->node_count; node++) {
		size_t near_count = find_near(work, node);
		if (audit_parts(work, node, near_count, first, error))
			return -1;
		for (size_t i = 0; i < near_count; i++)
			if (work->near[i].node >= node && audit_classes(work, node, &work->near[i], error))
				return -1;
	}
	return work->node_count > 1 ? audit_chains(work->audit, classes, class_count, error) : 0;
}

static int audit_groups(struct work *work, const struct split *split, const struct split_groups *groups, struct error *error)
{
	work->nodes = malloc((split->count + 1) * sizeof *work->nodes);
	work->tallies = malloc((2 * split->count + 1) * sizeof *work->tallies);
	work->near = malloc((split->count + 2) * sizeof *work->near);
	work->tally_of = calloc(split->classes.count + 1, sizeof *work->tally_of);
	int result = work->nodes && work->tallies && work->near && work->tally_of ? 0 : error_memory(error, "groups");
	for (size_t i = 0; result == 0 && i < groups->count; i++)
		if (groups->groups[i].count > 1)
			result = audit_group(work, &groups->groups[i], error);
	free(work->nodes);
	free(work->tallies);
	free(work->near);
	free(work->tally_of);
	return result;
}

int audit_make(struct audit *audit, const struct split *split, int hamming, struct error *error)
{
	struct work work = {.audit = audit, .hamming = hamming};
	struct split_groups groups;
	*audit = (struct audit){0};
	if (split_groups_make(&groups, split, 0, error))
		return -1;
	int result = audit_groups(&work, split, &groups, error);
	split_groups_free(&groups);
	if (audit->pair_count)
		qsort(audit->pairs, audit->pair_count, sizeof *audit->pairs, compare_pairs);
	merge_classes(audit);
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
