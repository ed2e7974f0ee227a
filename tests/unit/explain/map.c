/* Maps: the grid of a layer, normalisation that is robust to outliers, interpolation. */
#include "explain/map.h"
#include "tap.h"

#include <math.h>
#include <string.h>

static struct error error;

/* By hand, for the original network on 150 pixels: each valid 3x3 convolution moves the first
 * centre by one step, each pooling by half a step, and doubles the step. */
static void original_grid(void)
{
	struct layer layers[6];
	struct shape shapes[6] = {{148, 148, 8}, {74, 74, 8}, {72, 72, 8}, {36, 36, 8}, {34, 34, 8},
		{17, 17, 8}};
	static const double first[] = {1, 1.5, 3.5, 4.5, 8.5, 10.5}, step[] = {1, 2, 2, 4, 4, 8};
	for (int i = 0; i < 6; i++)
		layers[i] = i % 2 ? (struct layer){.kind = LAYER_MAX_POOLING,
					    .kernel_height = 2,
					    .kernel_width = 2,
					    .stride_height = 2,
					    .stride_width = 2}
				  : (struct layer){.kind = LAYER_CONVOLUTION,
					    .kernel_height = 3,
					    .kernel_width = 3,
					    .stride_height = 1,
					    .stride_width = 1};
	struct architecture architecture = {"original", {150, 150, 3}, 6, layers};
	for (int i = 0; i < 6; i++) {
		struct grid grid = grid_of_layer(&architecture, shapes, i);
		ok(grid.top == first[i] && grid.left == first[i] && grid.down == step[i] &&
				grid.right == step[i],
			"grid of layer %d", i);
	}
	/* same, stride 2: on even sides TensorFlow pads one pixel, at the end: the first window is
	 * centred on pixel 1. */
	struct layer strided = {.kind = LAYER_CONVOLUTION,
		.kernel_height = 3,
		.kernel_width = 3,
		.stride_height = 2,
		.stride_width = 2,
		.padding = PADDING_SAME};
	struct architecture same = {"same", {8, 9, 1}, 1, &strided};
	struct grid grid = grid_of_layer(&same, (struct shape[]){{4, 5, 1}}, 0);
	ok(grid.top == 1 && grid.left == 0 && grid.down == 2,
		"same padding of an even and an odd side");
}

static void normalize(void)
{
	struct map map;
	struct grid grid = {0, 0, 1, 1};
	if (map_create(&map, 10, 20, grid, &error))
		return;
	for (int i = 0; i < 200; i++)
		map.values[i] = (float)i / 100;
	map.values[199] = 1000;
	map.values[0] = -5;
	ok(map_normalize(&map) == 0, "a map with positive values");
	is_near(map.values[99], 0.5, 0.01, "an outlier in 200 does not suppress the rest");
	ok(map.values[199] == 1 && map.values[0] == 0, "ends are 0 and 1");
	for (int i = 0; i < 200; i++)
		map.values[i] = i == 7 ? 3 : 0;
	ok(map_normalize(&map) == 0 && map.values[7] == 1, "a single positive value");
	for (int i = 0; i < 200; i++)
		map.values[i] = i % 2 ? -1 : NAN;
	ok(map_normalize(&map) == -1 && map.values[0] == 0 && map.values[1] == 0,
		"no positive value is reported");
	map_free(&map);
}

static void sample(void)
{
	struct map map;
	struct grid grid = {1.5, 1.5, 2, 2};
	if (map_create(&map, 2, 2, grid, &error))
		return;
	map.values[1] = 1;
	map.values[2] = 2;
	map.values[3] = 3;
	is_near(map_at(&map, 1.5, 1.5), 0, 0, "at a position");
	is_near(map_at(&map, 2.5, 1.5), 0.5, 1e-6, "half way across");
	is_near(map_at(&map, 2.5, 2.5), 1.5, 1e-6, "in the middle of four");
	is_near(map_at(&map, -9, 99), 2, 0, "beyond the corner");
	map_free(&map);
}

int main(void)
{
	original_grid();
	normalize();
	sample();
	return done();
}
