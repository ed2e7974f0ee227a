/* From layers to operations: what is computed together. */
#include "nn/convolution.h"

#include <string.h>

static int padding_before(int out, int stride, int kernel, int in)
{
	int total = (out - 1) * stride + kernel - in;
	return total > 0 ? total / 2 : 0;
}

static struct window window_of(const struct layer *layer, struct shape in, struct shape out)
{
	struct window window = {
		.height = (out.height - 1) * layer->stride_height + layer->kernel_height,
		.width = (out.width - 1) * layer->stride_width + layer->kernel_width,
	};
	if (layer->padding == PADDING_SAME) {
		window.top = padding_before(out.height, layer->stride_height, layer->kernel_height,
			in.height);
		window.left = padding_before(out.width, layer->stride_width, layer->kernel_width,
			in.width);
	}
	return window;
}

static const struct operation_kind *kind_of(enum layer_kind kind)
{
	switch (kind) {
	case LAYER_CONVOLUTION:
		return &convolution_kind;
	case LAYER_DEPTHWISE_CONVOLUTION:
		return &depthwise_kind;
	case LAYER_DENSE:
		return &dense_kind;
	case LAYER_MAX_POOLING:
		return &max_pooling_kind;
	case LAYER_AVERAGE_POOLING:
	case LAYER_GLOBAL_AVERAGE_POOLING:
		return &average_pooling_kind;
	case LAYER_DROPOUT:
		return &dropout_kind;
	case LAYER_BATCH_NORMALIZATION:
		return &normalization_kind;
	default:
		return &activation_kind;
	}
}

static bool has_weights(const struct layer *layer)
{
	return layer->kind == LAYER_CONVOLUTION || layer->kind == LAYER_DEPTHWISE_CONVOLUTION ||
		layer->kind == LAYER_DENSE;
}

/* Whether the activation may be part of another operation: one with a maximum after it too, and
 * without a copy of its input. */
static bool fuses(struct activation activation)
{
	return activation_is_elementwise(activation.kind) &&
		activation_derives_from_output(activation.kind);
}

static bool is_final(struct activation activation)
{
	return activation.kind == ACTIVATION_SIGMOID || activation.kind == ACTIVATION_SOFTMAX;
}

static bool is_small_pool(const struct layer *layer, struct shape in)
{
	return layer->kind == LAYER_MAX_POOLING && layer->kernel_height == 2 &&
		layer->kernel_width == 2 && layer->stride_height == 2 && layer->stride_width == 2 &&
		(layer->padding == PADDING_VALID || (in.height % 2 == 0 && in.width % 2 == 0));
}

/* The state of planning: `next` is the index of the next layer. */
struct planner {
	struct network *network;
	const struct layer *layers;
	int next, count;
};

static struct operation *append(struct planner *planner, int layer)
{
	struct network *network = planner->network;
	struct operation *operation = &network->operations[network->operation_count++];
	const struct layer *source = &planner->layers[layer];
	*operation = (struct operation){.kind = kind_of(source->kind),
		.layer = source,
		.first_layer = layer,
		.last_layer = layer,
		.activation = {.kind = ACTIVATION_LINEAR},
		.in = layer ? network->shapes[layer - 1] : network->architecture.input,
		.middle = network->shapes[layer],
		.out = network->shapes[layer]};
	if (has_weights(source) && source->kind != LAYER_DENSE)
		operation->window = window_of(source, operation->in, operation->out);
	if (source->kind == LAYER_MAX_POOLING || source->kind == LAYER_AVERAGE_POOLING)
		operation->window = window_of(source, operation->in, operation->out);
	for (int i = network->parameter_count; i-- > 0;)
		if (network->parameters[i].layer_index == layer)
			operation->first_parameter = i;
	return operation;
}

/* An activation as an operation of its own: an activation layer's, or that of a layer with
 * weights. */
static void append_activation(struct planner *planner, int layer, const struct layer *source)
{
	struct operation *operation = append(planner, layer);
	operation->kind = &activation_kind;
	operation->in = operation->out;
	operation->activation = source->activation;
}

static void fuse_into(struct operation *operation, const struct layer *source, int layer)
{
	operation->activation = source->activation;
	operation->last_layer = layer;
}

