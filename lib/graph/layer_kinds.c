/* The kinds of layers: shapes and parameters, as Keras has them. */
#include "graph/rules.h"

/* ---- shapes that are the same, or a vector ---- */

static int same_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)layer, (void)count, (void)error;
	*out = inputs[0];
	return 0;
}

static int dense_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count;
	if (layer->filters < 1)
		return layer_refuse(layer, error, "number of units out of range");
	*out = inputs[0];
	out->channels = layer->filters;
	return 0;
}

static int global_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)count, (void)error;
	*out = (struct shape){1, 1, inputs[0].channels, !layer->keeps_dimensions};
	return 0;
}

static int flatten_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	(void)layer, (void)count, (void)error;
	*out = (struct shape){1, 1, (int)shape_count(inputs[0]), true};
	return 0;
}

static int reshape_shape(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error)
{
	size_t values = shape_count(inputs[0]), known = 1;
	int *sides[] = {&out->height, &out->width, &out->channels};
	(void)count;
	*out = layer->target;
	for (int i = 0; i < 3; i++)
		known *= *sides[i] > 0 ? (size_t)*sides[i] : 1;
	for (int i = 0; i < 3 && known; i++)
		if (*sides[i] < 0) /* what is left, once */
			*sides[i] = values % known == 0 ? (int)(values / known) : 0;
	if (shape_count(*out) != values)
		return layer_refuse(layer, error, "its %zu values do not fit the target shape",
			values);
	return 0;
}

/* ---- parameters ---- */

static int normalization_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	int count = 0;
	if (layer->scale)
		parameters[count++] = (struct parameter_shape){"gamma", 1, {in.channels}, false,
			INITIALIZER_ONES};
	if (layer->center)
		parameters[count++] = (struct parameter_shape){"beta", 1, {in.channels}, false,
			INITIALIZER_ZEROS};
	return count;
}

static int batch_normalization_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	int count = normalization_parameters(layer, in, parameters);
	parameters[count++] =
		(struct parameter_shape){"moving_mean", 1, {in.channels}, true, INITIALIZER_ZEROS};
	parameters[count++] = (struct parameter_shape){"moving_variance", 1, {in.channels}, true,
		INITIALIZER_ONES};
	return count;
}

/* The count of what was measured is kept for Keras alone. */
static int measured_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	if (layer->constant_count)
		return 0;
	parameters[0] = (struct parameter_shape){"mean", 1, {in.channels}, true, INITIALIZER_ZEROS};
	parameters[1] =
		(struct parameter_shape){"variance", 1, {in.channels}, true, INITIALIZER_ONES};
	parameters[2] = (struct parameter_shape){"count", 0, {0}, true, INITIALIZER_ZEROS};
	return 3;
}

static int add_bias(const struct layer *layer, int filters, struct parameter_shape *parameters,
	int count)
{
	if (layer->use_bias)
		parameters[count++] =
			(struct parameter_shape){"bias", 1, {filters}, false, INITIALIZER_ZEROS};
	return count;
}

static int convolution_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	parameters[0] = (struct parameter_shape){"kernel", 4,
		{layer->kernel_height, layer->kernel_width, in.channels / layer->groups,
			layer->filters},
		false, INITIALIZER_GLOROT_UNIFORM};
	return add_bias(layer, layer->filters, parameters, 1);
}

static struct parameter_shape depthwise_kernel(const struct layer *layer, struct shape in)
{
	return (struct parameter_shape){"depthwise_kernel", 4,
		{layer->kernel_height, layer->kernel_width, in.channels, layer->multiplier}, false,
		INITIALIZER_GLOROT_UNIFORM};
}

static int depthwise_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	parameters[0] = depthwise_kernel(layer, in);
	return add_bias(layer, in.channels * layer->multiplier, parameters, 1);
}

static int separable_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	parameters[0] = depthwise_kernel(layer, in);
	parameters[1] = (struct parameter_shape){"pointwise_kernel", 4,
		{1, 1, in.channels * layer->multiplier, layer->filters}, false,
		INITIALIZER_GLOROT_UNIFORM};
	return add_bias(layer, layer->filters, parameters, 2);
}

static int dense_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	parameters[0] = (struct parameter_shape){"kernel", 2, {in.channels, layer->filters}, false,
		INITIALIZER_GLOROT_UNIFORM};
	return add_bias(layer, layer->filters, parameters, 1);
}

/* One slope for each value, or along a shared side one for all. */
static int prelu_parameters(const struct layer *layer, struct shape in,
	struct parameter_shape *parameters)
{
	int height = layer->shared_height ? 1 : in.height,
	    width = layer->shared_width ? 1 : in.width;
	parameters[0] = in.is_vector
		? (struct parameter_shape){"alpha", 1, {in.channels}, false, INITIALIZER_ZEROS}
		: (struct parameter_shape){"alpha", 3, {height, width, in.channels}, false,
			  INITIALIZER_ZEROS};
	return 1;
}

/* ---- the rows ---- */

enum { ANY = 256 }; /* number of inputs */

/* Title, family, least and most inputs, keeps places, keeps values, shape, parameters. */
#define ROW(kind) static const struct layer_kind_row row_of_##kind

ROW(CONVOLUTION) = {"Convolution", FAMILY_CONVOLUTION, 1, 1, true, false, convolution_shape,
	convolution_parameters};
