/* The kernels of every instruction set that this processor has give the bytes of the plain ones. */
#include "augment/kernels.h"
#include "base/random.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 39, HEIGHT = 23, COUNT = 48, ROWS = 7 * COUNT };

static const struct pixel_kernels *plain = &pixel_kernels_plain, *other;

static void fill_floats(float *values, int count, float low, float high, uint64_t seed)
{
	struct random random = random_start(seed, RANDOM_TEST, 0, 0);
	for (int i = 0; i < count; i++)
		values[i] = random_between(&random, low, high);
}

struct arrays {
	int32_t start[COUNT];
	float right[COUNT], down[COUNT];
};

static struct places places_of(struct arrays *arrays)
{
	return (struct places){arrays->start, arrays->right, arrays->down};
}

/* Places inside, outside, and where w passes through 0. */
static void places(void)
{
	bool same = true, inside = true;
	struct random random = random_start(5, RANDOM_TEST, 0, 0);
	for (int round = 0; round < 2000; round++) {
		struct projection to = {.width = WIDTH, .height = HEIGHT, .border = 3, .reach = 1 + round % 2, .pixel = 3,
			.row = 3 * (WIDTH + 7), .mirrored = round % 3 == 0, .perspective = round % 5 == 0, .shift = round % 7 ? 0 : 0.5};
		double sizes[] = {1e-3, 1, 3, 1e6, 1e300};
		for (int i = 0; i < 9; i++)
			to.matrix[i / 3][i % 3] = ((double)random_uniform(&random) * 2 - 1) * sizes[(round + i / 3) % 5]
				* (i % 3 == 2 && i < 6 ? WIDTH : 1);
		struct arrays a = {{0}, {0}, {0}}, b = a;
		struct places first = places_of(&a), second = places_of(&b);
		plain->locate(&to, round % HEIGHT, WIDTH, &first);
		other->locate(&to, round % HEIGHT, WIDTH, &second);
		same &= memcmp(&a, &b, sizeof a) == 0;
		for (int x = 0; x < WIDTH; x++) {
			int row = a.start[x] / (3 * (WIDTH + 7)), column = a.start[x] % (3 * (WIDTH + 7)) / 3;
			inside &= a.start[x] >= 0 && row >= 3 - to.reach && row < HEIGHT + 3 + to.reach
				&& column >= 3 - to.reach && column < WIDTH + 3 + to.reach;
			inside &= a.right[x] >= 0 && a.right[x] <= 1 && a.down[x] >= 0 && a.down[x] <= 1;
		}
	}
	ok(same, "%s: the same places", other->name);
	ok(inside, "  all of them in the picture and its border");
}

static void samples(void)
{
	unsigned char picture[4096];
	struct arrays arrays;
	struct places at = places_of(&arrays);
	struct random random = random_start(6, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof picture; i++)
		picture[i] = (unsigned char)random_u32(&random);
	for (int i = 0; i < COUNT; i++)
		arrays.start[i] = (int32_t)random_below(&random, sizeof picture - 300);
	fill_floats(arrays.right, COUNT, 0, 1, 7);
	fill_floats(arrays.down, COUNT, 0, 1, 8);
	for (int channels = 1; channels <= 4; channels++) {
		float a[4 * COUNT] = {0}, b[4 * COUNT] = {0};
		plain->sample(picture, 200, channels, &at, a, COUNT, WIDTH);
		other->sample(picture, 200, channels, &at, b, COUNT, WIDTH);
		ok(memcmp(a, b, sizeof a) == 0, "%s: the same samples of %d channels", other->name, channels);
	}
}

static void colors(void)
{
	float a[ROWS], b[ROWS], out_a[COUNT], out_b[COUNT], weights[5];
	unsigned char bytes_a[4 * COUNT + 8] = {0}, bytes_b[4 * COUNT + 8] = {0};
	fill_floats(weights, 5, -1, 1, 2);
	fill_floats(a, ROWS, -30, 300, 1);
	a[3] = a[3 + COUNT] = a[3 + 2 * COUNT]; /* grey */
	a[4] = a[4 + COUNT];                     /* two largest alike */
	a[5] = __builtin_nanf("");
	memcpy(b, a, sizeof a);
	for (int channels = 1; channels <= 4; channels += channels == 1 ? 2 : 1) {
		plain->store(a, COUNT, channels, bytes_a, WIDTH);
		other->store(b, COUNT, channels, bytes_b, WIDTH);
		ok(memcmp(bytes_a, bytes_b, (size_t)(WIDTH * channels)) == 0, "%s: store %d channels", other->name, channels);
	}
	plain->convolve(out_a, a, COUNT, weights, 5, COUNT);
	other->convolve(out_b, b, COUNT, weights, 5, COUNT);
	ok(memcmp(out_a, out_b, sizeof out_a) == 0, "%s: convolve", other->name);
	plain->scale(a, ROWS, 1.7f, -20);
	other->scale(b, ROWS, 1.7f, -20);
	ok(memcmp(a, b, sizeof a) == 0, "%s: scale", other->name);
	float sum_a = plain->sum(a, WIDTH), sum_b = other->sum(b, WIDTH);
	ok(memcmp(&sum_a, &sum_b, sizeof sum_a) == 0 && sum_a > 0, "%s: sum", other->name);
	plain->turn_hue(a, a + COUNT, a + 2 * COUNT, COUNT, 0.3f);
	other->turn_hue(b, b + COUNT, b + 2 * COUNT, COUNT, 0.3f);
	ok(memcmp(a, b, sizeof a) == 0, "%s: turn_hue", other->name);
	plain->saturate(a, a + COUNT, a + 2 * COUNT, COUNT, 1.4f);
	other->saturate(b, b + COUNT, b + 2 * COUNT, COUNT, 1.4f);
	ok(memcmp(a, b, sizeof a) == 0, "%s: saturate", other->name);
}

int main(void)
{
	static const char *const names[] = {"plain", "avx2", "avx512"};
	struct error error;
	for (int i = 0; i < 3; i++) {
		setenv("MILLRACE_CPU", names[i], 1);
		if (pixel_kernels_select(&other, &error)) {
			ok(strstr(error.reason, "this processor has no"), "%s: %s", names[i], error.reason);
			continue;
		}
		is_text(other->name, names[i], "the kernels asked for");
		places();
		samples();
		colors();
	}
	setenv("MILLRACE_CPU", "z80", 1);
	ok(pixel_kernels_select(&other, &error) == -1 && !other, "unknown kernels: %s", error.reason);
	return done();
}
