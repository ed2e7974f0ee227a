/* An external merge sort of records, for more of them than fit into memory.
 *
 * Source: D. Knuth, "The Art of Computer Programming", volume 3, section 5.4. Records that fill the
 * memory are sorted and written as a run to a temporary file; at the end the runs are merged. The
 * order depends on the keys alone. */
#ifndef STREAM_SORTER_H
#define STREAM_SORTER_H

#include "stream/stream.h"

struct stream_sorter;

/* Creates an empty sorter for records with `head`, which buffers about `memory` bytes, and at least
 * one record. Returns 0, or -1 without memory; *sorter is then NULL. */
CHECKED int stream_sorter_create(struct stream_sorter **sorter, const struct stream_head *head,
	size_t memory, struct error *error);

/* Adds a copy of a record. Records are sorted by key, then by number. Returns 0, or -1: the folder
 * of temporary files (TMPDIR, /tmp) is full, no memory. */
CHECKED int stream_sorter_add(struct stream_sorter *sorter, uint64_t key, uint64_t number,
	const struct stream_record *record, struct error *error);

/* Returns 1 and the next record in order, with its number, valid until the next call; 0 after the
 * last one, and the sorter is empty again; -1. After the first call all records must be read before
 * more are added. */
CHECKED int stream_sorter_next(struct stream_sorter *sorter, struct stream_record *record,
	uint64_t *number, struct error *error);

/* Number of records added since it was empty. */
uint64_t stream_sorter_count(const struct stream_sorter *sorter);

/* Frees; NULL is allowed. */
void stream_sorter_free(struct stream_sorter *sorter);

#endif
