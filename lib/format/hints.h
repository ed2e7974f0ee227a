/* What a model's file says beside its layers and weights. */
#ifndef FORMAT_HINTS_H
#define FORMAT_HINTS_H

#include <jansson.h>
#include <stdbool.h>

/* What a network takes of a picture, in the words of cnn-export. */
struct input_hint {
	bool is_known;            /* the range or the mode */
	double minimum, maximum;  /* of black and of white, where there is no mode */
	char mode[16];            /* of Keras' preprocess_input, or "" */
	char fit[16], filter[16]; /* how it is resized, or "" */
};

struct model_hints {
	struct input_hint input;
	bool is_teachable_machine; /* an export of it: pictures of -1..1, cropped to a square */
	char loss[64];             /* Keras' name of the loss that it was compiled with, or "" */
};

/* Adds what the config says that a model was compiled with (Keras' "training_config" or
 * "compile_config", with a "loss"); it may be NULL. */
void hints_read_loss(struct model_hints *hints, const json_t *config);

/* Reads "input_minimum" and "input_maximum" or "input_mode", "input_fit" and "input_interpolation",
 * as cnn-export writes them beside a model; of other metadata nothing. */
void hints_read_input(struct input_hint *input, const json_t *metadata);

#endif
