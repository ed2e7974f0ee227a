/* Resizing by ONNX' operators.
 *
 * Resize takes either factors or the sizes of all four sides, the number of samples among them, so
 * sizes begin with those of the value itself. Its nearest pixel is computed by other roundings than
 * here: for sides below 400, one pair of sizes in 26 has a pixel that differs. So what is copied
 * from where is a constant, for Gather. */
#include "format/onnx_layers.h"

#include <stdio.h>
#include <stdlib.h>

/* Adds a Resize node of `input` by the constant or value `factors` or `sizes`, the other being
 * "". */
static void add_resize(struct onnx_exporter *exporter, int node, const char *input, bool is_linear,
	const char *factors, const char *sizes)
{
	struct protobuf attributes = {0};
	onnx_text(&attributes, "coordinate_transformation_mode",
		is_linear ? "half_pixel" : "asymmetric");
	onnx_text(&attributes, "mode", is_linear ? "linear" : "nearest");
	if (!is_linear)
		onnx_text(&attributes, "nearest_mode", "floor");
	onnx_node(exporter, "Resize",
		(const char *const[]){input, "", factors, *sizes ? sizes : NULL, NULL},
		onnx_name(exporter, node), &attributes);
}

void onnx_resize_by(struct onnx_exporter *exporter, int node, bool is_linear, int vertical,
	int horizontal)
{
	char input[NAME_SIZE], factors[NAME_SIZE];
	snprintf(input, sizeof input, "%s", exporter->current);
	snprintf(factors, sizeof factors, "%s/factors", onnx_name(exporter, node));
	onnx_numbers(exporter, factors, (const float[]){1, 1, (float)vertical, (float)horizontal},
		4);
	add_resize(exporter, node, input, is_linear, factors, "");
}

/* The first two sides of the current value as NODE/samples. */
static void add_samples(struct onnx_exporter *exporter, const char *name)
{
	char shape[NAME_SIZE], starts[NAME_SIZE], ends[NAME_SIZE], output[NAME_SIZE];
	onnx_step(exporter, "Shape", name, "shape", NULL);
	snprintf(shape, sizeof shape, "%s", exporter->current);
	snprintf(starts, sizeof starts, "%s/starts", name);
	snprintf(ends, sizeof ends, "%s/ends", name);
	snprintf(output, sizeof output, "%s/samples", name);
	onnx_whole_numbers(exporter, starts, (const int[]){0}, 1);
	onnx_whole_numbers(exporter, ends, (const int[]){2}, 1);
	onnx_node(exporter, "Slice", (const char *const[]){shape, starts, ends, NULL}, output,
		NULL);
}

void onnx_resize_linear(struct onnx_exporter *exporter, int node)
{
	const char *name = onnx_name(exporter, node);
	struct shape out = onnx_output_shape(exporter, node);
	struct protobuf attributes = {0};
	char input[NAME_SIZE], samples[NAME_SIZE], sides[NAME_SIZE], sizes[NAME_SIZE];
	snprintf(input, sizeof input, "%s", exporter->current);
	add_samples(exporter, name);
	snprintf(samples, sizeof samples, "%s", exporter->current);
	snprintf(sides, sizeof sides, "%s/sides", name);
	snprintf(sizes, sizeof sizes, "%s/sizes", name);
	onnx_whole_numbers(exporter, sides, (const int[]){out.height, out.width}, 2);
	onnx_integer(&attributes, "axis", 0);
	onnx_node(exporter, "Concat", (const char *const[]){samples, sides, NULL}, sizes,
		&attributes);
	add_resize(exporter, node, input, true, "", sizes);
}

/* Copies one side: pixel i from pixel (i + 0.5) * in / out, rounded down. */
static void add_gather(struct onnx_exporter *exporter, const char *name, const char *suffix,
	int axis, int in, int out)
{
	struct protobuf attributes = {0};
	char input[NAME_SIZE], indices[NAME_SIZE], output[NAME_SIZE];
	int *pixels = malloc((size_t)out * sizeof *pixels);
	for (int i = 0; pixels && i < out; i++) {
		int pixel = (int)(((float)i + 0.5f) * ((float)in / (float)out));
		pixels[i] = pixel < in ? pixel : in - 1;
	}
	snprintf(input, sizeof input, "%s", exporter->current);
	snprintf(indices, sizeof indices, "%s/indices_%d", name, axis);
	snprintf(output, sizeof output, "%s%s", name, suffix);
	if (pixels)
		onnx_whole_numbers(exporter, indices, pixels, out);
	exporter->graph.failed |= !pixels;
	free(pixels);
	onnx_integer(&attributes, "axis", axis);
	onnx_node(exporter, "Gather", (const char *const[]){input, indices, NULL}, output,
		&attributes);
}

void onnx_resize_nearest(struct onnx_exporter *exporter, int node)
{
	const char *name = onnx_name(exporter, node);
	struct shape in = onnx_input_shape(exporter, node, 0),
		     out = onnx_output_shape(exporter, node);
	add_gather(exporter, name, "/rows", 2, in.height, out.height);
	add_gather(exporter, name, "", 3, in.width, out.width);
}
