/* What a model's file says beside its layers and weights. */
#ifndef FORMAT_HINTS_H
#define FORMAT_HINTS_H

#include <jansson.h>
#include <stdbool.h>

struct model_hints {
	bool is_teachable_machine; /* an export of it: pictures of -1..1, cropped to a square */
	char loss[64];             /* Keras' name of the loss that it was compiled with, or "" */
	bool loss_is_of_logits;    /* from_logits of that loss */
};

/* Adds what the config says that a model was compiled with (Keras' "training_config" or
 * "compile_config", with a "loss"); it may be NULL. */
void hints_read_loss(struct model_hints *hints, const json_t *config);

#endif
