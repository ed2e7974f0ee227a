#include "explain/kinds.h"

static const struct explain_kind_row ROWS[LAYER_KIND_COUNT] = {
	[LAYER_CONVOLUTION] = {filters_text, convolution_text, window_grid},
	[LAYER_DEPTHWISE_CONVOLUTION] = {window_text, convolution_text, window_grid},
	[LAYER_SEPARABLE_CONVOLUTION] = {filters_text, convolution_text, window_grid},
	[LAYER_DENSE] = {units_text, NULL, NULL},
	[LAYER_GROUP_NORMALIZATION] = {groups_text, NULL, NULL},
	[LAYER_MAX_POOLING] = {window_text, pooling_text, window_grid},
	[LAYER_AVERAGE_POOLING] = {window_text, pooling_text, window_grid},
	[LAYER_ZERO_PADDING] = {NULL, NULL, padding_grid},
	[LAYER_CROPPING] = {NULL, NULL, cropping_grid},
	[LAYER_UP_SAMPLING] = {factors_text, NULL, resampling_grid},
	[LAYER_RESIZING] = {NULL, NULL, resampling_grid},
	[LAYER_CENTER_CROP] = {NULL, NULL, center_crop_grid},
	[LAYER_RESCALING] = {constants_text, NULL, NULL},
	[LAYER_DROPOUT] = {share_text, NULL, NULL},
	[LAYER_SPATIAL_DROPOUT] = {share_text, NULL, NULL},
	[LAYER_GAUSSIAN_NOISE] = {deviation_text, NULL, NULL},
	[LAYER_GAUSSIAN_DROPOUT] = {share_text, NULL, NULL},
};

const struct explain_kind_row *explain_kind_row(enum layer_kind kind)
{
	return &ROWS[kind];
}
