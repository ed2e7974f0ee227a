/* Internal to lib/format: how each kind of layer is read from a Keras model's JSON, written to it,
 * and exported as ONNX. The rows are in layers_*.c, the tables in layer_formats.c. */
#ifndef FORMAT_LAYER_FORMAT_H
#define FORMAT_LAYER_FORMAT_H

#include "base/error.h"
#include "format/architecture.h"
#include "graph/layer.h"

#include <jansson.h>

struct onnx_exporter;
struct call_arguments;

/* Reader of a layer's config. Records the first error, so that callers need not check each
 * value. */
struct config_reader {
	json_t *config;
	const char *class_name;
	const char *name; /* the layer's, in messages */
	const struct call_arguments
		*arguments;                   /* of the layer's first call; NULL: in a Sequential */
	struct architecture_remarks *remarks; /* may be NULL */
	char object[512];                     /* "model.json: layer 'conv1'" */
	int axis; /* an axis counted from the front (the batch is 0), which must be the last; or
	           * 0 */
	bool is_keras2; /* the file is of Keras 2 */
	bool failed;
	struct error *error; /* may be NULL */
};

/* A row for each kind. */
struct layer_format {
	const char *class_name; /* Keras' class */
	const char *keys;       /* of its config, which `read` uses, with blanks between them */
	bool has_training;      /* its call has the argument `training`: training differs */
	void (*read)(struct config_reader *reader, struct layer *layer);
	/* The keys of the config, NULL without memory. May change *class_name, which is the
	 * row's. NULL: none. */
	json_t *(*write)(const struct layer *layer, const char **class_name);
	/* Adds the nodes of ONNX for a node of the graph. */
	void (*onnx)(struct onnx_exporter *exporter, int node);
};

#define X(kind) extern const struct layer_format format_of_##kind;
LAYER_KINDS(X)
#undef X

const struct layer_format *layer_format(enum layer_kind kind);

/* Reads the layer of reader->class_name and ->config into *layer, which gets the name `name`. Adds
 * a remark for each key that has no effect. -1 with an error that names the layer: a class,
 * activation or option that is not supported, a value out of range. */
CHECKED int layer_read(struct config_reader *reader, struct layer *layer, const char *name);

/* The config of a layer, NULL without memory, and its class. */
json_t *layer_write(const struct layer *layer, const char **class_name);

/* ---- other classes that are read as one of the kinds (layers_*.c) ---- */

typedef void config_read(struct config_reader *reader, struct layer *layer);
config_read read_relu, read_leaky_relu, read_elu, read_softmax; /* ACTIVATION */
config_read read_random;                                        /* IDENTITY */
/* An operation of Keras 2 (TFOpLambda, by its "function") or Keras 3 (by its class): RESCALING, if
 * it has constants, else a layer that joins tensors. */
config_read read_operation;
/* The same of TensorFlow 2.0 to 2.3 (TensorFlowOpLayer): {"node_def": {"op": "RealDiv"},
 * "constants":
 * {"1": 127.5}}. */
config_read read_tensorflow_operation;

/* ---- values of a config (config_read.c) ---- */

/* Records an error "KEY REASON". */
void config_error(struct config_reader *reader, const char *key, const char *reason);

/* Adds a remark: what forbids training; what training should say. */
void config_refuse_training(struct config_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void config_note(struct config_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The value of `key`, or NULL if it is missing or null. */
json_t *config_value(const struct config_reader *reader, const char *key);

/* A whole number >= 1; `config_count` of a key that must be there. */
int config_count(struct config_reader *reader, const char *key);
int config_parse_count(struct config_reader *reader, const char *key, const json_t *value);

/* A pair [height, width], or one number for both; unchanged if missing. */
void config_pair(struct config_reader *reader, const char *key, int *height, int *width);

bool config_flag(struct config_reader *reader, const char *key, bool default_value);
float config_number(struct config_reader *reader, const char *key, double default_value,
	double minimum, double maximum);

/* The index of the text of `key` in `names` (NULL at the end); `default_index` if missing. */
int config_choice(struct config_reader *reader, const char *key, const char *const *names,
	int default_index);

/* An error if `key` is present with another value than the supported one. */
void config_require(struct config_reader *reader, const char *key, const char *expected);
void config_require_false(struct config_reader *reader, const char *key);

/* "axis", a number or a list of one, which must be the last: -1, or counted from the front. */
void config_last_axis(struct config_reader *reader, int default_axis);

/* "activation": a name, a function's or an activation layer's object; unchanged if missing. */
void config_activation(struct config_reader *reader, struct layer *layer);

/* "KEY_regularizer" of parameter `index`. */
void config_penalty(struct config_reader *reader, struct layer *layer, const char *key, int index);

/* Numbers: one, or a list of up to LAYER_CONSTANTS. Returns their count; 0 if missing. */
int config_constants(struct config_reader *reader, const char *key, const json_t *value,
	float numbers[LAYER_CONSTANTS]);

/* ---- values to write (config_write.c): all return NULL without memory, and pass NULL on ---- */

/* The shortest decimal number that converts to the same float: 0.1, not 0.10000000149. */
double shortest_decimal(float value);
const char *padding_name(enum padding padding);
json_t *numbers_value(const float *values, int count); /* one number, or a list */
/* The name of an activation inside a layer; keras_graph() has made layers of others. */
json_t *activation_value(const struct activation *activation);
/* Adds "KEY_regularizer" if there is one. */
json_t *add_penalty(json_t *config, const struct layer *layer, const char *key, int index);

#endif
