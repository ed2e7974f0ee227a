/* Data leakage: pictures of validation and test that have near-duplicates in the training set, by
 * split-dataset's list. */
#ifndef TRAIN_LEAKS_H
#define TRAIN_LEAKS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { LEAK_DIGEST_SIZE = 16 };

/* All zero is empty. */
struct leaks {
	unsigned char (
		*digests)[LEAK_DIGEST_SIZE]; /* first half of each file's SHA-256, sorted; owned */
	size_t count;
};

/* Reads a list of split-dataset (columns sha256, group and split among others): a file of
 * validation has leaked if its group has one in train, and one of test if its group has one in
 * train or validation. Returns 0, or -1 with the number of an invalid line; *leaks is then
 * empty. */
CHECKED int leaks_read(struct leaks *leaks, const char *path, struct error *error);

/* Whether the file whose SHA-256 starts with `digest` has leaked. */
bool leaks_contain(const struct leaks *leaks, const unsigned char digest[LEAK_DIGEST_SIZE]);

void leaks_free(struct leaks *leaks);

#endif
