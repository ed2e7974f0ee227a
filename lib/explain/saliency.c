#include "explain/saliency.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>

const char *const saliency_method_names[] = {"gradient", "gradient-x-input", "smoothgrad", "integrated-gradients",
	"grad-cam", "layer-cam", NULL};

bool saliency_needs_layer(enum saliency_method method)
{
	return method == SALIENCY_GRAD_CAM || method == SALIENCY_LAYER_CAM;
}

static struct shape shape_of(const struct network *network, int layer)
{
	const struct architecture *architecture = network_architecture(network);
	if (layer == architecture->layer_count)
		return (struct shape){1, 1, network_outputs(network)};
	return layer < 0 ? architecture->input : network_shapes(network)[layer];
}

/* One picture's way through the network; the arrays hold one sample each. */
struct look {
	struct network *network;
	const struct saliency_target *target;
	int layer;            /* -1: the input */
	struct shape shape;   /* of its output */
	size_t count, inputs; /* values of its output, and of an input */
	float *input, *seed, *gradient;
	double *mean;         /* of the gradients over the samples */
};

static void look_end(struct look *look)
{
	free(look->input);
	free(look->seed);
	free(look->gradient);
	free(look->mean);
}

static int look_start(struct look *look, struct error *error)
{
	struct shape from = shape_of(look->network, look->target->layer);
	look->shape = shape_of(look->network, look->layer);
	look->count = shape_count(look->shape);
	look->inputs = shape_count(network_architecture(look->network)->input);
	look->input = malloc(look->inputs * sizeof(float));
	look->seed = calloc(shape_count(from), sizeof(float));
	look->gradient = malloc(look->count * sizeof(float));
	look->mean = calloc(look->count, sizeof(double));
	if (!look->input || !look->seed || !look->gradient || !look->mean) {
		look_end(look);
		return error_memory(error, "saliency");
	}
	float share = 1 / (float)(from.height * from.width);
	for (size_t i = (size_t)look->target->unit; i < shape_count(from); i += (size_t)from.channels)
		look->seed[i] = share;
	return 0;
}

/* Adds dz/d(layer) at look->input to the mean. */
static void add_gradient(struct look *look, int samples)
{
	network_forward(look->network, look->input, 1, NULL, NULL);
	network_backward(look->network, look->target->layer, look->seed, look->layer, look->gradient);
	for (size_t i = 0; i < look->count; i++)
		look->mean[i] += (double)look->gradient[i] / samples;
}

/* The mean gradient over the samples that the method asks for. */
static void average(struct look *look, const float *input, const struct saliency_options *options)
{
	bool noisy = options->method == SALIENCY_SMOOTHGRAD, path = options->method == SALIENCY_INTEGRATED_GRADIENTS;
	int samples = noisy || path ? options->samples : 1;
	for (int sample = 0; sample < samples; sample++) {
		struct random random = random_start(options->seed, RANDOM_EXPLAIN, options->picture, (uint64_t)sample);
		float share = path ? ((float)sample + 0.5f) / (float)samples : 1;
		for (size_t i = 0; i < look->inputs; i++)
			look->input[i] = share * input[i] + (noisy ? (float)options->noise * random_normal(&random) : 0);
		add_gradient(look, samples);
	}
}

static float largest_distance(const double *gradient, int channels)
{
	double largest = 0;
	for (int c = 0; c < channels; c++)
		largest = fmax(largest, fabs(gradient[c]));
	return (float)largest;
}

static float product(const double *gradient, const float *values, int channels)
{
	double sum = 0;
	for (int c = 0; c < channels; c++)
		sum += gradient[c] * (double)values[c];
	return (float)sum;
}

static float positive_product(const double *gradient, const float *values, int channels)
{
	double sum = 0;
	for (int c = 0; c < channels; c++)
		sum += fmax(gradient[c], 0) * (double)values[c];
	return (float)sum;
}

/* Replaces each gradient by the mean of its channel over all places: Grad-CAM's weights. */
static void average_places(struct look *look)
{
	size_t channels = (size_t)look->shape.channels;
	for (size_t c = 0; c < channels; c++) {
		double sum = 0;
		for (size_t i = c; i < look->count; i += channels)
			sum += look->mean[i];
		for (size_t i = c; i < look->count; i += channels)
			look->mean[i] = sum / (double)(look->count / channels);
	}
}

