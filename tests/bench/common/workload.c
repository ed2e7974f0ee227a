#include "workload.h"

#include "networks.h"

#include "architectures/architectures.h"
#include "base/progress.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double calls_per_second(void function(void *context), void *context)
{
	const char *span = getenv("SPAN");
	double span_seconds = span ? atof(span) : 1, elapsed;
	long calls = 0;
	function(context);
	double start = progress_clock();
	do {
		function(context);
		calls++;
	} while ((elapsed = progress_clock() - start) < span_seconds);
	return calls / elapsed;
}

void require(int failed, const struct error *error)
{
	if (!failed)
		return;
	fprintf(stderr, "bench: %s: %s\n", error->object, error->reason);
	exit(1);
}

/* ---- networks ---- */

static void append(struct graph *graph, struct layer layer)
{
	struct error error;
	snprintf(layer.name, sizeof layer.name, "layer%d", graph->layer_count);
	require(graph_append(graph, &layer, &error) < 0, &error);
}

static void append_activation(struct graph *graph, enum activation_kind activation)
{
	struct layer layer = layer_defaults(LAYER_ACTIVATION, "");
	layer.activation = activation_default(activation);
	append(graph, layer);
}

static void append_convolution(struct graph *graph, enum layer_kind kind, int kernel, int stride,
	int filters)
{
	struct layer layer = layer_defaults(kind, "");
	layer.filters = filters;
	layer.kernel_height = layer.kernel_width = kernel;
	layer.stride_height = layer.stride_width = stride;
	layer.padding = PADDING_SAME;
	layer.use_bias = false;
	append(graph, layer);
	layer = layer_defaults(LAYER_BATCH_NORMALIZATION, "");
	layer.momentum = 0.9f;
	append(graph, layer);
	append_activation(graph, ACTIVATION_RELU);
}

static void append_word(struct graph *graph, const char *word)
{
	int kernel, stride, filters;
	if (sscanf(word, "c%d/%dx%d", &kernel, &stride, &filters) == 3)
		append_convolution(graph, LAYER_CONVOLUTION, kernel, stride, filters);
	else if (sscanf(word, "d%d/%d", &kernel, &stride) == 2)
		append_convolution(graph, LAYER_DEPTHWISE_CONVOLUTION, kernel, stride, 1);
	else
		require(1, &(struct error){.object = "network", .reason = "unknown layer"});
}

void network_from_text(struct graph *out, const char *text, int side)
{
	struct shape input = {.height = side, .width = side, .channels = 3};
	struct error error;
	if (strcmp(text, "original") == 0) {
		require(architecture_build(out, "original", input, BENCH_CLASSES,
				ACTIVATION_SOFTMAX, &error),
			&error);
		return;
	}
	if (network_by_name(out, text, side))
		return;
	char words[1024];
	snprintf(words, sizeof words, "%s", text);
	*out = (struct graph){.name = "network", .input = input};
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		append_word(out, word);
	append(out, layer_defaults(LAYER_GLOBAL_AVERAGE_POOLING, ""));
	struct layer last = layer_defaults(LAYER_DENSE, "");
	last.filters = BENCH_CLASSES;
	append(out, last);
	append_activation(out, ACTIVATION_SOFTMAX);
}

/* ---- floating-point operations ---- */

/* 2 for each multiply-add of a weight. */
static double node_flops(const struct graph *graph, const struct shape *shapes, int node)
{
	struct parameter_shape parameters[PARAMETERS_MAXIMUM];
	const struct layer *layer = graph_layer(graph, node);
	double weights = 1;
	if (!layer_parameters(layer, graph_shape(graph, shapes, graph_input(graph, node, 0)),
		    parameters) ||
		parameters[0].initializer != INITIALIZER_GLOROT_UNIFORM)
		return 0;
	for (int i = 0; i < parameters[0].rank; i++)
		weights *= parameters[0].sides[i];
	return 2 * weights * shapes[node].height * shapes[node].width;
}

