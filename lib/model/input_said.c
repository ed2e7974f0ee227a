/* Who says what values a network takes: its card, or its first layers. */
#include "model/input_values.h"

#include "base/json.h"
#include "model/folder.h"

#include <math.h>
#include <string.h>

enum { FIRST_LAYERS = 16 }; /* how many are looked at */

/* ---- the card ---- */

static int read_mode(struct input_values *values, const json_t *mode, struct error *error)
{
	const char *name = json_string_value(mode), *card = model_file_names[MODEL_CARD];
	enum input_mode known = input_mode_find(name);
	if (known != INPUT_RANGE) {
		*values = input_values_of_mode(known, INPUT_OF_CARD);
		return 1;
	}
	return name ? error_set(error, card, "unknown mode '%s' of its input", name)
		    : error_set(error, card, "the mode of its input is not a string");
}

static int read_range(struct input_values *values, const json_t *minimum, const json_t *maximum,
	struct error *error)
{
	const char *card = model_file_names[MODEL_CARD];
	double black = json_number_value(minimum), white = json_number_value(maximum);
	if (!json_is_number(minimum) || !json_is_number(maximum))
		return error_set(error, card,
			"minimum and maximum of its input are not two numbers");
	if (!input_range_is_valid(black, white))
		return error_set(error, card, "minimum %g and maximum %g of its input are no range",
			black, white);
	*values = input_values_of_range(black, white, INPUT_OF_CARD);
	return 1;
}

/* Whether minimum and maximum are those of the stream, which was mapped to 0..1. */
static bool has_range_of_stream(const json_t *card)
{
	const char *tool = json_string_value(json_object_get(card, "tool"));
	return tool && strcmp(tool, "cnn-train") == 0 &&
		!json_object_get(json_object_get(card, "data"), "range");
}

int input_values_read(struct input_values *values, const json_t *card, struct error *error)
{
	const json_t *input = json_object_get(card, "input");
	const json_t *mode = json_object_get(input, "mode"),
		     *minimum = json_object_get(input, "minimum"),
		     *maximum = json_object_get(input, "maximum");
	if (mode)
		return read_mode(values, mode, error);
	if (!minimum && !maximum)
		return 0;
	int result = read_range(values, minimum, maximum, error);
	if (result == 1 && has_range_of_stream(card))
		*values = input_values_of_range(0, 1, INPUT_OF_CARD);
	return result;
}

json_t *input_values_write(json_t *input, const struct input_values *values)
{
	if (values->mode != INPUT_RANGE)
		return json_add_member(input, "mode", json_string(input_mode_names[values->mode]));
	input = json_add_member(input, "minimum", json_number(values->offset[0]));
	return json_add_member(input, "maximum", json_number(values->offset[0] + values->scale[0]));
}

/* ---- the layers ---- */

/* x * factor + offset of one channel of the input, up to some node. */
struct channel_map {
	double factor, offset;
};

/* The node that alone reads `node`; -1: there is none. */
static int only_reader(const struct graph *graph, int node)
{
	if (graph_uses(graph, node) != 1)
		return -1;
	for (int reader = node + 1; reader < graph->node_count; reader++)
		for (int i = 0; i < graph->nodes[reader].input_count; i++)
			if (graph_input(graph, reader, i) == node)
				return reader;
	return -1;
}

/* Values of parameter `index` of a layer; NULL: no network. */
static const float *layer_values(const struct network *network, int layer, int index)
{
	for (int i = 0; network && i < network_parameter_count(network); i++)
		if (network_parameter(network, i).layer_index == layer)
			return network_parameter(network, i + index).values;
	return NULL;
}

/* Index of a channel's constants: there is one for all, or one each. */
static int constant_index(const struct layer *layer, int channel)
{
	return layer->constant_count ? channel % layer->constant_count : channel;
}

/* (x - mean) / sqrt(variance). -1: its values are not known. */
static int normalization_map(const struct layer *layer, int index, const struct network *network,
	int channel, struct channel_map *map)
{
	const float *mean = layer->offsets, *variance = layer->multipliers;
	int c = constant_index(layer, channel);
	if (layer->invert)
		return -1;
	if (!layer->constant_count) {
		mean = layer_values(network, index, 0);
		variance = layer_values(network, index, 1);
	}
	if (!mean || !variance)
		return -1;
	double deviation = fmax(sqrt((double)variance[c]), 1e-7);
	*map = (struct channel_map){1 / deviation, -(double)mean[c] / deviation};
	return 0;
}

