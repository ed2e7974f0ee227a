#include "nn/leaves.h"

/* ---- of single values ---- */

void leaf_tree_add(struct leaf_tree *tree, double leaf)
{
	tree->stack[tree->height++] = leaf;
	for (int carry = tree->leaves++; carry & 1; carry >>= 1) {
		tree->height--;
		tree->stack[tree->height - 1] += tree->stack[tree->height];
	}
}

double leaf_tree_sum(const struct leaf_tree *tree)
{
	int height = tree->height;
	double sum = height > 0 ? tree->stack[--height] : 0;
	while (height > 0)
		sum = tree->stack[--height] + sum;
	return sum;
}

/* ---- groups ---- */

static int groups_of(int leaves, int group_leaves)
{
	return (leaves + group_leaves - 1) / group_leaves;
}

static int levels_of(int group_leaves)
{
	int levels = 1;
	for (; group_leaves > 1; group_leaves /= 2)
		levels++;
	return levels;
}

struct leaf_sums leaf_sums_plan(size_t size, int batch)
{
	return leaf_sums_plan_together(size, batch, 1);
}

struct leaf_sums leaf_sums_plan_together(size_t size, int batch, int together)
{
	enum { GROUPS = 16, FLOATS = 1 << 22 };
	struct leaf_sums sums = {.size = (size + CHANNEL_BLOCK - 1) / CHANNEL_BLOCK * CHANNEL_BLOCK,
		.together = together,
		.group_leaves = together,
		.levels = 1};
	int leaves = leaf_count(batch), groups = groups_of(leaves, together);
	while (groups > 1 && (groups > GROUPS || leaf_sums_floats(&sums, batch) > (size_t)FLOATS)) {
		sums.group_leaves *= 2;
		sums.levels = levels_of(sums.group_leaves / together);
		groups = groups_of(leaves, sums.group_leaves);
	}
	return sums;
}

size_t leaf_sums_floats(const struct leaf_sums *sums, int batch)
{
	return (size_t)leaf_groups(sums, batch) * (size_t)sums->levels * sums->size;
}

int leaf_groups(const struct leaf_sums *sums, int n)
{
	return groups_of(leaf_count(n), sums->group_leaves);
}

int leaf_group_first(const struct leaf_sums *sums, int group)
{
	return group * sums->group_leaves * LEAF_SAMPLES;
}

int leaf_group_end(const struct leaf_sums *sums, int group, int n)
{
	return group + 1 < leaf_groups(sums, n) ? leaf_group_first(sums, group + 1) : n;
}

static float *array_of(const struct leaf_sums *sums, int group, int level)
{
	return sums->arrays + ((size_t)group * (size_t)sums->levels + (size_t)level) * sums->size;
}

static void add_blocks(float *to, const float *from, const struct kernels *kernels,
	const struct leaf_block *blocks, int block_count)
{
	for (int b = 0; b < block_count; b++)
		for (size_t row = 0; row < blocks[b].rows; row++) {
			size_t first = blocks[b].first + row * blocks[b].pitch;
			kernels->add(to + first, from + first, blocks[b].length);
		}
}

void leaf_sum_samples(float *stack, size_t size, const struct kernels *kernels, int first, int end,
	int together, const struct leaf_block *blocks, int block_count, leaf_function *sum,
	void *context)
{
	float *top = stack; /* behind the last array */
	int step = together * LEAF_SAMPLES;
	for (int leaf = 0; first < end; leaf++, first += step) {
		sum(context, first, end - first < step ? end : first + step, top);
		top += size;
		for (int carry = leaf; carry & 1; carry >>= 1, top -= size)
			add_blocks(top - 2 * size, top - size, kernels, blocks, block_count);
	}
	for (; top > stack + size; top -= size)
		add_blocks(top - 2 * size, top - size, kernels, blocks, block_count);
}

void leaf_sum_group(const struct leaf_sums *sums, const struct kernels *kernels, int n, int group,
	const struct leaf_block *blocks, int block_count, leaf_function *sum, void *context)
{
	leaf_sum_samples(array_of(sums, group, 0), sums->size, kernels,
		leaf_group_first(sums, group), leaf_group_end(sums, group, n), sums->together,
		blocks, block_count, sum, context);
}

/* ---- the tree of the groups ---- */

enum { PIECE = 4096 };

struct join {
	const struct leaf_sums *sums;
	const struct kernels *kernels;
	int groups;
};

static void join_piece(void *context, int index, int worker)
{
	(void)worker;
	const struct join *task = context;
	size_t first = (size_t)index * PIECE, left = task->sums->size - first,
	       length = left < PIECE ? left : PIECE;
	for (int width = 1; width < task->groups; width *= 2)
		for (int i = 0; i + width < task->groups; i += 2 * width)
			task->kernels->add(array_of(task->sums, i, 0) + first,
				array_of(task->sums, i + width, 0) + first, length);
}

void leaf_join_groups(const struct leaf_sums *sums, const struct kernels *kernels,
	struct parallel *pool, int n)
{
	struct join task = {sums, kernels, leaf_groups(sums, n)};
	if (task.groups > 1)
		parallel_for(pool, (int)((sums->size + PIECE - 1) / PIECE), join_piece, &task);
}

/* ---- parts ---- */

int parts_of(const struct parallel *pool, int tasks, int per_thread, int most)
{
	int wanted = per_thread * parallel_threads(pool) / tasks;
	return wanted < 1 || most < 1 ? 1 : wanted < most ? wanted : most;
}

int equal_parts(const struct parallel *pool, ptrdiff_t count, int most)
{
	ptrdiff_t threads = parallel_threads(pool), round = most * threads;
	return (int)((count + round - 1) / round * threads);
}
