/* The values that a network takes for a picture's bytes: 0..1, -1..1, 0..255, or one of the modes
 * of Keras' preprocess_input.
 *
 * A level is 0 for black and 1 for white. What a network takes in a channel is
 *
 *     value = level * scale + offset
 *
 * computed in double and rounded once to float. */
#ifndef MODEL_INPUT_VALUES_H
#define MODEL_INPUT_VALUES_H

#include "nn/network.h"
#include "stream/stream.h"

enum { PICTURE_CHANNELS = 3 };

/* Who said it. */
enum input_source { INPUT_ASSUMED, INPUT_OF_LAYERS, INPUT_OF_FORM, INPUT_OF_CARD, INPUT_OF_OPTION };

/* Modes of preprocess_input (keras/src/applications/imagenet_utils.py), with the mean and deviation
 * of ImageNet:
 * CAFFE: 0..255, blue first, minus the mean; ResNet, VGG
 * TF: -1..1; MobileNet, Inception, Xception, ResNetV2
 * TORCH: 0..1, minus the mean, divided by the deviation; DenseNet */
enum input_mode { INPUT_RANGE = -1, INPUT_CAFFE, INPUT_TF, INPUT_TORCH };

/* The modes' names in order, NULL-terminated. */
extern const char *const input_mode_names[];

/* The mode of a name (NULL: none); INPUT_RANGE if it has none. */
enum input_mode input_mode_find(const char *name);

struct input_values {
	enum input_source source;
	enum input_mode mode; /* INPUT_RANGE: the same for all channels, in their order */
	bool is_bgr;          /* channel 0 is blue, channel 2 red */
	/* By channel of the network; of one of other than 3 channels only the first counts. */
	double scale[PICTURE_CHANNELS], offset[PICTURE_CHANNELS];
};

/* Black is `minimum`, white `maximum`. */
struct input_values input_values_of_range(double minimum, double maximum, enum input_source source);
struct input_values input_values_of_mode(enum input_mode mode, enum input_source source);

/* Whether an input of so many channels can have them: those that differ by channel need 3. */
bool input_values_suit(const struct input_values *values, int channels);

/* Whether minimum < maximum, and floats can hold all of it. */
bool input_range_is_valid(double minimum, double maximum);

/* Index into scale and offset of value `i` of an input of so many channels. */
static inline size_t input_channel(size_t i, int channels)
{
	return channels == PICTURE_CHANNELS ? i % PICTURE_CHANNELS : 0;
}

/* ---- who says it ---- */

/* Reads "input": {"mode"} or {"minimum", "maximum"} of a model card. In those that cnn-train wrote
 * before it wrote the "range" of its "data", they are the range of its stream, and the network
 * takes 0..1. Returns 1, 0 if the card (NULL: there is none) does not say it, or -1: a value out of
 * sense. */
CHECKED int input_values_read(struct input_values *values, const json_t *card, struct error *error);

/* Adds "mode", or "minimum" and "maximum", to the object, as json_add_member does. */
json_t *input_values_write(json_t *input, const struct input_values *values);

/* What the first layers say that read the input: those that map channels by constants, Rescaling
 * and Normalization, and what Keras makes of preprocess_input. A map (x - zero) * factor is made
 *
 *     for 0..255, if zero > 1, or zero >= 0 and |factor| < 1: it maps a wide range to a narrow one
 *     for 0..1, else, if 0 <= zero <= 1, unless it maps nothing
 *
 * in any channel. `network`, with the weights, may be NULL: what they say is then not known.
 * Returns whether the layers say it. */
bool input_values_of_layers(struct input_values *values, const struct graph *graph,
	const struct network *network);

/* What a network of keras.applications takes, by the name that Keras gives its graph
 * ("mobilenetv2_0.35_224"): those whose layers do not say it. Returns whether it is one. */
bool input_values_of_name(struct input_values *values, const char *name);

/* Whether input_values_of_layers depends on weights. */
bool input_values_need_weights(const struct graph *graph);

/* ---- values ---- */

/* The input, (H, W, C), of a picture's bytes, RGB or grey, of the same shape. */
void input_values_of_bytes(const struct input_values *values, const unsigned char *bytes,
	struct shape shape, float *input);

/* The same of a stream's tensor, whose range is from level 0 to 1. */
void input_values_of_tensor(const struct input_values *values, const struct stream_head *head,
	const void *tensor, float *input);

/* The picture that an input shows: levels beyond 0 and 1 are clipped. */
void input_values_to_bytes(const struct input_values *values, const float *input,
	struct shape shape, unsigned char *bytes);

#endif
