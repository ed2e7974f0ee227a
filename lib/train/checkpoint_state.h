/* Inside lib/train: what a checkpoint holds beside arrays, as JSON. */
#ifndef TRAIN_CHECKPOINT_STATE_H
#define TRAIN_CHECKPOINT_STATE_H

#include "train/training.h"

#include <jansson.h>

/* Options, digests of network and data, position, log. The caller's to release; NULL with an
 * error. */
json_t *checkpoint_state(const struct training *training, struct error *error);

/* Checks that it is of the same options, network and data, and restores all but the arrays and the
 * passes. */
CHECKED int checkpoint_state_restore(struct training *training, const json_t *state,
	struct error *error);

/* Reads the passes that each epoch until then was trained on, and checks that they are the same. */
CHECKED int checkpoint_read_passes(struct training *training, const json_t *state,
	struct error *error);

#endif
