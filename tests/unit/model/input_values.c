/* Which values a network takes, and who says so; networks that differ only in them answer alike. */
#include "model/input_values.h"

#include "base/file.h"
#include "model/folder.h"
#include "model/picture.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error error;

/* ---- values ---- */

static struct input_values range(double minimum, double maximum)
{
	return input_values_of_range(minimum, maximum, INPUT_ASSUMED);
}

static struct input_values mode(enum input_mode mode)
{
	return input_values_of_mode(mode, INPUT_ASSUMED);
}

static void every_byte(void)
{
	struct input_values unit = range(0, 1), bytes = range(0, 255), tf = mode(INPUT_TF);
	int wrong = 0;
	for (int i = 0; i < 256; i++) {
		unsigned char byte = (unsigned char)i;
		float value;
		struct shape shape = {1, 1, 1, false};
		input_values_of_bytes(&unit, &byte, shape, &value);
		wrong += value != (float)(i / 255.0);
		input_values_of_bytes(&bytes, &byte, shape, &value);
		wrong += value != (float)i;
		input_values_of_bytes(&tf, &byte, shape, &value);
		wrong += value != (float)(i / 127.5 - 1);
	}
	is_integer(wrong, 0, "0..1, 0..255 and -1..1 are exact for every byte");
}

/* By hand, from Keras' formulas; red, green, blue are 10, 20, 30. */
static void modes_of_keras(void)
{
	static const unsigned char pixel[] = {10, 20, 30};
	static const struct {
		enum input_mode mode;
		double expected[3];
	} cases[] = {
		{INPUT_CAFFE, {30 - 103.939, 20 - 116.779, 10 - 123.68}},
		{INPUT_TF, {10 / 127.5 - 1, 20 / 127.5 - 1, 30 / 127.5 - 1}},
		{INPUT_TORCH, {-1.9466563918, -1.6855742297, -1.2815686275}},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct input_values values = mode(cases[i].mode);
		struct shape shape = {1, 1, 3, false};
		float input[3];
		unsigned char again[3];
		input_values_of_bytes(&values, pixel, shape, input);
		for (int c = 0; c < 3; c++)
			is_near((double)input[c], cases[i].expected[c], 1e-5,
				input_mode_names[cases[i].mode]);
		input_values_to_bytes(&values, input, shape, again);
		ok(memcmp(again, pixel, 3) == 0, "... and back to bytes");
	}
}

/* A record of bytes, and one of floats of any range, is the same picture. */
static void tensors(void)
{
	static const unsigned char bytes[] = {0, 20, 30, 255, 1, 77};
	static const enum input_mode modes[] = {INPUT_CAFFE, INPUT_TORCH};
	struct shape shape = {1, 2, 3, false};
	struct stream_head head = {.height = 1, .width = 2, .channels = 3, .maximum = 255};
	float floats[6], expected[6], input[6];
	for (int i = 0; i < 6; i++)
		floats[i] = (float)(bytes[i] / 127.5 - 1);
	for (size_t m = 0; m < 2; m++) {
		struct input_values values = mode(modes[m]);
		double worst = 0;
		input_values_of_bytes(&values, bytes, shape, expected);
		head.type = STREAM_U8;
		head.minimum = 0;
		head.maximum = 255;
		input_values_of_tensor(&values, &head, bytes, input);
		ok(memcmp(input, expected, sizeof input) == 0, "a record of bytes");
		head.type = STREAM_F32;
		head.minimum = -1;
		head.maximum = 1;
		input_values_of_tensor(&values, &head, floats, input);
		for (int i = 0; i < 6; i++)
			worst = fmax(worst, fabs((double)input[i] - (double)expected[i]));
		is_near(worst, 0, 2e-5, "a record of floats of -1..1");
	}
}

/* ---- the first layers ---- */

static void add(struct graph *graph, struct layer layer)
{
	snprintf(layer.name, sizeof layer.name, "layer%d", graph->layer_count);
	if (graph_append(graph, &layer, &error) < 0)
		exit(1);
}

static struct layer constants(enum layer_kind kind, float multiplier, float offset)
{
	struct layer layer = layer_defaults(kind, "");
	layer.constant_count = 1;
	layer.multipliers[0] = multiplier;
	layer.offsets[0] = offset;
	return layer;
}

static struct graph start(void)
{
	return (struct graph){.name = "test", .input = {4, 4, 3, false}};
}

/* What the layers say of white; 0: nothing. */
static double said(struct graph *graph)
{
	struct input_values values;
	double white = 0;
	add(graph, layer_defaults(LAYER_FLATTEN, ""));
	if (input_values_of_layers(&values, graph, NULL))
		white = values.scale[0] + values.offset[0];
	graph_free(graph);
	return white;
}

