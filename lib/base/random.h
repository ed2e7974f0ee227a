/* A counter-based random number generator: Philox4x32-10.
 *
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011). A number depends on the seed and on its purpose (pass, record,
 * operation), never on how many were drawn elsewhere before: order, threads
 * and interruptions make no difference. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* Purposes of the numbers, which separate the sequences of one seed.
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
	RANDOM_PAUSE,  /* jitter before retrying a request: (request, attempt) */
	RANDOM_SAMPLE, /* sampling of records: (position in the pass, 0) */
	RANDOM_ORDER,  /* shuffling of a stream: (position in the pass, pass) */
	RANDOM_NOISE,  /* normal noise in training: (step, node and piece) */
	RANDOM_INVENT, /* invented characters: (kind and number, trait) */
	RANDOM_FOLDS,  /* order of groups in making folds: (group, 0) */
};

/* A position in the sequence of (seed, purpose, a, b). A plain
 * value: copy it to repeat a sequence. */
struct random {
	uint32_t key[2];
	uint32_t counter[4];
	uint32_t block[4];
	int remaining; /* of the block */
};

/* One block of the generator itself: ten rounds on `counter` under `key`. */
void random_block(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]);

/* The sequence for (seed, purpose, a, b); a up to 2^64 - 1, b up to 2^48 - 1. At most
 * 2^16 blocks (262,144 numbers of 32 bits) before it would overlap the sequence of b + 2^48. */
struct random random_start(uint64_t seed, enum random_purpose purpose, uint64_t a, uint64_t b);

/* 32 random bits. */
uint32_t random_u32(struct random *random);

/* Uniform in [0, 1), a multiple of 2^-24: exact in a float. */
float random_uniform(struct random *random);

/* Uniform in [low, high); low itself when they are equal. */
float random_between(struct random *random, float low, float high);

/* Uniform integer in [0, n), n > 0, without bias (Lemire's rejection, 2019). */
uint32_t random_below(struct random *random, uint32_t n);

/* Standard normal, as the sum of twelve uniforms minus six (Irwin-Hall): exact
 * arithmetic, so the same on every machine; within [-6, 6]. */
float random_normal(struct random *random);

/* Fisher-Yates: reorders the n entries of `order` in place. */
void random_shuffle(struct random *random, uint32_t *order, uint32_t n);

#endif
