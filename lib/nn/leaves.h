/* Sums over the samples of a batch: gradients of parameters, statistics, the loss. All have one
 * order.
 *
 * Four consecutive samples are a leaf, added up in their order. The leaves are joined in a binary
 * tree: for width = 1, 2, 4..., leaf i += leaf i + width for i = 0, 2 width, 4 width... The order
 * depends on the number of samples alone, not on the layer, its size, the threads or the processor.
 * So machines that share a batch, each with 2^k of its leaves, can join their sums to the bytes
 * that one machine computes.
 *
 * Leaves that come one after the other are joined as a binary counter is incremented: a stack keeps
 * one partial sum for each 1 in their number, which gives the tree's sums with little memory. */
#ifndef NN_LEAVES_H
#define NN_LEAVES_H

#include "base/parallel.h"
#include "kernels/kernels.h"

enum { LEAF_SAMPLES = 4 };

static inline int leaf_count(int samples)
{
	return samples / LEAF_SAMPLES + (samples % LEAF_SAMPLES > 0);
}

/* The end of a leaf's samples. */
static inline int leaf_end(int leaf, int samples)
{
	return leaf + 1 < leaf_count(samples) ? (leaf + 1) * LEAF_SAMPLES : samples;
}

/* ---- of single values ---- */

/* Begins with zeros. */
struct leaf_tree {
	double stack[LEAF_LEVELS];
	int height, leaves;
};

void leaf_tree_add(struct leaf_tree *tree, double leaf);
/* The sum of all leaves; 0 where there are none. */
double leaf_tree_sum(const struct leaf_tree *tree);

/* ---- of arrays, by several threads ---- */

/* The batch's leaves in groups, each of which one task, or several for parts of the arrays, sums in
 * a stack of its own. Neither groups nor parts change the order of a sum. */
struct leaf_sums {
	size_t size;      /* floats of an array: the sum over a leaf */
	int together;     /* leaves that a leaf_function sums at once: a power of two */
	int group_leaves; /* a power of two */
	int levels;       /* arrays in the stack of a group */
	float *arrays;    /* (groups, levels, size) */
};

/* Groups of leaves, 16 at most, for batches of at most `batch` samples; fewer where `size` is
 * large. The caller sets `arrays` to leaf_sums_floats floats. */
struct leaf_sums leaf_sums_plan(size_t size, int batch);
/* The same for a leaf_function that sums `together` leaves at once. */
struct leaf_sums leaf_sums_plan_together(size_t size, int batch, int together);
size_t leaf_sums_floats(const struct leaf_sums *sums, int batch);

/* Number of groups that n samples need. */
int leaf_groups(const struct leaf_sums *sums, int n);
/* The first of a group's samples, and the end of them. */
int leaf_group_first(const struct leaf_sums *sums, int group);
int leaf_group_end(const struct leaf_sums *sums, int group, int n);

/* Floats of an array that one task sums: `rows` rows of `length`, `pitch` apart. */
struct leaf_block {
	size_t first, length, rows, pitch;
};

/* Overwrites the task's blocks of `array` with the sum over samples [first, end): a leaf, or the
 * tree of as many as it sums at once. */
typedef void leaf_function(void *context, int first, int end, float *array);

/* Sums the leaves of samples [first, end), `together` at once, in a stack of arrays of `size`
 * floats, one for each level of their tree. The sum is then in the first. */
void leaf_sum_samples(float *stack, size_t size, const struct kernels *kernels, int first, int end,
	int together, const struct leaf_block *blocks, int block_count, leaf_function *sum,
	void *context);

/* Sums the group's leaves of n samples in some blocks, which no other task of that group has. */
void leaf_sum_group(const struct leaf_sums *sums, const struct kernels *kernels, int n, int group,
	const struct leaf_block *blocks, int block_count, leaf_function *sum, void *context);

/* Joins the groups of n samples: the sum is then at sums->arrays. */
void leaf_join_groups(const struct leaf_sums *sums, const struct kernels *kernels,
	struct parallel *pool, int n);

/* ---- parts: more tasks than groups ---- */

/* Into how many parts, 1..most, `tasks` tasks have to be divided for about `per_thread` of them for
 * each thread. */
int parts_of(const struct parallel *pool, int tasks, int per_thread, int most);

/* Into how many parts `count` things have to be divided so that each thread has as many, of at most
 * `most` things. */
int equal_parts(const struct parallel *pool, ptrdiff_t count, int most);

/* Part `part` of `parts` of `count` things begins here, and ends where the next begins. */
static inline int part_begin(int part, int parts, int count)
{
	return (int)((int64_t)count * part / parts);
}

/* The same of more things than an int counts. */
static inline ptrdiff_t long_part_begin(int part, int parts, ptrdiff_t count)
{
	return count / parts * part + count % parts * part / parts;
}

#endif
