#include "dataset/audit.h"

#include "base/array.h"
#include "dataset/split_group.h"

#include <stdlib.h>
#include <string.h>

enum { MERGE_FIRST = 16 };

static const char *const relation_names[] = {[AUDIT_SAME_FILE] = "file",
	[AUDIT_SAME_PIXELS] = "pixels",
	[AUDIT_LOOK_ALIKE] = "alike",
	[AUDIT_MIRRORED] = "mirrored",
	[AUDIT_CHAIN] = "chain"};

/* ---- results ---- */

static int add_pair(struct audit *audit, const struct audit_pair *pair, struct error *error)
{
	struct audit_pair *pairs = array_grow(audit->pairs, audit->pair_count, sizeof *pairs);
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

/* Pairs of classes in order; of the same classes those by a chain, without pairs, last. */
static int compare_class_pairs(const void *a, const void *b)
{
	const struct audit_class_pair *left = a, *right = b;
	if (left->label != right->label)
		return left->label - right->label;
	if (left->other != right->other)
		return left->other - right->other;
	return left->pairs && right->pairs ? compare_pairs(&left->example, &right->example)
					   : !left->pairs - !right->pairs;
}

/* Merges the entries of the same two classes, after sorting. */
static void merge_class_pairs(struct audit *audit)
{
	size_t merged_count = 0;
	if (audit->class_count)
		qsort(audit->classes, audit->class_count, sizeof *audit->classes,
			compare_class_pairs);
	for (size_t i = 0; i < audit->class_count; i++) {
		const struct audit_class_pair *classes = &audit->classes[i];
		struct audit_class_pair *last =
			merged_count ? &audit->classes[merged_count - 1] : NULL;
		if (last && last->label == classes->label && last->other == classes->other)
			last->pairs += classes->pairs;
		else
			audit->classes[merged_count++] = *classes;
	}
	audit->class_count = merged_count;
}

/* ---- nodes: files of a group with equal hashes ---- */

/* Files of a class in a node, or in a group. */
struct audit_class_count {
	int label;
	size_t count;
	const struct split_file *first;
};

/* Files of a group with equal perceptual hashes: what is similar to one of them is similar to
 * all. */
struct audit_node {
	struct split_file **files; /* early parts first */
	size_t count, parts[SPLIT_PARTS];
	struct audit_class_count *class_counts;
	size_t class_count;
};

/* A node that is similar to another, or is that node itself. */
struct audit_neighbor {
	const struct audit_node *node;
	struct hash_distance likeness;
};

struct audit_job {
	struct audit *audit;
	int hamming;
	struct audit_node *nodes; /* of the group, node_count of them */
	size_t node_count;
	struct audit_class_count
		*class_counts;            /* of its nodes, followed by those of the whole group */
	size_t *count_of_class;           /* by class: its last entry in class_counts, from 1 */
	struct audit_neighbor *neighbors; /* of one node, itself first */
	size_t merge_at;                  /* number of pairs of classes at which they are merged */
};

/* Adds a pair of classes. Pairs of the same classes are merged from time to time, so that their
 * number stays bounded. */
static int add_class_pair(struct audit_job *job, size_t pairs, const struct audit_pair *example,
	struct error *error)
{
	struct audit *audit = job->audit;
	int label = example->file->label, other = example->other->label;
	if (audit->class_count == job->merge_at) {
		merge_class_pairs(audit);
		if (audit->class_count >= job->merge_at / 2)
			job->merge_at *= 2;
	}
	struct audit_class_pair *classes =
		array_grow(audit->classes, audit->class_count, sizeof *classes);
	if (!classes)
		return error_memory(error, "classes");
	audit->classes = classes;
	classes[audit->class_count++] = (struct audit_class_pair){label < other ? label : other,
		label < other ? other : label, pairs, *example};
	return 0;
}

/* A pair of files, the file of the later part first. */
static struct audit_pair chain_pair(const struct split_file *file, const struct split_file *other)
{
	bool first = file->part > other->part || (file->part == other->part && file > other);
	return (struct audit_pair){.file = first ? file : other,
		.other = first ? other : file,
		.relation = AUDIT_CHAIN};
}

/* A pair of a file of a node and a file of a neighbor of the node. */
static struct audit_pair similar_pair(const struct split_file *file, const struct split_file *other,
	const struct audit_job *job, const struct audit_neighbor *neighbor)
{
	struct audit_pair pair = chain_pair(file, other);
	pair.likeness = neighbor->likeness;
	pair.relation = neighbor->likeness.mirrored ? AUDIT_MIRRORED : AUDIT_LOOK_ALIKE;
	if (neighbor == job->neighbors && memcmp(file->digest, other->digest, DIGEST_SIZE) == 0)
		pair.relation = AUDIT_SAME_FILE;
	else if (neighbor == job->neighbors && image_hash_same(&file->hash, &other->hash))
		pair.relation = AUDIT_SAME_PIXELS;
	return pair;
}

static int compare_members(const void *a, const void *b)
{
	const struct split_file *const *left = a, *const *right = b;
	int order = split_compare_hashes(*left, *right);
	if (order == 0)
		order = (*left)->part - (*right)->part;
	return order ? order : *left < *right ? -1 : *left > *right;
}

/* Counts a file in class_counts[count]. Returns the new count. */
static size_t count_class(const struct audit_job *job, struct audit_class_count *class_counts,
	size_t count, const struct split_file *file)
{
	size_t *index = &job->count_of_class[file->label],
	       offset = (size_t)(class_counts - job->class_counts);
	if (*index <= offset || *index > offset + count ||
		job->class_counts[*index - 1].label != file->label) {
		class_counts[count++] = (struct audit_class_count){file->label, 0, file};
		*index = offset + count;
	}
	job->class_counts[*index - 1].count++;
	return count;
}

/* Finds the nodes of a group. Returns the counts of the classes of the group, *count of them. */
static const struct audit_class_count *create_nodes(struct audit_job *job,
	const struct split_group *group, size_t *count)
{
	struct audit_class_count *class_counts = job->class_counts;
	qsort(group->files, group->count, sizeof *group->files, compare_members);
	job->node_count = 0;
	for (size_t i = 0; i < group->count; i++) {
		struct audit_node *node = &job->nodes[job->node_count];
		if (i == 0 || split_compare_hashes(group->files[i - 1], group->files[i])) {
			class_counts += i ? node[-1].class_count : 0;
			*node = (struct audit_node){.files = &group->files[i],
				.class_counts = class_counts};
			job->node_count++;
		} else {
			node--;
		}
		node->count++;
		node->parts[group->files[i]->part]++;
		node->class_count =
			count_class(job, node->class_counts, node->class_count, group->files[i]);
	}
	class_counts += job->nodes[job->node_count - 1].class_count;
	*count = 0;
	for (size_t i = 0; i < group->count; i++)
		*count = count_class(job, class_counts, *count, group->files[i]);
	return class_counts;
}

/* Lists the neighbors of a node, itself first. */
static size_t find_neighbors(const struct audit_job *job, const struct audit_node *node)
{
	size_t count = 1;
	job->neighbors[0] = (struct audit_neighbor){.node = node};
	for (const struct audit_node *other = job->nodes; other < job->nodes + job->node_count;
		other++) {
		struct audit_neighbor *neighbor = &job->neighbors[count];
		neighbor->node = other;
		count += other != node &&
			image_hash_alike(&node->files[0]->hash, &other->files[0]->hash,
				job->hamming, &neighbor->likeness);
	}
	return count;
}

/* Adds the pairs of a file with files of earlier parts, at most AUDIT_PAIRS_OF_FILE. Returns 1 if
 * there is one, 0, or -1. */
static int add_pairs(struct audit_job *job, const struct split_file *file, size_t neighbor_count,
	struct error *error)
{
	size_t listed = 0, total = 0;
	for (size_t i = 0; i < neighbor_count; i++) {
		const struct audit_node *node = job->neighbors[i].node;
		for (int part = 0; part < file->part; part++)
			total += node->parts[part];
		for (size_t k = 0; k < node->count && node->files[k]->part < file->part &&
			listed < AUDIT_PAIRS_OF_FILE;
			k++) {
			struct audit_pair pair =
				similar_pair(file, node->files[k], job, &job->neighbors[i]);
			if (add_pair(job->audit, &pair, error))
				return -1;
			listed++;
		}
	}
	job->audit->unlisted += total - listed;
	return listed > 0;
}

/* Adds the pairs of the files of a node with files of earlier parts; `first` is a file of the
 * earliest part of the group. */
static int audit_parts(struct audit_job *job, const struct audit_node *node, size_t neighbor_count,
	const struct split_file *first, struct error *error)
{
	for (size_t i = 0; i < node->count; i++) {
		const struct split_file *file = node->files[i];
		if (file->part <= first->part)
			continue;
		job->audit->leaked[file->part]++;
		struct audit_pair chain = chain_pair(file, first);
		int result = add_pairs(job, file, neighbor_count, error);
		if (result < 0 || (result == 0 && add_pair(job->audit, &chain, error)))
			return -1;
	}
	return 0;
}

/* Adds the pairs of classes of a node and of its neighbor, which may be the node itself. */
static int audit_class_pairs(struct audit_job *job, const struct audit_node *node,
	const struct audit_neighbor *neighbor, struct error *error)
{
	const struct audit_node *other = neighbor->node;
	for (size_t i = 0; i < node->class_count; i++)
		for (size_t k = node == other ? i + 1 : 0; k < other->class_count; k++) {
			const struct audit_class_count *a = &node->class_counts[i],
						       *b = &other->class_counts[k];
			struct audit_pair example = similar_pair(a->first, b->first, job, neighbor);
			if (a->label != b->label &&
				add_class_pair(job, a->count * b->count, &example, error))
				return -1;
		}
	return 0;
}

/* Adds all pairs of classes of the group, in case they are linked only by a chain. */
static int audit_chains(struct audit_job *job, const struct audit_class_count *class_counts,
	size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++) {
			struct audit_pair example =
				chain_pair(class_counts[i].first, class_counts[k].first);
			if (add_class_pair(job, 0, &example, error))
				return -1;
		}
	return 0;
}

