/* Memory of a network: one block, whose parts are laid out anew where it is; before, only to
 * compute its size. */
#ifndef NN_ARENA_H
#define NN_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With base NULL only `used` is computed, and all pointers are NULL. */
struct arena {
	char *base;
	size_t used;
};

/* `count` floats, bytes or doubles at a multiple of 64 bytes, with 64 bytes more that may be
 * read. */
float *arena_floats(struct arena *arena, size_t count);
uint8_t *arena_bytes(struct arena *arena, size_t count);
double *arena_doubles(struct arena *arena, size_t count);

/* Whether more was taken than an address space has: sizes of hostile networks stop there instead of
 * wrapping around. */
bool arena_is_full(const struct arena *arena);

/* Allocates arena->used zeroed bytes and starts again at their beginning. Returns the block, to be
 * freed, or NULL. Where the system has huge pages it is asked for them. */
void *arena_allocate(struct arena *arena);

/* Floats that are needed from time `first` to time `last`, both included. */
struct place {
	size_t count;
	int first, last;
	size_t offset; /* from the common beginning, in floats */
};

/* Sets the offsets of `count` places so that those whose times overlap do not, and returns the
 * number of floats of all together; SIZE_MAX if that is more than an address space has, or without
 * memory. The largest get the lowest offset that is free for them. */
size_t arena_share(struct place *places, int count);

#endif