static void first_layers(void)
{
	static const struct {
		const char *name;
		enum layer_kind kind;
		float multipliers[2], offsets[2]; /* of two layers; 0: none */
		double white;
	} cases[] = {
		{"Rescaling(1/255)", LAYER_RESCALING, {1 / 255.f}, {0}, 255},
		{"Rescaling(1/127.5, -1)", LAYER_RESCALING, {1 / 127.5f}, {-1}, 255},
		{"truediv by 127.5, subtract 1", LAYER_RESCALING, {1 / 127.5f, 1}, {0, -1}, 255},
		{"subtract 127.5, truediv by 127.5", LAYER_RESCALING, {1, 1 / 127.5f}, {-127.5f, 0},
			255},
		{"subtract 123.68", LAYER_RESCALING, {1}, {-123.68f}, 255},
		{"x * 2 - 1", LAYER_RESCALING, {2}, {-1}, 1},
		{"x * 2, - 1", LAYER_RESCALING, {2, 1}, {0, -1}, 1},
		{"x * 255", LAYER_RESCALING, {255}, {0}, 1},
		{"x * 1", LAYER_RESCALING, {1}, {0}, 0},
		{"(x + 1) * 127.5", LAYER_RESCALING, {1, 127.5f}, {1, 0}, 0},
		{"Normalization of mean 120", LAYER_NORMALIZATION, {4000}, {120}, 255},
		{"Normalization of variance 4000", LAYER_NORMALIZATION, {4000}, {0}, 255},
		{"Normalization of mean 0.485", LAYER_NORMALIZATION, {0.05f}, {0.485f}, 1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct graph graph = start();
		add(&graph, layer_defaults(LAYER_IDENTITY, ""));
		for (int k = 0; k < 2 && cases[i].multipliers[k] != 0; k++)
			add(&graph,
				constants(cases[i].kind, cases[i].multipliers[k],
					cases[i].offsets[k]));
		is_near(said(&graph), cases[i].white, 1e-9, cases[i].name);
	}
	struct graph efficient_net = start(), convolution_first = start();
	add(&efficient_net, constants(LAYER_RESCALING, 1 / 255.f, 0));
	add(&efficient_net, constants(LAYER_NORMALIZATION, 0.05f, 0.485f));
	is_near(said(&efficient_net), 255, 0, "Rescaling and Normalization of EfficientNet");
	struct layer convolution = layer_defaults(LAYER_CONVOLUTION, "");
	convolution.filters = convolution.kernel_height = convolution.kernel_width = 3;
	add(&convolution_first, convolution);
	add(&convolution_first, constants(LAYER_RESCALING, 1 / 255.f, 0));
	is_near(said(&convolution_first), 0, 0, "what comes after a convolution says nothing");
}

/* A layer's mean and variance may be weights. */
static void measured(void)
{
	struct graph graph = start();
	struct network *network;
	struct input_values values;
	add(&graph, layer_defaults(LAYER_NORMALIZATION, ""));
	add(&graph, layer_defaults(LAYER_FLATTEN, ""));
	if (network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error))
		exit(1);
	ok(input_values_need_weights(&graph),
		"a Normalization without constants needs its weights");
	ok(!input_values_of_layers(&values, &graph, NULL), "without them it says nothing");
	ok(!input_values_of_layers(&values, &graph, network), "nor with mean 0 and variance 1");
	for (int c = 0; c < 3; c++) {
		network_parameter_values(network, 0)[c] = 120;
		network_parameter_values(network, 1)[c] = 4000;
	}
	ok(input_values_of_layers(&values, &graph, network) && values.scale[2] == 255,
		"a mean of 120 is one of bytes");
	network_destroy(network);
	graph_free(&graph);
}

/* ---- the card ---- */

