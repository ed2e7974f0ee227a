/* The tables of Keras' layers. */
#include "format/layer_format.h"

#include "format/keras.h"
#include "format/keras1.h"

#include <stdio.h>
#include <string.h>

#define X(kind) [LAYER_##kind] = &format_of_##kind,
static const struct layer_format *const FORMATS[] = {LAYER_KINDS(X)};
#undef X

const struct layer_format *layer_format(enum layer_kind kind)
{
	return FORMATS[kind];
}

/* Further classes, which are read as one of the kinds. */
static const struct layer_class {
	const char *name, *keys;
	enum layer_kind kind;
	config_read *read;
} CLASSES[] = {
	{"ReLU", "max_value negative_slope threshold", LAYER_ACTIVATION, read_relu},
	{"LeakyReLU", "alpha negative_slope", LAYER_ACTIVATION, read_leaky_relu},
	{"ELU", "alpha", LAYER_ACTIVATION, read_elu},
	{"Softmax", "axis", LAYER_ACTIVATION, read_softmax},
	{"TFOpLambda", "function", LAYER_RESCALING, read_operation},
	{"TensorFlowOpLayer", "node_def constants", LAYER_RESCALING, read_tensorflow_operation},
	{"TrueDivide", "", LAYER_RESCALING, read_operation},
	{"Divide", "", LAYER_RESCALING, read_operation},
	{"Cast", "", LAYER_IDENTITY, read_operation},
	{"ActivityRegularization", NULL, LAYER_IDENTITY, read_random},
};

/* Data augmentation, which prediction leaves out; RandomCrop crops in prediction too. */
static const struct layer_class AUGMENTATION = {"Random", NULL, LAYER_IDENTITY, read_random};

static bool is_augmentation(const char *name)
{
	return strncmp(name, "Random", 6) == 0 && strcmp(name, "RandomCrop");
}

/* The class of this name; false: there is none. */
static bool find_class(struct layer_class *class, const char *name)
{
	name = keras_class(name);
	if (strcmp(name, "SyncBatchNormalization") == 0) /* differs in training only */
		name = "BatchNormalization";
	for (int kind = 0; kind < LAYER_KIND_COUNT; kind++)
		if (strcmp(FORMATS[kind]->class_name, name) == 0) {
			*class = (struct layer_class){name, FORMATS[kind]->keys,
				(enum layer_kind)kind, FORMATS[kind]->read};
			return true;
		}
	for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++)
		if (strcmp(CLASSES[i].name, name) == 0) {
			*class = CLASSES[i];
			return true;
		}
	if (is_augmentation(name))
		*class = AUGMENTATION;
	return is_augmentation(name);
}

/* ---- keys ---- */

/* Keys of any layer: known, and without effect here (or read for all classes). */
static const char EFFECTLESS[] = "name trainable dtype batch_input_shape batch_shape input_shape "
				 "sparse ragged optional seed "
				 "synchronized autocast build_config dynamic implementation fused "
				 "input_dim input_length input_dtype";

/* Whether `word` is one of `words`, with blanks between them. */
static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = words; (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);
	return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Remarks on what would change training, and was not read. */
static void check_key(struct config_reader *reader, const char *keys, const char *key)
{
	if (!*key ||
		(!has_word(keys, key) && !has_word(EFFECTLESS, key) &&
			!ends_with(key, "_initializer"))) {
		bool is_known = ends_with(key, "_constraint") || ends_with(key, "_regularizer");
		config_refuse_training(reader, "'%.64s' is not %s", key,
			is_known ? "supported" : "known");
	}
}

static void check_keys(struct config_reader *reader, const char *keys)
{
	const char *key;
	json_t *value;
	json_object_foreach (reader->config, key, value)
		if (keys && !json_is_null(value))
			check_key(reader, keys, key);
}

/* ---- layers ---- */

/* The name of a dtype policy: "float32", {"class_name": "DTypePolicy", "config": {"name":
 * "mixed_float16"}}. */
static const char *policy_name(const json_t *policy)
{
	return json_string_value(json_is_object(policy)
			? json_object_get(json_object_get(policy, "config"), "name")
			: policy);
}

/* Numbers of any precision are computed in float32; a quantized layer has other weights: policy
 * "int8_from_float32", or an object of QuantizedDTypePolicy. */
static void check_policy(struct config_reader *reader)
{
	const json_t *policy = config_value(reader, "dtype");
	const char *name = policy_name(policy),
		   *class_name = json_string_value(json_object_get(policy, "class_name"));
	bool is_quantized = (class_name && strncmp(class_name, "Quantized", 9) == 0) ||
		(name && strstr(name, "_from_")) || config_value(reader, "quantization_config");
	if (is_quantized)
		config_error(reader, "dtype", "is quantized, which is not supported");
}

static void check_ordering(struct config_reader *reader)
{
	if (config_value(reader, "dim_ordering"))
		config_error(reader, "dim_ordering", "other than 'tf' is not supported");
}

int layer_read(struct config_reader *reader, struct layer *layer, const char *name)
{
	struct layer_class class;
	if (!find_class(&class, reader->class_name)) {
		char reason[128];
		snprintf(reason, sizeof reason, "'%.64s' is not supported", reader->class_name);
		config_error(reader, "layer class", reason);
		return -1;
	}
	*layer = layer_defaults(class.kind, name);
	if (keras1_rename(reader->config))
		return error_memory(reader->error, reader->object);
	check_policy(reader);
	check_ordering(reader);
	layer->is_frozen = !config_flag(reader, "trainable", true);
	class.read(reader, layer);
	check_keys(reader, class.keys);
	return reader->failed ? -1 : 0;
}

json_t *layer_write(const struct layer *layer, const char **class_name)
{
	const struct layer_format *format = FORMATS[layer->kind];
	*class_name = format->class_name;
	return format->write ? format->write(layer, class_name) : json_object();
}