/* The next layer, if it is of `kind`, else NULL. */
static const struct layer *upcoming(const struct planner *planner, enum layer_kind kind)
{
	const struct layer *layer = &planner->layers[planner->next];
	return planner->next < planner->count && layer->kind == kind ? layer : NULL;
}

/* Fuses an activation layer that follows into the operation. */
static void fuse_activation(struct planner *planner, struct operation *operation)
{
	const struct layer *layer = upcoming(planner, LAYER_ACTIVATION);
	if (layer && fuses(layer->activation) && operation->activation.kind == ACTIVATION_LINEAR &&
		!(planner->next == planner->count - 1 && is_final(layer->activation)))
		fuse_into(operation, layer, planner->next++);
}

/* Fuses the normalisation, activation and max-pool that follow a layer with weights into its
 * operation. */
static void fuse(struct planner *planner, struct operation *operation)
{
	struct network *network = planner->network;
	const struct layer *layer = upcoming(planner, LAYER_BATCH_NORMALIZATION);
	if (layer && network->mode == NETWORK_PREDICT &&
		operation->activation.kind == ACTIVATION_LINEAR) {
		operation->normalization = layer;
		operation->last_layer = planner->next++;
		for (int i = network->parameter_count; i-- > 0;)
			if (network->parameters[i].layer_index == operation->last_layer)
				operation->normalization_parameter = i;
	}
	fuse_activation(planner, operation);
	layer = upcoming(planner, LAYER_MAX_POOLING);
	if (layer && operation->kind == &convolution_kind && is_small_pool(layer, operation->out)) {
		operation->pools = true;
		operation->last_layer = planner->next;
		operation->out = network->shapes[planner->next++];
	}
}

static void plan_layer(struct planner *planner)
{
	int index = planner->next++;
	const struct layer *layer = &planner->layers[index];
	bool last = index == planner->count - 1;
	bool final = last && is_final(layer->activation) &&
		(has_weights(layer) || layer->kind == LAYER_ACTIVATION);
	if (final) {
		planner->network->final_activation = layer->activation;
		planner->network->final_layer = index;
	}
	if (layer->kind == LAYER_ACTIVATION) {
		if (!final)
			append_activation(planner, index, layer);
	} else if (has_weights(layer)) {
		struct operation *operation = append(planner, index);
		bool is_fusable = fuses(layer->activation) && !final;
		if (is_fusable)
			fuse_into(operation, layer, index);
		if (is_fusable && planner->network->mode != NETWORK_EXPLAIN)
			fuse(planner, operation);
		if (!is_fusable && !final)
			append_activation(planner, index, layer);
	} else if (layer->kind == LAYER_BATCH_NORMALIZATION) {
		struct operation *operation = append(planner, index);
		if (planner->network->mode != NETWORK_EXPLAIN)
			fuse_activation(planner, operation);
	} else if (layer->kind != LAYER_FLATTEN &&
		!(layer->kind == LAYER_DROPOUT && planner->network->mode != NETWORK_TRAIN))
		append(planner, index);
}

static bool is_convolution(const struct operation *operation)
{
	return operation->kind == &convolution_kind || operation->kind == &depthwise_kind;
}

/* Fuses batch normalisation, in training, with the convolutions before and after it. A sparse
 * convolution reads its gradient more than once and leaves it as it is, so none is fused into its
 * backward. */
static void link_normalizations(struct network *network)
{
	struct operation *end = network->operations + network->operation_count;
	for (struct operation *operation = network->operations; operation < end; operation++) {
		if (operation->kind != &normalization_kind)
			continue;
		if (operation > network->operations && is_convolution(operation - 1) &&
			!is_sparse(network, operation - 1))
			operation[-1].fused_output_normalization = operation;
		operation->is_fused = operation + 1 < end && is_convolution(operation + 1);
		if (operation->is_fused)
			operation[1].fused_input_normalization = operation;
	}
}

void plan_operations(struct network *network)
{
	struct planner planner = {network, network->architecture.layers, 0,
		network->architecture.layer_count};
	network->final_activation = activation_default(ACTIVATION_LINEAR);
	network->final_layer = -1;
	while (planner.next < planner.count) {
		int first = planner.next;
		plan_layer(&planner);
		for (int i = first; i < planner.next; i++)
			network->operation_ends[i] = network->operation_count;
	}
	if (network->mode == NETWORK_TRAIN)
		link_normalizations(network);
}