static int audit_group(struct audit_job *job, const struct split_group *group, struct error *error)
{
	size_t class_count;
	const struct audit_class_count *classes = create_nodes(job, group, &class_count);
	const struct split_file *first = group->files[0];
	for (size_t i = 0; i < group->count; i++)
		if (group->files[i]->part < first->part ||
			(group->files[i]->part == first->part && group->files[i] < first))
			first = group->files[i];
	for (const struct audit_node *node = job->nodes; node < job->nodes + job->node_count;
		node++) {
		size_t neighbor_count = find_neighbors(job, node);
		if (audit_parts(job, node, neighbor_count, first, error))
			return -1;
		for (size_t i = 0; i < neighbor_count; i++)
			if (job->neighbors[i].node >= node &&
				audit_class_pairs(job, node, &job->neighbors[i], error))
				return -1;
	}
	return job->node_count > 1 ? audit_chains(job, classes, class_count, error) : 0;
}

static int audit_groups(struct audit_job *job, const struct split *split,
	const struct split_groups *groups, struct error *error)
{
	job->nodes = malloc((split->count + 1) * sizeof *job->nodes);
	job->class_counts = malloc((2 * split->count + 1) * sizeof *job->class_counts);
	job->neighbors = malloc((split->count + 2) * sizeof *job->neighbors);
	job->count_of_class = calloc(split->classes.count + 1, sizeof *job->count_of_class);
	int result = job->nodes && job->class_counts && job->neighbors && job->count_of_class
		? 0
		: error_memory(error, "groups");
	for (size_t i = 0; result == 0 && i < groups->count; i++)
		if (groups->groups[i].count > 1)
			result = audit_group(job, &groups->groups[i], error);
	free(job->nodes);
	free(job->class_counts);
	free(job->neighbors);
	free(job->count_of_class);
	return result;
}

