/* Inside lib/graph: shape rules of layers with windows, places and several inputs, as
 * layer_kind_row has them. */
#ifndef GRAPH_RULES_H
#define GRAPH_RULES_H

#include "graph/layer.h"

typedef int shape_rule(const struct layer *layer, const struct shape *inputs, int count,
	struct shape *out, struct error *error);

shape_rule convolution_shape, depthwise_shape, separable_shape, pooling_shape; /* windows.c */
shape_rule zero_padding_shape, cropping_shape, up_sampling_shape, resizing_shape,
	center_crop_shape;                                                     /* places.c */
shape_rule broadcast_shape, concatenate_shape, grouped_shape, constants_shape; /* joins.c */

#endif
