/* Log of the operations on each image, as JSON lines, which can be replayed.
 *
 * The first line holds the options: {"fill": "nearest", "fill-value": 0.0, "interpolation":
 * "bilinear", "operations": {"zoom": "0.2"}}. Each further line is a record of a pass: {"pass": 0,
 * "id": 3, "source": "red/1.png", "steps": [["zoom", 0.9, 1.1],
 * ["horizontal-flip"]]}, and if it was mixed with another, {"partner": {"id": 7, "steps": [...]}}
 * too. */
#ifndef AUGMENT_REPLAY_H
#define AUGMENT_REPLAY_H

#include "augment/augment.h"

/* Write the first line, and a line for a record. `name` is the stream's in messages. -1: no memory,
 * or a full disk. */
CHECKED int replay_write_options(FILE *stream, const char *name,
	const struct augment_options *options, struct error *error);
CHECKED int replay_write(FILE *stream, const char *name, uint32_t pass,
	const struct stream_record *record, const struct augment_variation *variation,
	struct error *error);

struct replay;

/* Opens a log ("-": standard input) and reads the options from its first line. On failure (-1)
 * *replay is NULL. The caller frees with replay_close. */
CHECKED int replay_open(struct replay **replay, const char *path, struct augment_options *options,
	struct error *error);

/* Reads the next line, which must be that of this record in `pass`. -1: it is not, or its steps are
 * invalid. */
CHECKED int replay_read(struct replay *replay, uint32_t pass, const struct stream_record *record,
	struct augment_variation *variation, struct error *error);

/* After the last record. -1: there are lines left. */
CHECKED int replay_end(struct replay *replay, struct error *error);

void replay_close(struct replay *replay);

#endif