ROW(DEPTHWISE_CONVOLUTION) = {"Depthwise convolution", FAMILY_CONVOLUTION, 1, 1, true, false,
	depthwise_shape, depthwise_parameters};
ROW(SEPARABLE_CONVOLUTION) = {"Separable convolution", FAMILY_CONVOLUTION, 1, 1, true, false,
	separable_shape, separable_parameters};
ROW(DENSE) = {"Dense", FAMILY_DENSE, 1, 1, true, false, dense_shape, dense_parameters};
ROW(BATCH_NORMALIZATION) = {"Batch normalisation", FAMILY_NORMALIZATION, 1, 1, true, false,
	same_shape, batch_normalization_parameters};
ROW(LAYER_NORMALIZATION) = {"Layer normalisation", FAMILY_NORMALIZATION, 1, 1, true, false,
	same_shape, normalization_parameters};
ROW(GROUP_NORMALIZATION) = {"Group normalisation", FAMILY_NORMALIZATION, 1, 1, true, false,
	grouped_shape, normalization_parameters};
ROW(UNIT_NORMALIZATION) = {"Unit normalisation", FAMILY_NORMALIZATION, 1, 1, true, false,
	same_shape, NULL};
ROW(MAX_POOLING) = {"Max-pooling", FAMILY_POOLING, 1, 1, true, false, pooling_shape, NULL};
ROW(AVERAGE_POOLING) = {"Average pooling", FAMILY_POOLING, 1, 1, true, false, pooling_shape, NULL};
ROW(GLOBAL_AVERAGE_POOLING) = {"Global average pooling", FAMILY_POOLING, 1, 1, false, false,
	global_shape, NULL};
ROW(GLOBAL_MAX_POOLING) = {"Global max-pooling", FAMILY_POOLING, 1, 1, false, false, global_shape,
	NULL};
ROW(ZERO_PADDING) = {"Zero padding", FAMILY_PLACES, 1, 1, true, false, zero_padding_shape, NULL};
ROW(CROPPING) = {"Cropping", FAMILY_PLACES, 1, 1, true, false, cropping_shape, NULL};
ROW(UP_SAMPLING) = {"Up-sampling", FAMILY_PLACES, 1, 1, true, false, up_sampling_shape, NULL};
ROW(RESIZING) = {"Resizing", FAMILY_PLACES, 1, 1, true, false, resizing_shape, NULL};
ROW(CENTER_CROP) = {"Centre crop", FAMILY_PLACES, 1, 1, true, false, center_crop_shape, NULL};
ROW(FLATTEN) = {"Flatten", FAMILY_OTHER, 1, 1, false, true, flatten_shape, NULL};
ROW(RESHAPE) = {"Reshape", FAMILY_OTHER, 1, 1, false, true, reshape_shape, NULL};
ROW(ADD) = {"Add", FAMILY_JOIN, 2, ANY, true, false, broadcast_shape, NULL};
ROW(SUBTRACT) = {"Subtract", FAMILY_JOIN, 2, 2, true, false, broadcast_shape, NULL};
ROW(MULTIPLY) = {"Multiply", FAMILY_JOIN, 2, ANY, true, false, broadcast_shape, NULL};
ROW(AVERAGE) = {"Average", FAMILY_JOIN, 2, ANY, true, false, broadcast_shape, NULL};
ROW(MAXIMUM) = {"Maximum", FAMILY_JOIN, 2, ANY, true, false, broadcast_shape, NULL};
ROW(MINIMUM) = {"Minimum", FAMILY_JOIN, 2, ANY, true, false, broadcast_shape, NULL};
ROW(CONCATENATE) = {"Concatenate", FAMILY_JOIN, 1, ANY, true, false, concatenate_shape, NULL};
ROW(RESCALING) = {"Rescaling", FAMILY_OTHER, 1, 1, true, false, constants_shape, NULL};
ROW(NORMALIZATION) = {"Normalisation", FAMILY_OTHER, 1, 1, true, false, constants_shape,
	measured_parameters};
ROW(ACTIVATION) = {"Activation", FAMILY_ACTIVATION, 1, 1, true, false, same_shape, NULL};
ROW(PRELU) = {"PReLU", FAMILY_ACTIVATION, 1, 1, true, false, same_shape, prelu_parameters};
ROW(DROPOUT) = {"Dropout", FAMILY_OTHER, 1, 1, true, false, same_shape, NULL};
ROW(SPATIAL_DROPOUT) = {"Spatial dropout", FAMILY_OTHER, 1, 1, true, false, same_shape, NULL};
ROW(GAUSSIAN_NOISE) = {"Gaussian noise", FAMILY_OTHER, 1, 1, true, false, same_shape, NULL};
ROW(GAUSSIAN_DROPOUT) = {"Gaussian dropout", FAMILY_OTHER, 1, 1, true, false, same_shape, NULL};
ROW(IDENTITY) = {"Identity", FAMILY_OTHER, 1, 1, true, true, same_shape, NULL};

#define X(kind) [LAYER_##kind] = &row_of_##kind,
static const struct layer_kind_row *const ROWS[] = {LAYER_KINDS(X)};
#undef X

const struct layer_kind_row *layer_kind_row(enum layer_kind kind)
{
	return ROWS[kind];
}