static void cards(void)
{
	static const struct {
		const char *text, *reason; /* NULL: valid */
		int result;
		double black, white;
	} cases[] = {
		{"{}", NULL, 0, 0, 0},
		{"{\"input\": {\"width\": 3}}", NULL, 0, 0, 0},
		{"{\"input\": {\"minimum\": -1, \"maximum\": 1}}", NULL, 1, -1, 1},
		{"{\"input\": {\"minimum\": 0, \"maximum\": 255.0}}", NULL, 1, 0, 255},
		{"{\"tool\": \"cnn-train\", \"input\": {\"minimum\": 0, \"maximum\": 255}}", NULL,
			1, 0, 1},
		{"{\"tool\": \"cnn-train\", \"input\": {\"minimum\": 0, \"maximum\": 255}, "
		 "\"data\": {\"range\": [0, 1]}}",
			NULL, 1, 0, 255},
		{"{\"input\": {\"mode\": \"tf\", \"minimum\": 0, \"maximum\": 255}}", NULL, 1, -1,
			1},
		{"{\"input\": {\"minimum\": 1, \"maximum\": 1}}",
			"minimum 1 and maximum 1 of its input are no range", -1, 0, 0},
		{"{\"input\": {\"minimum\": 0, \"maximum\": 1e300}}",
			"minimum 0 and maximum 1e+300 of its input are no range", -1, 0, 0},
		{"{\"input\": {\"maximum\": 1}}",
			"minimum and maximum of its input are not two numbers", -1, 0, 0},
		{"{\"input\": {\"minimum\": \"0\", \"maximum\": 1}}",
			"minimum and maximum of its input are not two numbers", -1, 0, 0},
		{"{\"input\": {\"mode\": \"vgg\"}}", "unknown mode 'vgg' of its input", -1, 0, 0},
		{"{\"input\": {\"mode\": 3}}", "the mode of its input is not a string", -1, 0, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct input_values values;
		json_t *card = json_loads(cases[i].text, 0, NULL);
		int result = input_values_read(&values, card, &error);
		is_integer(result, cases[i].result, cases[i].text);
		if (cases[i].reason)
			is_text(error.reason, cases[i].reason, "... is refused");
		if (result == 1)
			ok(values.offset[0] == cases[i].black &&
					values.offset[0] + values.scale[0] == cases[i].white,
				"... black and white");
		json_decref(card);
	}
}

static void written_is_read(void)
{
	struct input_values all[] = {range(0, 1), range(-1, 1), range(0, 255), mode(INPUT_CAFFE),
		mode(INPUT_TORCH)};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct input_values read;
		json_t *card =
			json_pack("{s:o}", "input", input_values_write(json_object(), &all[i]));
		ok(input_values_read(&read, card, &error) == 1 && read.mode == all[i].mode &&
				memcmp(read.scale, all[i].scale, sizeof read.scale) == 0 &&
				memcmp(read.offset, all[i].offset, sizeof read.offset) == 0,
			"what is written is read again");
		json_decref(card);
	}
}

/* ---- who is asked first ---- */

static void is_said_by(struct model *model, const struct input_values *option,
	enum input_source source, double white, const char *name)
{
	struct picture_settings settings;
	if (!ok(picture_settings_read(&settings, model, option, &error) == 0, "%s", name)) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	is_integer(settings.values.source, source, "... who says it");
	is_near(settings.values.scale[0] + settings.values.offset[0], white, 1e-9, "... white");
}

static void precedence(void)
{
	struct input_values wish = input_values_of_range(0, 7, INPUT_OF_OPTION),
			    caffe = input_values_of_mode(INPUT_CAFFE, INPUT_OF_OPTION),
			    tf = input_values_of_mode(INPUT_TF, INPUT_OF_OPTION);
	struct model model = {.graph = start()};
	struct picture_settings settings;
	add(&model.graph, layer_defaults(LAYER_FLATTEN, ""));
	is_said_by(&model, NULL, INPUT_ASSUMED, 1, "0..1 is assumed");
	model.hints.is_teachable_machine = true;
	is_said_by(&model, NULL, INPUT_OF_FORM, 1, "a model of Teachable Machine");
	ok(picture_settings_read(&settings, &model, NULL, &error) == 0 &&
			settings.values.offset[0] == -1 && settings.fit == IMAGE_CROP &&
			settings.filter == IMAGE_LANCZOS,
		"... takes -1..1 of the centre, by Lanczos");
	graph_free(&model.graph);
	model.graph = start();
	add(&model.graph, constants(LAYER_RESCALING, 1 / 255.f, 0));
	is_said_by(&model, NULL, INPUT_OF_LAYERS, 255, "layers come before the form");
	model.card =
		json_pack("{s:{s:i, s:i, s:s}}", "input", "minimum", 0, "maximum", 3, "fit", "pad");
	is_said_by(&model, NULL, INPUT_OF_CARD, 3, "the card comes before layers");
	is_said_by(&model, &wish, INPUT_OF_OPTION, 7, "the option comes before the card");
	model.graph.input.channels = 1;
	is_said_by(&model, &tf, INPUT_OF_OPTION, 1, "tf of grey pictures");
	ok(picture_settings_read(&settings, &model, &caffe, &error) < 0, "caffe of grey pictures");
	is_text(error.reason, "mode caffe is of 3 channels; the network takes 1", "... is refused");
	json_decref(model.card);
	graph_free(&model.graph);
}

/* ---- the same network for other values ---- */

enum { FILTERS = 5, CLASSES = 3 };

/* A picture of noise. */
static void write_picture(const char *path)
{
	struct image image;
	if (image_create(&image, 9, 8, 3, &error))
		exit(1);
	for (int i = 0; i < 9 * 8 * 3; i++)
		image.pixels[i] = (unsigned char)(i * i * 31 + i * 7);
	if (image_write_png(&image, path, &error))
		exit(1);
	image_free(&image);
}

