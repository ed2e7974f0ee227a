/* Inside lib/architectures: what a built-in network is, and how it is put together. */
#ifndef ARCHITECTURES_BUILDER_H
#define ARCHITECTURES_BUILDER_H

#include "architectures/architectures.h"

/* A node, or GRAPH_INPUT, and its output's shape. */
struct place {
	int node;
	struct shape shape;
};

/* Adds layers to a graph, each after the last one. After a failure nothing more is added. */
struct builder {
	struct graph *graph;
	struct error *error;
	struct place last;
	double alpha; /* of names with ":ALPHA" */
	int result;   /* -1 after a failure */
};

/* A built-in network, by its name in architectures.h. */
struct architecture {
	int smallest;   /* side of its input */
	bool is_signed; /* the front takes -1..1 */
	float dropout;  /* of the common head */
	void (*build_front)(struct builder *builder);
	/* NULL: the common head. */
	void (*build_head)(struct builder *builder, int classes, enum activation_kind output);
};
#define ARCHITECTURE_DECLARED(name, parameter) \
	extern const struct architecture architecture_of_##name;
ARCHITECTURES(ARCHITECTURE_DECLARED)
#undef ARCHITECTURE_DECLARED

/* ---- layers; the name is "BLOCK" "SUFFIX" ---- */

struct layer named(enum layer_kind kind, const char *block, const char *suffix);

/* Square; without bias; padding "same". */
struct layer convolution(const char *block, const char *suffix, int kernel, int stride,
	int filters);
struct layer depthwise(const char *block, const char *suffix, int kernel, int stride);

/* ---- building ---- */

void build(struct builder *builder, struct layer layer);
void build_normalization(struct builder *builder, const char *block, const char *suffix,
	float momentum, float epsilon);
void build_activation(struct builder *builder, const char *block, const char *suffix,
	enum activation_kind activation);
void build_rescaling(struct builder *builder, const char *name, float multiplier, float offset);

/* Zeros around each side. */
void build_padding(struct builder *builder, const char *block, const char *suffix, int zeros);

/* The zeros before a window of stride 2 and padding "valid" that Keras' correct_pad gives
 * (keras/src/applications/imagenet_utils.py): of kernel / 2, one less above and left of an even
 * side. */
void build_padding_of_stride(struct builder *builder, const char *block, const char *suffix,
	int kernel);

/* A layer of two inputs. */
void build_join(struct builder *builder, struct layer layer, struct place first,
	struct place second);

#endif
