/* Maps: normalisation that is robust to outliers, interpolation. */
#include "explain/map.h"
#include "tap.h"

#include <math.h>
#include <string.h>

static struct error error;

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
	normalize();
	sample();
	return done();
}
