/* Normalisation. */
#include "format/layer_format.h"

#include "base/json.h"
#include "format/onnx_layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void read_gamma_and_beta(struct config_reader *reader, struct layer *layer)
{
	config_last_axis(reader, -1);
	layer->epsilon = config_number(reader, "epsilon", 1e-3, 0, 1e6);
	layer->center = config_flag(reader, "center", true);
	layer->scale = config_flag(reader, "scale", true);
	if (layer->scale)
		config_penalty(reader, layer, "gamma", 0);
	if (layer->center)
		config_penalty(reader, layer, "beta", layer->scale);
}

static json_t *add_penalties(json_t *config, const struct layer *layer)
{
	if (layer->scale)
		config = add_penalty(config, layer, "gamma", 0);
	return layer->center ? add_penalty(config, layer, "beta", layer->scale) : config;
}

#define NORMALIZATION_KEYS "axis epsilon center scale gamma_regularizer beta_regularizer"

/* ---- batch normalisation ---- */

static void read_batch_normalization(struct config_reader *reader, struct layer *layer)
{
	read_gamma_and_beta(reader, layer);
	layer->momentum = config_number(reader, "momentum", 0.99, 0, 1);
	config_require_false(reader, "renorm");
	if (json_integer_value(config_value(reader, "mode")) != 0)
		config_error(reader, "mode", "other than 0 is not supported");
}

static json_t *write_batch_normalization(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = json_pack("{s:i, s:f, s:f, s:b, s:b}", "axis", -1, "momentum",
		shortest_decimal(layer->momentum), "epsilon", shortest_decimal(layer->epsilon),
		"center", layer->center, "scale", layer->scale);
	return add_penalties(config, layer);
}

/* gamma and beta are constants also where the layer has none. */
static void batch_normalization_onnx(struct onnx_exporter *exporter, int node)
{
	static const char *const names[] = {"gamma", "beta"};
	const struct layer *layer = onnx_layer(exporter, node);
	const struct graph *graph = network_graph(exporter->network);
	bool is_there[] = {layer->scale, layer->center, true, true};
	char input[NAME_SIZE], constants[4][NAME_SIZE];
	struct protobuf attributes = {0};
	snprintf(input, sizeof input, "%s", exporter->current);
	for (int i = 0, parameter = 0; i < 4; i++) {
		if (is_there[i]) {
			onnx_parameter(exporter, node, parameter++, ONNX_AS_IN_KERAS, constants[i]);
			continue;
		}
		snprintf(constants[i], NAME_SIZE, "%s/%s", layer->name, names[i]);
		if (graph_first_node(graph, graph->nodes[node].layer) == node)
			onnx_filled(exporter, constants[i],
				onnx_input_shape(exporter, node, 0).channels, i == 0);
	}
	onnx_float(&attributes, "epsilon", layer->epsilon);
	onnx_node(exporter, "BatchNormalization",
		(const char *const[]){input, constants[0], constants[1], constants[2], constants[3],
			NULL},
		onnx_name(exporter, node), &attributes);
}

const struct layer_format format_of_BATCH_NORMALIZATION = {
	.class_name = "BatchNormalization",
	.keys = NORMALIZATION_KEYS " momentum renorm renorm_momentum mode",
	.has_training = true,
	.read = read_batch_normalization,
	.write = write_batch_normalization,
	.onnx = batch_normalization_onnx,
};

/* ---- layer normalisation ---- */

static void read_layer_normalization(struct config_reader *reader, struct layer *layer)
{
	read_gamma_and_beta(reader, layer);
	config_require_false(reader, "rms_scaling");
}

static json_t *write_layer_normalization(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = json_pack("{s:i, s:f, s:b, s:b}", "axis", -1, "epsilon",
		shortest_decimal(layer->epsilon), "center", layer->center, "scale", layer->scale);
	return add_penalties(config, layer);
}

static void add_gamma_and_beta(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	if (layer->scale)
		onnx_by_channel(exporter, node, "Mul", 0, "scaled");
	if (layer->center)
		onnx_by_channel(exporter, node, "Add", layer->scale, "");
}

static void layer_normalization_onnx(struct onnx_exporter *exporter, int node)
{
	enum { CHANNELS = 1 };
	onnx_standardize(exporter, onnx_name(exporter, node), CHANNELS,
		onnx_layer(exporter, node)->epsilon);
	add_gamma_and_beta(exporter, node);
}

const struct layer_format format_of_LAYER_NORMALIZATION = {
	.class_name = "LayerNormalization",
	.keys = NORMALIZATION_KEYS " rms_scaling",
	.read = read_layer_normalization,
	.write = write_layer_normalization,
	.onnx = layer_normalization_onnx,
};

/* ---- group normalisation ---- */

static void read_group_normalization(struct config_reader *reader, struct layer *layer)
{
	read_gamma_and_beta(reader, layer);
	layer->groups = config_value(reader, "groups") ? config_count(reader, "groups") : 32;
}

static json_t *write_group_normalization(const struct layer *layer, const char **class_name)
{
	return json_add_member(write_layer_normalization(layer, class_name), "groups",
		json_integer(layer->groups));
}

/* As (N, groups, values of a group), and back. */
static void group_normalization_onnx(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	const char *name = onnx_name(exporter, node);
	struct shape in = onnx_input_shape(exporter, node, 0);
	int groups[] = {layer->groups, -1}, sides[] = {in.channels, in.height, in.width};
	onnx_reshape(exporter, name, "groups", groups, 2);
	onnx_standardize(exporter, name, 2, layer->epsilon);
	onnx_reshape(exporter, name, "channels", sides, in.is_vector ? 1 : 3);
	add_gamma_and_beta(exporter, node);
}

