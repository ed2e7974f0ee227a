#include "explain/map.h"

#include <math.h>
#include <stdlib.h>

int map_create(struct map *map, int height, int width, struct grid grid, struct error *error)
{
	*map = (struct map){height, width, calloc((size_t)height * (size_t)width, sizeof(float)),
		grid};
	if (map->values)
		return 0;
	*map = (struct map){0};
	return error_memory(error, "map");
}

void map_free(struct map *map)
{
	free(map->values);
	*map = (struct map){0};
}

static int compare_floats(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

static float relu(float value)
{
	return value > 0 ? value : 0;
}

/* The 99th percentile, or the maximum if that is 0 or there is no memory to sort. */
static float percentile_99(const struct map *map)
{
	size_t count = (size_t)map->height * (size_t)map->width;
	float *sorted = malloc(count * sizeof *sorted), largest = 0, top = 0;
	for (size_t i = 0; i < count; i++)
		largest = fmaxf(largest, relu(map->values[i]));
	if (sorted) {
		for (size_t i = 0; i < count; i++)
			sorted[i] = relu(map->values[i]);
		qsort(sorted, count, sizeof *sorted, compare_floats);
		top = sorted[(count - 1) * 99 / 100];
	}
	free(sorted);
	return top > 0 ? top : largest;
}

int map_normalize(struct map *map)
{
	float top = percentile_99(map);
	size_t count = (size_t)map->height * (size_t)map->width;
	for (size_t i = 0; i < count; i++)
		map->values[i] = top > 0 ? fminf(relu(map->values[i]) / top, 1) : 0;
	return top > 0 ? 0 : -1;
}

static double clamp(double value, double highest)
{
	return value < 0 ? 0 : value > highest ? highest : value;
}

float map_at(const struct map *map, double x, double y)
{
	double i = clamp((y - map->grid.top) / map->grid.down, map->height - 1);
	double j = clamp((x - map->grid.left) / map->grid.right, map->width - 1);
	int top = (int)i, left = (int)j;
	int bottom = top + 1 < map->height ? top + 1 : top,
	    right = left + 1 < map->width ? left + 1 : left;
	const float *upper = map->values + (size_t)top * (size_t)map->width;
	const float *lower = map->values + (size_t)bottom * (size_t)map->width;
	double down = i - top, across = j - left;
	double above = upper[left] + (upper[right] - upper[left]) * across;
	double below = lower[left] + (lower[right] - lower[left]) * across;
	return (float)(above + (below - above) * down);
}