/* From gradients, one per channel, to one number per place. */
static void reduce(struct look *look, const float *input, enum saliency_method method, struct map *map)
{
	int channels = look->shape.channels;
	const float *values = look->layer < 0 ? input : network_output(look->network, look->layer);
	if (method == SALIENCY_GRAD_CAM)
		average_places(look);
	for (size_t i = 0, at = 0; at < look->count; i++, at += (size_t)channels)
		switch (method) {
		case SALIENCY_GRADIENT:
		case SALIENCY_SMOOTHGRAD:
			map->values[i] = largest_distance(look->mean + at, channels);
			break;
		case SALIENCY_GRADIENT_TIMES_INPUT:
		case SALIENCY_INTEGRATED_GRADIENTS:
			map->values[i] = product(look->mean + at, values + at, channels);
			break;
		case SALIENCY_GRAD_CAM:
			map->values[i] = fmaxf(product(look->mean + at, values + at, channels), 0);
			break;
		case SALIENCY_LAYER_CAM:
			map->values[i] = positive_product(look->mean + at, values + at, channels);
			break;
		}
}

int saliency_compute(struct network *network, const float *input, const struct saliency_target *target,
	const struct saliency_options *options, struct map *map, struct error *error)
{
	const struct architecture *architecture = network_architecture(network);
	struct look look = {.network = network, .target = target, .layer = -1};
	*map = (struct map){0};
	if (saliency_needs_layer(options->method))
		look.layer = options->layer;
	if (look_start(&look, error))
		return -1;
	struct grid grid = grid_of_layer(architecture, network_shapes(network), look.layer);
	int result = map_create(map, look.shape.height, look.shape.width, grid, error);
	if (result == 0) {
		average(&look, input, options);
		reduce(&look, input, options->method, map);
	}
	look_end(&look);
	return result;
}

/* ---- layers worth a look ---- */

bool saliency_has_places(const struct architecture *architecture, int index)
{
	for (int i = 0; i <= index; i++) {
		enum layer_kind kind = architecture->layers[i].kind;
		if (kind == LAYER_FLATTEN || kind == LAYER_DENSE || kind == LAYER_GLOBAL_AVERAGE_POOLING)
			return false;
	}
	return true;
}

static bool is_convolution(const struct layer *layer)
{
	return layer->kind == LAYER_CONVOLUTION || layer->kind == LAYER_DEPTHWISE_CONVOLUTION;
}

/* Layers that finish what a convolution began: they keep its places. */
static bool finishes_convolution(const struct layer *layer)
{
	return layer->kind == LAYER_ACTIVATION || layer->kind == LAYER_BATCH_NORMALIZATION;
}

static int last_convolution(const struct network *network)
{
	const struct architecture *architecture = network_architecture(network);
	int last = -1;
	for (int i = 0; i < architecture->layer_count && saliency_has_places(architecture, i); i++)
		if (is_convolution(&architecture->layers[i]))
			last = i;
	while (last >= 0 && last + 1 < architecture->layer_count && finishes_convolution(&architecture->layers[last + 1]))
		last++;
	return last;
}

int saliency_blocks(const struct network *network, int blocks[LAYERS_MAXIMUM])
{
	const struct architecture *architecture = network_architecture(network);
	int count = 0;
	bool open = false; /* a convolution was met since the last block's end */
	for (int i = 0; i < architecture->layer_count && saliency_has_places(architecture, i); i++) {
		const struct layer *layer = &architecture->layers[i];
		bool pooling = layer->kind == LAYER_MAX_POOLING || layer->kind == LAYER_AVERAGE_POOLING;
		bool strided = is_convolution(layer) && (layer->stride_height > 1 || layer->stride_width > 1);
		if (open && strided)
			blocks[count++] = i - 1;
		if (open && pooling)
			blocks[count++] = i;
		open = is_convolution(layer) || (open && !pooling);
		bool last = i + 1 == architecture->layer_count || !saliency_has_places(architecture, i + 1);
		if (open && last)
			blocks[count++] = i;
	}
	return count;
}

int saliency_usual_layer(const struct network *network, enum saliency_method method)
{
	int blocks[LAYERS_MAXIMUM], count = saliency_blocks(network, blocks);
	/* Behind a pooling: before it all but its winners have no gradient. */
	return method == SALIENCY_LAYER_CAM && count ? blocks[count - 1] : last_convolution(network);
}
