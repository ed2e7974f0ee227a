/* Folds of the sources of tensor streams, for k-fold cross-validation. */
#ifndef DATASET_SOURCE_FOLDS_H
#define DATASET_SOURCE_FOLDS_H

#include "base/digest_table.h"
#include "stream/stream.h"

struct source_folds_request {
	char *const *paths; /* streams, which are read to their ends: files, not pipes */
	size_t count;
	const char *groups; /* list of split-dataset, or NULL */
	int folds;          /* 2 to FOLDS_MAXIMUM */
	uint64_t seed;
};

/* Assigns the sources of all records of the streams to folds (folds_assign): `table` has, by the
 * key of a record (stream_source_key), its fold, from 0. Records of one source are one group;
 * sources in one group of the list are too, and those that it lacks are a group each. Labels are
 * the classes by name, of weights the largest; records without a label count as a class of their
 * own.
 *
 * Returns 0, or -1: a stream or the list can't be read, the list has none of the sources, or there
 * are fewer groups than folds. The table, empty at first, is the caller's to free either way. */
CHECKED int source_folds_assign(struct digest_table *table,
	const struct source_folds_request *request, struct error *error);

#endif
