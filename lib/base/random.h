/* Random numbers from a counter: Philox4x32-10.
 *
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011). A number depends on the seed and on what it is for (pass, record,
 * operation), never on how many were drawn before it elsewhere: order, threads
 * and interruptions change nothing. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* What the numbers are for, so that two uses with one seed share none.
 * Append only: a changed value changes every result. */
enum random_purpose {
	RANDOM_INITIALIZE = 1, /* weights: (layer, parameter) */
	RANDOM_SHUFFLE,        /* order of an epoch: (epoch, 0) */
	RANDOM_DROPOUT,        /* (step, layer) */
	RANDOM_AUGMENT,        /* (operation and pass, record id) */
	RANDOM_SPLIT,          /* (class, 0) */
	RANDOM_DRAW,           /* drawings: (class, picture) */
	RANDOM_EXPLAIN,        /* noise of explanation methods: (image, sample) */
	RANDOM_TEST,
	RANDOM_PAUSE,          /* jitter before asking a server again: (request, attempt) */
	RANDOM_SAMPLE,         /* a choice among records: (place in the pass, 0) */
	RANDOM_ORDER,          /* of records in a stream: (place in the pass, pass) */
};

/* One position in the sequence that belongs to (seed, purpose, a, b). A plain
 * value: copy it to repeat a sequence. */
struct random {
	uint32_t key[2];
	uint32_t counter[4];
	uint32_t block[4];
	int left;
};

/* One block of the generator itself: ten rounds on `counter` under `key`. */
void random_block(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]);

/* The sequence for (seed, purpose, a, b); a up to 2^64 - 1, b up to 2^48 - 1. At most
 * 2^16 blocks (262,144 numbers of 32 bits) before it would meet the sequence of b + 2^48. */
struct random random_start(uint64_t seed, enum random_purpose purpose, uint64_t a, uint64_t b);

/* 32 random bits. */
uint32_t random_u32(struct random *random);

/* Uniform in [0, 1), a multiple of 2^-24: exact in a float. */
float random_uniform(struct random *random);

/* Uniform in [low, high); low itself when they are equal. */
float random_between(struct random *random, float low, float high);

/* Uniform integer in [0, n), n > 0, without bias (Lemire's rejection, 2019). */
uint32_t random_below(struct random *random, uint32_t n);

/* Standard normal, by the sum of twelve uniforms less six (Irwin-Hall): exact
 * arithmetic, so the same everywhere; its tails end at +-6. */
float random_normal(struct random *random);

/* Fisher-Yates: reorders the n entries of `order` in place. */
void random_shuffle(struct random *random, uint32_t *order, uint32_t n);

#endif