/* A network for levels of 0..1, changed to take `values`: its first kernel reads value / scale, and
 * its bias adds what -offset / scale makes. */
static struct network *make_network(const struct input_values *values)
{
	struct graph graph = {.name = "test", .input = {8, 9, 3, false}};
	struct network *network;
	struct layer convolution = layer_defaults(LAYER_CONVOLUTION, ""),
		     dense = layer_defaults(LAYER_DENSE, "");
	convolution.filters = FILTERS;
	convolution.kernel_height = convolution.kernel_width = 3;
	convolution.activation.kind = ACTIVATION_RELU;
	dense.filters = CLASSES;
	dense.activation.kind = ACTIVATION_SOFTMAX;
	add(&graph, convolution);
	add(&graph, layer_defaults(LAYER_GLOBAL_AVERAGE_POOLING, ""));
	add(&graph, dense);
	if (network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error))
		exit(1);
	graph_free(&graph);
	network_initialize(network, 3);
	float *kernel = network_parameter_values(network, 0),
	      *bias = network_parameter_values(network, 1), original[9 * 3 * FILTERS];
	memcpy(original, kernel, sizeof original);
	for (int i = 0; i < 9 * 3 * FILTERS; i++) {
		int place = i / (3 * FILTERS), c = i / FILTERS % 3, filter = i % FILTERS;
		int from = values->is_bgr ? 2 - c : c;
		double weight = (double)original[(place * 3 + from) * FILTERS + filter];
		kernel[i] = (float)(weight / values->scale[c]);
		bias[filter] -= (float)(weight * values->offset[c] / values->scale[c]);
	}
	return network;
}

/* Saves the network as a folder with a card, loads it, and predicts the picture. */
static void predict(const struct input_values *values, const char *picture,
	float probabilities[CLASSES])
{
	char folder[512];
	struct model model;
	struct picture_settings settings;
	unsigned char *bytes;
	size_t size;
	float input[8 * 9 * 3];
	struct text_list labels = {0};
	struct network *network = make_network(values);
	json_t *card = json_pack("{s:o}", "input", input_values_write(json_object(), values));
	snprintf(folder, sizeof folder, "%s/model", scratch());
	if (text_list_add(&labels, "a", &error) || text_list_add(&labels, "b", &error) ||
		text_list_add(&labels, "c", &error) || file_make_folder(folder, &error) ||
		model_save(folder, network, &labels, card, &error) ||
		model_load(&model, folder,
			&(struct model_options){.mode = NETWORK_PREDICT, .batch = 1}, &error) ||
		picture_settings_read(&settings, &model, NULL, &error) ||
		file_read(picture, 1 << 20, &bytes, &size, &error) ||
		picture_input(input, bytes, size, picture, &settings, model.graph.input, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	network_forward(model.network, input, 1, NULL, probabilities);
	free(bytes);
	model_free(&model);
	json_decref(card);
	text_list_free(&labels);
	network_destroy(network);
}

static void folders(void)
{
	static const char *const names[] = {"-1..1", "0..255", "caffe", "torch"};
	struct input_values unit = range(0, 1),
			    others[] = {range(-1, 1), range(0, 255), mode(INPUT_CAFFE),
				    mode(INPUT_TORCH)};
	float expected[CLASSES], probabilities[CLASSES];
	char picture[512];
	snprintf(picture, sizeof picture, "%s/picture.png", scratch());
	write_picture(picture);
	predict(&unit, picture, expected);
	ok(fabsf(expected[0] - expected[1]) > 1e-3f, "a network with an opinion");
	for (int i = 0; i < 4; i++) {
		double worst = 0;
		predict(&others[i], picture, probabilities);
		for (int k = 0; k < CLASSES; k++)
			worst = fmax(worst, fabs((double)(probabilities[k] - expected[k])));
		is_near(worst, 0, 1e-6, names[i]);
	}
}

static void applications(void)
{
	static const struct {
		const char *name;
		int mode; /* enum input_mode, or -2: the name says nothing */
	} names[] = {{"mobilenetv2_0.35_224", INPUT_TF}, {"mobilenet_1.00_128", INPUT_TF},
		{"resnet50v2", INPUT_TF}, {"resnet50", INPUT_CAFFE}, {"vgg16", INPUT_CAFFE},
		{"densenet121", INPUT_TORCH}, {"vgg16_of_mine", -2}, {"resnet5", -2},
		{"mobilenetv2", -2}, {"sequential", -2}, {"", -2}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct input_values values = {.mode = INPUT_RANGE};
		bool said = input_values_of_name(&values, names[i].name);
		is_integer(said ? (int)values.mode : -2, names[i].mode, names[i].name);
	}
}

int main(void)
{
	every_byte();
	modes_of_keras();
	tensors();
	first_layers();
	measured();
	cards();
	written_is_read();
	precedence();
	applications();
	folders();
	return done();
}
