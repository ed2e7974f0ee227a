/* Pictures that judge a model though it has learnt from them, as split-dataset's list tells them. */
#ifndef TRAIN_LEAKS_H
#define TRAIN_LEAKS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { LEAK_DIGEST_SIZE = 16 };

/* All zero is none. */
struct leaks {
	unsigned char (*digests)[LEAK_DIGEST_SIZE]; /* first half of each file's SHA-256, sorted; owned */
	size_t count;
};

/* Reads a list of split-dataset (columns sha256, group and split among others): a file of validation has leaked if its
 * group has one in train, and one of test if its group has one in train or validation. Returns 0, or -1 naming the line
 * that is none of such a list; *leaks is then empty. */
CHECKED int leaks_read(struct leaks *leaks, const char *path, struct error *error);

/* Whether the file of which `digest` is the first half of the SHA-256 has leaked. */
bool leaks_hold(const struct leaks *leaks, const unsigned char digest[LEAK_DIGEST_SIZE]);

void leaks_free(struct leaks *leaks);

#endif
