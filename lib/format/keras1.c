#include "format/keras1.h"

#include <string.h>

static const struct {
	const char *old, *new;
} KEYS[] = {
	{"nb_filter", "filters"},
	{"output_dim", "units"},
	{"subsample", "strides"},
	{"border_mode", "padding"},
	{"atrous_rate", "dilation_rate"},
	{"bias", "use_bias"},
	{"p", "rate"},
	{"sigma", "stddev"},
	{"init", "kernel_initializer"},
	{"depthwise_init", "depthwise_initializer"},
	{"pointwise_init", "pointwise_initializer"},
	{"beta_init", "beta_initializer"},
	{"gamma_init", "gamma_initializer"},
	{"W_regularizer", "kernel_regularizer"},
	{"b_regularizer", "bias_regularizer"},
	{"W_constraint", "kernel_constraint"},
	{"b_constraint", "bias_constraint"},
};

/* Gives `value` (NULL: out of memory), a new reference, the key `new` in place of `old`. */
static int replace(json_t *config, const char *old, const char *new, json_t *value)
{
	if (json_object_set_new(config, new, value))
		return -1;
	json_object_del(config, old);
	return 0;
}

static int rename_keys(json_t *config)
{
	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
		json_t *value = json_object_get(config, KEYS[i].old);
		if (value && !json_object_get(config, KEYS[i].new) &&
			replace(config, KEYS[i].old, KEYS[i].new, json_incref(value)))
			return -1;
	}
	return 0;
}

static int join_kernel_size(json_t *config)
{
	json_t *rows = json_object_get(config, "nb_row"),
	       *columns = json_object_get(config, "nb_col");
	if (!rows || !columns || json_object_get(config, "kernel_size"))
		return 0;
	json_t *size = json_pack("[OO]", rows, columns);
	if (replace(config, "nb_row", "kernel_size", size))
		return -1;
	json_object_del(config, "nb_col");
	return 0;
}

static int rename_ordering(json_t *config)
{
	const char *ordering = json_string_value(json_object_get(config, "dim_ordering"));
	if (ordering && strcmp(ordering, "tf") == 0)
		return replace(config, "dim_ordering", "data_format", json_string("channels_last"));
	if (ordering && strcmp(ordering, "default") == 0)
		json_object_del(config, "dim_ordering");
	return 0;
}

/* {"name": "WeightRegularizer", "l1": 0, "l2": 0.01}, in Keras 1.2 "L1L2Regularizer". */
static int rename_regularizer(json_t *config, const char *key)
{
	json_t *value = json_object_get(config, key);
	const char *name = json_string_value(json_object_get(value, "name"));
	if (!name || (strcmp(name, "WeightRegularizer") && strcmp(name, "L1L2Regularizer")))
		return 0;
	return json_object_set_new(config, key,
		json_pack("{s:s, s:O}", "class_name", "L1L2", "config", value));
}

int keras1_rename(json_t *config)
{
	static const char *const regularizers[] = {"kernel_regularizer", "bias_regularizer",
		"depthwise_regularizer", "pointwise_regularizer", "gamma_regularizer",
		"beta_regularizer"};
	int result = rename_keys(config) || join_kernel_size(config) || rename_ordering(config);
	for (size_t i = 0; result == 0 && i < sizeof regularizers / sizeof *regularizers; i++)
		result = rename_regularizer(config, regularizers[i]);
	return result ? -1 : 0;
}
