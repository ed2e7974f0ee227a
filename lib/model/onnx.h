/* Export of a network as ONNX (onnx.ai, operator set 13). */
#ifndef MODEL_ONNX_H
#define MODEL_ONNX_H

#include "model/model.h"

/* Writes the network: input "images" (N, height, width, channels) of floats 0..1, or (N, values)
 * for vectors; output "probabilities" (N, classes), any N. The metadata property "labels" has one
 * class per line, in output order. Layers that do nothing in prediction are omitted. The same model
 * gives the same bytes. Complete or not at all; -1 also if it would be larger than the format's
 * limit of 2 GiB. */
CHECKED int onnx_write(const struct network *network, const struct text_list *labels,
	const char *path, struct error *error);

#endif
