/* The model card, training.json: provenance and results of a model. */
#ifndef TRAIN_CARD_H
#define TRAIN_CARD_H

#include "train/training.h"

#include <jansson.h>

/* Makes the card of a training: tool, version, command line, options, input, data, validation,
 * results, notes, and whether it is finished (architecture.5 has the list). It has no times, and
 * absolute paths in command lines are shortened to their last component, so that the same training
 * gives the same card. The request's notes have passed training_check_notes. Returns a new object,
 * or NULL without memory. */
json_t *training_card(const struct training *training, struct error *error);

/* Returns 0 if every note is KEY=VALUE with a key, in UTF-8; else -1 with the note in the error. */
CHECKED int training_check_notes(const struct text_list *notes, struct error *error);

/* Writes architecture.json, poids.h5, labels.txt, training.json and, of one epoch at least,
 * history.tsv into an existing folder. The weights are those that the network has now. */
CHECKED int training_save(const struct training *training, const char *folder, struct error *error);

/* Writes `calibration`, an object with "temperature" (model/temperature.h) and whatever tells where
 * it is from, which it releases (NULL: out of memory), into the card of an existing model folder,
 * in the place of one that is there; nothing else in the card changes, and the file is replaced as
 * a whole. -1: no card, a temperature out of range; the card is then as it was. */
CHECKED int card_write_calibration(const char *folder, json_t *calibration, struct error *error);

/* The digest of the data of streams (samples_digest) in hexadecimal; null of none (NULL), and of a
 * pipe that is not read to its end. A new value, or NULL without memory. */
json_t *training_data_digest(const struct samples *samples);

/* Shortens every absolute path in a command line to its last component, in place. */
void card_shorten_paths(char *command_line);

#endif