int audit_run(struct audit *audit, const struct split *split, int hamming, struct error *error)
{
	struct audit_job job = {.audit = audit, .hamming = hamming, .merge_at = MERGE_FIRST};
	struct split_groups groups;
	*audit = (struct audit){0};
	if (split_groups_create(&groups, split, 0, error))
		return -1;
	int result = audit_groups(&job, split, &groups, error);
	split_groups_free(&groups);
	if (audit->pair_count)
		qsort(audit->pairs, audit->pair_count, sizeof *audit->pairs, compare_pairs);
	merge_class_pairs(audit);
	return result;
}

/* ---- output ---- */

static void write_pair(const struct audit_pair *pair, FILE *stream)
{
	text_write_field(stream, pair->file->name);
	fputc('\t', stream);
	text_write_field(stream, pair->other->name);
	fprintf(stream, "\t%s", relation_names[pair->relation]);
	if (pair->relation == AUDIT_LOOK_ALIKE || pair->relation == AUDIT_MIRRORED)
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
		const struct audit_class_pair *classes = &audit->classes[i];
		text_write_field(stream, split->classes.items[classes->label]);
		fputc('\t', stream);
		text_write_field(stream, split->classes.items[classes->other]);
		fprintf(stream, "\t%zu\t", classes->pairs);
		write_pair(&classes->example, stream);
	}
}

void audit_free(struct audit *audit)
{
	free(audit->pairs);
	free(audit->classes);
	*audit = (struct audit){0};
}
