/* The model card, training.json: where a model comes from and what it reached. */
#ifndef TRAIN_CARD_H
#define TRAIN_CARD_H

#include "train/training.h"

#include <jansson.h>

/* Makes the card of a finished training: tool, version, command line, options, input, classes, data, validation,
 * results, notes (architecture.5 has the list). It holds no time, and of the absolute paths in command lines
 * the last part alone, so that the same training gives the same card. `notes` have passed training_check_notes. Returns
 * a new object, or NULL without memory. */
json_t *training_card(const struct training *training, const char *command_line, const struct text_list *notes,
	struct error *error);

/* Whether every note is KEY=VALUE with a key; else -1 naming it. */
CHECKED int training_check_notes(const struct text_list *notes, struct error *error);

/* Writes architecture.json, poids.h5, labels.txt, training.json and history.tsv into `folder`, which is there. */
CHECKED int training_save(const struct training *training, const char *folder, const char *command_line,
	const struct text_list *notes, struct error *error);

/* Shortens every absolute path among the words of a command line to its last part, in place. */
void card_hide_paths(char *command_line);

#endif