const struct layer_format format_of_GROUP_NORMALIZATION = {
	.class_name = "GroupNormalization",
	.keys = NORMALIZATION_KEYS " groups",
	.read = read_group_normalization,
	.write = write_group_normalization,
	.onnx = group_normalization_onnx,
};

/* ---- unit normalisation ---- */

static void read_unit_normalization(struct config_reader *reader, struct layer *layer)
{
	(void)layer;
	config_last_axis(reader, -1);
}

static json_t *write_unit_normalization(const struct layer *layer, const char **class_name)
{
	(void)layer, (void)class_name;
	return json_pack("{s:i}", "axis", -1);
}

/* LpNormalization has no least length. */
static void unit_normalization_onnx(struct onnx_exporter *exporter, int node)
{
	const char *name = onnx_name(exporter, node);
	const int channels = 1;
	char input[NAME_SIZE], other[NAME_SIZE];
	struct protobuf attributes = {0};
	snprintf(input, sizeof input, "%s", exporter->current);
	onnx_integers(&attributes, "axes", &channels, 1);
	onnx_step(exporter, "ReduceL2", name, "length", &attributes);
	snprintf(other, sizeof other, "%s/least_length", name);
	onnx_filled(exporter, other, 0, 1e-12f);
	onnx_binary(exporter, "Max", other, name, "divisor");
	snprintf(other, sizeof other, "%s", exporter->current);
	snprintf(exporter->current, NAME_SIZE, "%s", input);
	onnx_binary(exporter, "Div", other, name, "");
}

const struct layer_format format_of_UNIT_NORMALIZATION = {
	.class_name = "UnitNormalization",
	.keys = "axis",
	.read = read_unit_normalization,
	.write = write_unit_normalization,
	.onnx = unit_normalization_onnx,
};

/* ---- normalisation by a mean and variance from before the training ---- */

/* A list for both, of the longer one's length. */
static int widen(float *numbers, int count, int wanted)
{
	for (int i = count; count == 1 && i < wanted; i++)
		numbers[i] = numbers[0];
	return count == 1 ? wanted : count;
}

static void read_normalization(struct config_reader *reader, struct layer *layer)
{
	config_last_axis(reader, -1);
	layer->invert = config_flag(reader, "invert", false);
	int means = config_constants(reader, "mean", config_value(reader, "mean"), layer->offsets);
	int variances = config_constants(reader, "variance", config_value(reader, "variance"),
		layer->multipliers);
	if ((means == 0) != (variances == 0))
		config_error(reader, "mean", "and variance must be given together");
	means = widen(layer->offsets, means, variances);
	variances = widen(layer->multipliers, variances, means);
	if (means != variances)
		config_error(reader, "mean", "and variance have different lengths");
	for (int i = 0; i < variances; i++)
		if (!(layer->multipliers[i] >= 0))
			config_error(reader, "variance", "is negative");
	layer->constant_count = means;
}

static json_t *write_normalization(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = json_pack("{s:i, s:b}", "axis", -1, "invert", layer->invert);
	if (!layer->constant_count)
		return config;
	config = json_add_member(config, "mean",
		numbers_value(layer->offsets, layer->constant_count));
	return json_add_member(config, "variance",
		numbers_value(layer->multipliers, layer->constant_count));
}

/* Mean and standard deviation of channel `c`; Keras' epsilon is 1e-7. */
static void channel_statistics(const struct onnx_exporter *exporter, int node, int c, float *mean,
	float *deviation)
{
	const struct layer *layer = onnx_layer(exporter, node);
	float variance = layer->multipliers[c % LAYER_CONSTANTS];
	*mean = layer->offsets[c % LAYER_CONSTANTS];
	if (!layer->constant_count) {
		*mean = onnx_parameter_values(exporter, node, 0)[c];
		variance = onnx_parameter_values(exporter, node, 1)[c];
	}
	*deviation = sqrtf(variance) < 1e-7f ? 1e-7f : sqrtf(variance);
}

static void normalization_onnx(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	const char *name = onnx_name(exporter, node);
	int count = layer->constant_count ? layer->constant_count
					  : onnx_input_shape(exporter, node, 0).channels;
	float *numbers = calloc(2 * (size_t)count, sizeof *numbers);
	char mean[NAME_SIZE], deviation[NAME_SIZE];
	for (int c = 0; numbers && c < count; c++)
		channel_statistics(exporter, node, c, &numbers[c], &numbers[count + c]);
	if (numbers) {
		onnx_channel_constant(exporter, node, "mean", numbers, count, mean);
		onnx_channel_constant(exporter, node, "deviation", numbers + count, count,
			deviation);
		onnx_binary(exporter, layer->invert ? "Mul" : "Sub",
			layer->invert ? deviation : mean, name,
			layer->invert ? "scaled" : "distance");
		onnx_binary(exporter, layer->invert ? "Add" : "Div",
			layer->invert ? mean : deviation, name, "");
	}
	exporter->graph.failed |= !numbers;
	free(numbers);
}

const struct layer_format format_of_NORMALIZATION = {
	.class_name = "Normalization",
	.keys = "axis invert mean variance",
	.read = read_normalization,
	.write = write_normalization,
	.onnx = normalization_onnx,
};
