/* What a model's file is, by its content. */
#ifndef MODEL_FORM_H
#define MODEL_FORM_H

#include "format/files.h"

#include <jansson.h>

enum form { FORM_JSON, FORM_HDF5, FORM_ZIP };

/* The form of a file that the user named. -1: none of them; models of other programs are named for
 * what they are, with the way in. `path` is for messages. */
CHECKED int form_recognize(const struct model_file *file, const char *path, struct error *error);

/* Whether a model's JSON has the form of Teachable Machine's exports: a Sequential model of two,
 * a front that ends with GlobalAveragePooling2D, and two dense layers, of which the last has no
 * bias and softmax. */
bool form_is_teachable_machine(const json_t *model);

#endif
