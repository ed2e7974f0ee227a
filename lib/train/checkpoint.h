/* The checkpoint of a training: MODEL.partial, a model folder with the weights that would be kept
 * now, and in it checkpoint.safetensors, with all that going on to the same bytes takes. */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "train/training.h"

/* Writes the checkpoint of a training, at the end of an update: the old one is replaced atomically.
 * On failure (-1) the old one is as it was. */
CHECKED int checkpoint_write(struct training *training, struct error *error);

/* Whether there is a checkpoint to go on with, 1 or 0. -1: there is something that is not to be
 * replaced or can't be, or, without `resume`, a training of an epoch at least. */
CHECKED int checkpoint_find(const char *partial, bool resume, struct error *error);

/* Restores a training that was just opened, and reads the passes of its stream that were trained
 * on. On failure (-1: damaged; of other options, another network or other data, which the error
 * names) the training is not to be used. */
CHECKED int checkpoint_restore(struct training *training, struct error *error);

#endif
