#include "dataset/split_conflicts.h"

#include <stdlib.h>
#include <string.h>

static int compare_pixels(const void *a, const void *b)
{
	const struct split_file *const *left = a, *const *right = b;
	int order = memcmp((*left)->hash.pixels, (*right)->hash.pixels, IMAGE_HASH_PIXELS_SIZE);
	return order ? order : *left < *right ? -1 : *left > *right;
}

/* Records the conflicts among `count` files with the same pixels. */
static void compare_labels(struct split_conflicts *conflicts, const struct split *split,
	const struct split_file *const *same, size_t count)
{
	const struct split_file *first = same[0], *other = NULL;
	for (size_t i = 1; i < count && !other; i++)
		other = same[i]->label != first->label ? same[i] : NULL;
	if (!other)
		return;
	for (size_t i = 0; i < count; i++)
		conflicts->others[same[i] - split->files] =
			same[i]->label == first->label ? other : first;
	conflicts->count += count;
}

int split_conflicts_find(struct split_conflicts *conflicts, const struct split *split,
	struct error *error)
{
	const struct split_file **order = malloc((split->count + 1) * sizeof *order);
	*conflicts = (struct split_conflicts){
		.others = calloc(split->count + 1, sizeof *conflicts->others)};
	if (!order || !conflicts->others) {
		free(order);
		split_conflicts_free(conflicts);
		return error_memory(error, "labels");
	}
	for (size_t i = 0; i < split->count; i++)
		order[i] = &split->files[i];
	qsort(order, split->count, sizeof *order, compare_pixels);
	for (size_t begin = 0, end; begin < split->count; begin = end) {
		for (end = begin + 1; end < split->count &&
			image_hash_same(&order[begin]->hash, &order[end]->hash);)
			end++;
		compare_labels(conflicts, split, order + begin, end - begin);
	}
	free(order);
	return 0;
}

int split_conflicts_drop(struct split_conflicts *conflicts, struct split *split, const char *folder,
	struct error *error)
{
	uint32_t *numbers = calloc((size_t)split->groups + 1, sizeof *numbers);
	if (!numbers)
		return error_memory(error, "groups");
	size_t count = split->count;
	split->count = split->groups = 0;
	for (size_t i = 0; i < count; i++) {
		struct split_file *file = &split->files[split->count];
		if (conflicts->others[i])
			continue;
		*file = split->files[i];
		if (!numbers[file->group])
			numbers[file->group] = ++split->groups;
		file->group = numbers[file->group];
		split->count++;
	}
	free(numbers);
	split_conflicts_free(conflicts);
	return split->count ? 0 : error_set(error, folder, "holds only pictures with two labels");
}

void split_conflicts_free(struct split_conflicts *conflicts)
{
	free(conflicts->others);
	*conflicts = (struct split_conflicts){0};
}