/* The sum over nodes, by a factor for the first one, which needs no input gradient, and one for
 * the others. */
static double total_flops(const struct graph *graph, double first_factor, double other_factor)
{
	struct shape *shapes = calloc((size_t)graph->node_count, sizeof *shapes);
	struct error error;
	require(!shapes || graph_shapes(graph, shapes, &error), &error);
	double flops = 0;
	for (int i = 0; i < graph->node_count; i++)
		flops += node_flops(graph, shapes, i) * (i ? other_factor : first_factor);
	free(shapes);
	return flops;
}

double forward_flops(const struct graph *graph)
{
	return total_flops(graph, 1, 1);
}

double training_flops(const struct graph *graph)
{
	return total_flops(graph, 2, 3);
}

/* ---- running ---- */

/* From the limit sqrt(6 / (fan_in + fan_out)) to sqrt(6 / fan_in), He et al. 2015; the fan in of a
 * depthwise kernel is its window. */
static void widen(const struct parameter *parameter, float *values)
{
	double field = 1;
	for (int i = 0; i < parameter->rank - 2; i++)
		field *= parameter->shape[i];
	double in = field * parameter->shape[parameter->rank - 2],
	       out = field * parameter->shape[parameter->rank - 1],
	       read = strcmp(parameter->name, "depthwise_kernel") == 0 ? field : in;
	float factor = (float)sqrt((in + out) / read);
	for (size_t i = 0; i < parameter->count; i++)
		values[i] *= factor;
}

void workload_initialize(struct network *network)
{
	network_initialize(network, 1);
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		if (parameter.initializer == INITIALIZER_GLOROT_UNIFORM)
			widen(&parameter, network_parameter_values(network, i));
	}
}

void workload_open(struct workload *workload, const struct graph *graph, enum network_mode mode,
	int batch, struct parallel *pool)
{
	struct shape input = graph->input;
	size_t values =
		(size_t)batch * (size_t)input.height * (size_t)input.width * (size_t)input.channels;
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	struct error error;
	*workload = (struct workload){
		.targets = calloc((size_t)batch * BENCH_CLASSES, sizeof(float)),
		.logits = malloc((size_t)batch * BENCH_CLASSES * sizeof(float)),
		.batch = batch,
	};
	require(network_create(&workload->network, graph, mode, batch, pool, &error), &error);
	workload->images = mode == NETWORK_PREDICT ? malloc(values * sizeof(float))
						   : network_input(workload->network);
	require(!workload->images || !workload->targets || !workload->logits,
		&(struct error){.object = "batch", .reason = "out of memory"});
	/* The sequence of random numbers is shorter than a large batch; repetition does not affect
	 * the time. */
	for (size_t i = 0; i < values; i++)
		workload->images[i] =
			i < 150000 ? random_uniform(&random) : workload->images[i - 150000];
	for (int i = 0; i < batch; i++)
		workload->targets[i * BENCH_CLASSES + i % BENCH_CLASSES] = 1;
	workload_initialize(workload->network);
	struct training_options options = training_defaults(OPTIMIZER_ADAM);
	if (mode == NETWORK_TRAIN)
		network_train_start(workload->network, &options);
}

void workload_close(struct workload *workload)
{
	if (workload->images != network_input(workload->network))
		free(workload->images);
	network_destroy(workload->network);
	free(workload->targets);
	free(workload->logits);
}

/* With a learning rate so small that the network does not change: if it overfitted the batch,
 * gradients would vanish, and kernels that skip zeros would be faster. */
static void train(void *context)
{
	struct workload *workload = context;
	network_train_step(workload->network, workload->images, workload->targets, workload->batch,
		1e-9f, workload->step++);
}

static void predict(void *context)
{
	struct workload *workload = context;
	network_forward(workload->network, workload->images, workload->batch, workload->logits,
		NULL);
}

double training_rate(struct workload *workload)
{
	return workload->batch * calls_per_second(train, workload);
}

double forward_rate(struct workload *workload)
{
	return workload->batch * calls_per_second(predict, workload);
}