/* How a node maps a channel. -1: it computes something else. */
static int node_map(const struct graph *graph, int node, const struct network *network, int channel,
	struct channel_map *map)
{
	const struct layer *layer = graph_layer(graph, node);
	int c = constant_index(layer, channel);
	*map = (struct channel_map){1, 0};
	switch (layer->kind) {
	case LAYER_RESCALING:
		*map = (struct channel_map){(double)layer->multipliers[c],
			(double)layer->offsets[c]};
		return 0;
	case LAYER_NORMALIZATION:
		return normalization_map(layer, graph->nodes[node].layer, network, channel, map);
	case LAYER_IDENTITY:
	case LAYER_RESIZING:
	case LAYER_CENTER_CROP:
	case LAYER_CROPPING:
	case LAYER_GAUSSIAN_NOISE:
		return 0;
	default:
		return -1;
	}
}

/* The largest value of the range that a map is made for, 255 or 1; 0: it does not say it. */
static int white_of_map(struct channel_map map)
{
	double zero = -map.offset / map.factor;
	if (zero > 1 || (zero >= 0 && fabs(map.factor) < 1))
		return 255;
	return zero >= 0 && zero <= 1 && (map.factor != 1 || map.offset != 0);
}

/* The same of the first layers together that map the channel. */
static int white_of_channel(const struct graph *graph, const struct network *network, int channel)
{
	struct channel_map all = {1, 0}, map;
	int white = 0, node = only_reader(graph, GRAPH_INPUT);
	for (int i = 0; i < FIRST_LAYERS && node >= 0 && white == 0; i++) {
		if (node_map(graph, node, network, channel, &map))
			return 0;
		all.factor *= map.factor;
		all.offset = all.offset * map.factor + map.offset;
		white = white_of_map(all);
		node = only_reader(graph, node);
	}
	return white;
}

bool input_values_of_layers(struct input_values *values, const struct graph *graph,
	const struct network *network)
{
	int largest = 0;
	for (int c = 0; c < graph->input.channels && c < PICTURE_CHANNELS; c++) {
		int white = white_of_channel(graph, network, c);
		largest = white > largest ? white : largest;
	}
	if (largest > 0)
		*values = input_values_of_range(0, largest, INPUT_OF_LAYERS);
	return largest > 0;
}

bool input_values_need_weights(const struct graph *graph)
{
	struct input_values values;
	struct channel_map map;
	int node = only_reader(graph, GRAPH_INPUT);
	if (input_values_of_layers(&values, graph, NULL))
		return false;
	for (int i = 0; i < FIRST_LAYERS && node >= 0 && node_map(graph, node, NULL, 0, &map) == 0;
		i++)
		node = only_reader(graph, node);
	return node >= 0 && graph_layer(graph, node)->kind == LAYER_NORMALIZATION &&
		!graph_layer(graph, node)->invert;
}

/* ---- the name ---- */

bool input_values_of_name(struct input_values *values, const char *name)
{
	/* keras/src/applications: what each preprocess_input does; the names are whole, or go on
	 * with a width multiplier and a size. */
	static const struct {
		const char *stem;
		enum input_mode mode;
	} known[] = {{"mobilenet_", INPUT_TF}, {"mobilenetv2_", INPUT_TF}, {"xception", INPUT_TF},
		{"inception_v3", INPUT_TF}, {"inception_resnet_v2", INPUT_TF}, {"NASNet", INPUT_TF},
		{"nasnet_mobile", INPUT_TF}, {"nasnet_large", INPUT_TF}, {"resnet50v2", INPUT_TF},
		{"resnet101v2", INPUT_TF}, {"resnet152v2", INPUT_TF}, {"densenet121", INPUT_TORCH},
		{"densenet169", INPUT_TORCH}, {"densenet201", INPUT_TORCH},
		{"resnet50", INPUT_CAFFE}, {"resnet101", INPUT_CAFFE}, {"resnet152", INPUT_CAFFE},
		{"vgg16", INPUT_CAFFE}, {"vgg19", INPUT_CAFFE}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t length = strlen(known[i].stem);
		bool has_suffix = known[i].stem[length - 1] == '_';
		if (strncmp(name, known[i].stem, length) == 0 && (has_suffix || !name[length])) {
			*values = input_values_of_mode(known[i].mode, INPUT_OF_FORM);
			return true;
		}
	}
	return false;
}
