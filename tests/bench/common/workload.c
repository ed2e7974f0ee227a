#include "workload.h"

#include "base/progress.h"
#include "base/random.h"

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

static struct layer *add_layer(struct architecture *architecture, enum layer_kind kind)
{
	struct layer *layer = &architecture->layers[architecture->layer_count];
	*layer = (struct layer){.kind = kind, .stride_height = 1, .stride_width = 1};
	snprintf(layer->name, sizeof layer->name, "layer%d", architecture->layer_count++);
	return layer;
}

static void add_convolution(struct architecture *architecture, enum layer_kind kind, int kernel,
	int stride, int filters)
{
	struct layer *layer = add_layer(architecture, kind);
	layer->filters = filters;
	layer->kernel_height = layer->kernel_width = kernel;
	layer->stride_height = layer->stride_width = stride;
	layer->padding = PADDING_SAME;
	layer = add_layer(architecture, LAYER_BATCH_NORMALIZATION);
	layer->momentum = 0.9f;
	layer->epsilon = 1e-3f;
	layer->center = layer->scale = true;
	add_layer(architecture, LAYER_ACTIVATION)->activation.kind = ACTIVATION_RELU;
}

static void add_word(struct architecture *architecture, const char *word)
{
	int kernel, stride, filters;
	if (sscanf(word, "c%d/%dx%d", &kernel, &stride, &filters) == 3)
		add_convolution(architecture, LAYER_CONVOLUTION, kernel, stride, filters);
	else if (sscanf(word, "d%d/%d", &kernel, &stride) == 2)
		add_convolution(architecture, LAYER_DEPTHWISE_CONVOLUTION, kernel, stride, 1);
	else
		require(1, &(struct error){"network", "unknown layer"});
}

void network_from_text(struct architecture *out, const char *text, int side)
{
	struct shape input = {side, side, 3};
	struct error error;
	if (strcmp(text, "original") == 0) {
		require(architecture_original(out, input, BENCH_CLASSES, ACTIVATION_SOFTMAX,
				&error),
			&error);
		return;
	}
	char words[1024];
	snprintf(words, sizeof words, "%s", text);
	*out = (struct architecture){.name = "network",
		.input = input,
		.layers = calloc(LAYERS_MAXIMUM, sizeof *out->layers)};
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		add_word(out, word);
	add_layer(out, LAYER_GLOBAL_AVERAGE_POOLING);
	struct layer *last = add_layer(out, LAYER_DENSE);
	last->filters = BENCH_CLASSES;
	last->use_bias = true;
	add_layer(out, LAYER_ACTIVATION)->activation.kind = ACTIVATION_SOFTMAX;
}

/* ---- floating-point operations ---- */

static double layer_flops(const struct layer *layer, struct shape in, struct shape out)
{
	double taps = (double)layer->kernel_height * layer->kernel_width;
	switch (layer->kind) {
	case LAYER_CONVOLUTION:
		return 2 * taps * in.channels * out.height * out.width * out.channels;
	case LAYER_DEPTHWISE_CONVOLUTION:
		return 2 * taps * out.height * out.width * out.channels;
	case LAYER_DENSE:
		return 2.0 * in.channels * out.channels;
	default:
		return 0;
	}
}

/* The sum over layers, by a factor for the first one, which needs no input gradient, and one for
 * the others. */
static double total_flops(const struct architecture *architecture, double first_factor,
	double other_factor)
{
	struct shape shapes[LAYERS_MAXIMUM], in = architecture->input;
	struct error error;
	require(architecture_shapes(architecture, shapes, &error), &error);
	double flops = 0;
	for (int i = 0; i < architecture->layer_count; in = shapes[i++])
		flops += layer_flops(&architecture->layers[i], in, shapes[i]) *
			(i ? other_factor : first_factor);
	return flops;
}

double forward_flops(const struct architecture *architecture)
{
	return total_flops(architecture, 1, 1);
}

double training_flops(const struct architecture *architecture)
{
	return total_flops(architecture, 2, 3);
}

/* ---- running ---- */

void workload_open(struct workload *workload, const struct architecture *architecture,
	enum network_mode mode, int batch, struct parallel *pool)
{
	struct shape input = architecture->input;
	size_t values =
		(size_t)batch * (size_t)input.height * (size_t)input.width * (size_t)input.channels;
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	struct error error;
	*workload = (struct workload){
		.targets = calloc((size_t)batch * BENCH_CLASSES, sizeof(float)),
		.logits = malloc((size_t)batch * BENCH_CLASSES * sizeof(float)),
		.batch = batch,
	};
	require(network_create(&workload->network, architecture, mode, batch, pool, &error),
		&error);
	workload->images = mode == NETWORK_PREDICT ? malloc(values * sizeof(float))
						   : network_input(workload->network);
	require(!workload->images || !workload->targets || !workload->logits,
		&(struct error){"batch", "out of memory"});
	/* The sequence of random numbers is shorter than a large batch; repetition does not affect
	 * the time. */
	for (size_t i = 0; i < values; i++)
		workload->images[i] =
			i < 150000 ? random_uniform(&random) : workload->images[i - 150000];
	for (int i = 0; i < batch; i++)
		workload->targets[i * BENCH_CLASSES + i % BENCH_CLASSES] = 1;
	network_initialize(workload->network, 1);
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
