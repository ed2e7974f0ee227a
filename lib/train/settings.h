/* The options of a training that change its result, as an object for the model card and the
 * checkpoint: a member for each, called as the option with _ for -. */
#ifndef TRAIN_SETTINGS_H
#define TRAIN_SETTINGS_H

#include "train/training.h"

#include <jansson.h>

/* Makes the object. Returns a new object; NULL without memory. */
json_t *training_settings(const struct training *training);

/* Calls `take` with every option and its value (those that training_settings writes; a card may be
 * anybody's, and hold more), as they are on the command line, as long as it
 * returns 0; a flag that is off and an option without a value are left out. A value that is a text
 * belongs to the settings, another is valid during the call. Returns 0, or -1: what `take` failed
 * with, or no memory. */
CHECKED int training_settings_each(const json_t *settings,
	int (*take)(const char *option, const char *value, struct error *error),
	struct error *error);

/* Returns 0 if both objects have the same members, else -1 with an error of `object` that names the
 * first option that differs; names of architecture files may. */
CHECKED int training_settings_match(const json_t *before, const json_t *now, const char *object,
	struct error *error);

#endif
