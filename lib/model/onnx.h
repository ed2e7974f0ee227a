/* A network as an ONNX file, for other programs (onnx.ai, operator set 13). */
#ifndef MODEL_ONNX_H
#define MODEL_ONNX_H

#include "model/model.h"

/* Writes the network: input "images" (N, height, width, channels) of floats 0..1, output "probabilities"
 * (N, classes), any N. The metadata holds "labels", a class a line in output order. Dropout is left out. The same
 * model gives the same bytes. Whole or not at all; -1 too when it is larger than the 2 GiB that the format allows. */
CHECKED int onnx_write(const struct network *network, const struct text_list *labels, const char *path,
	struct error *error);

#endif
