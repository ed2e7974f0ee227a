/* Which operations compute the layers with weights. */
#include "nn/convolution.h"
#include "nn/dense.h"

static bool is_dilated(const struct layer *layer)
{
	return layer->dilation_height > 1 || layer->dilation_width > 1;
}

/* A convolution with a group for each input channel is a depthwise one. */
static void plan_convolution(struct planner *planner, int node)
{
	const struct layer *layer = graph_layer(planner->graph, node);
	int channels = graph_shape(planner->graph, planner->network->shapes,
		graph_input(planner->graph, node, 0))
			       .channels;
	if (layer->groups == 1 || layer->groups != channels || is_dilated(layer)) {
		plan_weighted(planner, node, plan_append(planner, node, &convolution_kind, layer));
		return;
	}
	struct layer *copy = plan_copy_layer(planner, node);
	copy->multiplier = layer->filters / channels;
	copy->groups = 1;
	plan_weighted(planner, node, plan_append(planner, node, &depthwise_kind, copy));
}

/* The depthwise convolution of a layer, as an operation of `kind`. */
static struct operation *append_depthwise(struct planner *planner, int node)
{
	struct layer *copy = plan_copy_layer(planner, node);
	struct operation *operation = plan_append(planner, node,
		is_dilated(copy) ? &convolution_kind : &depthwise_kind, copy);
	int channels = operation->in.channels;
	if (!is_dilated(copy))
		return operation;
	copy->groups = channels;
	copy->filters = channels * copy->multiplier;
	return operation;
}

static void plan_depthwise(struct planner *planner, int node)
{
	plan_weighted(planner, node, append_depthwise(planner, node));
}

static void plan_separable(struct planner *planner, int node)
{
	struct operation *depthwise = append_depthwise(planner, node);
	struct layer *first = &planner->network->layers[planner->network->layer_count - 1];
	struct shape out = depthwise->out, middle = out;
	first->use_bias = false;
	middle.channels = depthwise->in.channels * first->multiplier;
	plan_set_shape(depthwise, middle);
	depthwise->parameter_count = 1;
	struct layer *second = plan_copy_layer(planner, node);
	second->kernel_height = second->kernel_width = 1;
	second->stride_height = second->stride_width = 1;
	second->dilation_height = second->dilation_width = 1;
	second->padding = PADDING_VALID;
	struct operation *pointwise = plan_append_to(planner, node, &convolution_kind, second, out);
	pointwise->first_parameter++;
	pointwise->parameter_count--;
	plan_weighted(planner, node, pointwise);
}

/* On a picture it is a convolution of 1x1 pixel. */
static void plan_dense(struct planner *planner, int node)
{
	const struct layer *layer = graph_layer(planner->graph, node);
	struct shape in = graph_shape(planner->graph, planner->network->shapes,
		graph_input(planner->graph, node, 0));
	if (in.height * in.width == 1) {
		plan_weighted(planner, node, plan_append(planner, node, &dense_kind, layer));
		return;
	}
	struct layer *copy = plan_copy_layer(planner, node);
	copy->kernel_height = copy->kernel_width = 1;
	plan_weighted(planner, node, plan_append(planner, node, &convolution_kind, copy));
}

const struct layer_operation operation_of_CONVOLUTION = {&convolution_kind, plan_convolution};
const struct layer_operation operation_of_DEPTHWISE_CONVOLUTION = {&depthwise_kind, plan_depthwise};
const struct layer_operation operation_of_SEPARABLE_CONVOLUTION = {&depthwise_kind, plan_separable};
const struct layer_operation operation_of_DENSE = {&dense_kind, plan_dense};
