#include "base/random.h"

enum { ROUNDS = 10 };

void random_block(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
	uint32_t k0 = key[0], k1 = key[1];
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

struct random random_start(uint64_t seed, enum random_purpose purpose, uint64_t a, uint64_t b)
{
	/* The purpose is mixed into the key by one block, so that neighbouring
	 * seeds and purposes give unrelated keys. */
	const uint32_t seed_key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
	const uint32_t origin[4] = {(uint32_t)purpose, 0, 0, 0};
	uint32_t mixed[4];
	random_block(seed_key, origin, mixed);
	return (struct random){
		.key = {mixed[0], mixed[1]},
		.counter = {(uint32_t)(b >> 32) << 16, (uint32_t)b, (uint32_t)a,
			(uint32_t)(a >> 32)},
	};
}

uint32_t random_u32(struct random *random)
{
	if (random->remaining == 0) {
		random_block(random->key, random->counter, random->block);
		random->counter[0]++;
		random->remaining = 4;
	}
	return random->block[--random->remaining];
}

float random_uniform(struct random *random)
{
	return (float)(random_u32(random) >> 8) * 0x1p-24f;
}

float random_between(struct random *random, float low, float high)
{
	return low + (high - low) * random_uniform(random);
}

uint32_t random_below(struct random *random, uint32_t n)
{
	uint64_t product = (uint64_t)random_u32(random) * n;
	if ((uint32_t)product < n) {
		uint32_t threshold = -n % n;
		while ((uint32_t)product < threshold)
			product = (uint64_t)random_u32(random) * n;
	}
	return (uint32_t)(product >> 32);
}

float random_normal(struct random *random)
{
	float sum = -6;
	for (int i = 0; i < 12; i++)
		sum += random_uniform(random);
	return sum;
}

void random_shuffle(struct random *random, uint32_t *order, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = random_below(random, i), swap = order[j];
		order[j] = order[i - 1];
		order[i - 1] = swap;
	}
}
