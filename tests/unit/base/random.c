/* Philox4x32-10 against the known answers published with Random123, and the distributions. */
#include "base/random.h"
#include "tap.h"

#include <string.h>

static void known_answer(const uint32_t key[2], const uint32_t counter[4],
	const uint32_t expected[4], const char *name)
{
	uint32_t out[4];
	random_block(key, counter, out);
	ok(memcmp(out, expected, sizeof out) == 0, "philox4x32-10: %s", name);
}

static void published_vectors(void)
{
	known_answer((uint32_t[]){0, 0}, (uint32_t[]){0, 0, 0, 0},
		(uint32_t[]){0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, "zeros");
	known_answer((uint32_t[]){0xffffffff, 0xffffffff},
		(uint32_t[]){0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
		(uint32_t[]){0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, "ones");
	known_answer((uint32_t[]){0xa4093822, 0x299f31d0},
		(uint32_t[]){0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
		(uint32_t[]){0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, "pi");
}

static void streams_differ(void)
{
	struct random a = random_start(1, RANDOM_TEST, 2, 3), b = a;
	ok(random_u32(&a) == random_u32(&b), "the same position gives the same number");
	struct random others[] = {random_start(2, RANDOM_TEST, 2, 3),
		random_start(1, RANDOM_DROPOUT, 2, 3), random_start(1, RANDOM_TEST, 3, 3),
		random_start(1, RANDOM_TEST, 2, 4),
		random_start(1, RANDOM_TEST, 2, 3 + (1ull << 32))};
	for (int i = 0; i < 5; i++) {
		struct random first = random_start(1, RANDOM_TEST, 2, 3);
		ok(random_u32(&others[i]) != random_u32(&first),
			"another place, another number (%d)", i);
	}
}

static void distributions(void)
{
	struct random random = random_start(7, RANDOM_TEST, 0, 0);
	double sum = 0, squares = 0, lowest = 1, highest = 0;
	for (int i = 0; i < 100000; i++) {
		double u = random_uniform(&random);
		sum += u;
		lowest = u < lowest ? u : lowest;
		highest = u > highest ? u : highest;
	}
	ok(lowest >= 0 && highest < 1, "uniform stays in [0, 1)");
	is_near(sum / 100000, 0.5, 0.005, "uniform has mean 1/2");
	random = random_start(7, RANDOM_TEST, 1, 0);
	sum = 0;
	for (int i = 0; i < 20000; i++) {
		double z = random_normal(&random);
		sum += z;
		squares += z * z;
	}
	is_near(sum / 20000, 0, 0.03, "normal has mean 0");
	is_near(squares / 20000, 1, 0.05, "normal has variance 1");
	int counts[6] = {0};
	for (int i = 0; i < 60000; i++)
		counts[random_below(&random, 6)]++;
	for (int i = 0; i < 6; i++)
		is_near(counts[i], 10000, 400, "below: a fair die");
}

static void shuffle(void)
{
	uint32_t order[100], seen[100] = {0};
	for (uint32_t i = 0; i < 100; i++)
		order[i] = i;
	struct random random = random_start(7, RANDOM_SHUFFLE, 0, 0);
	random_shuffle(&random, order, 100);
	int moved = 0, all = 1;
	for (uint32_t i = 0; i < 100; i++) {
		moved += order[i] != i;
		seen[order[i]]++;
	}
	for (int i = 0; i < 100; i++)
		all &= seen[i] == 1;
	ok(all, "a shuffle keeps every entry");
	ok(moved > 90, "a shuffle moves most");
}

int main(void)
{
	published_vectors();
	streams_differ();
	distributions();
	shuffle();
	return done();
}
