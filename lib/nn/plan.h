/* Inside lib/nn: from a node of the graph to operations. */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include "nn/engine.h"

/* The state of planning. */
struct planner {
	struct network *network;
	const struct graph *graph;
	int final_node; /* the last that computes something */
	int *users;    /* per node: the only node that reads it; -1: several, none, or the output */
	bool *is_done; /* per node: it is fused into an operation before it */
	struct value **inputs; /* rest of the room for the inputs of operations */
	float **gradients;
	int *spares;
};

extern const struct operation_kind activation_kind;

/* What computes a kind of layer: the row that lib/nn has for it. */
struct layer_operation {
	/* NULL: nothing, its values are those of its input; else an operation of this kind */
	const struct operation_kind *kind;
	/* Makes the operations instead, if it takes more than one or is not always the same. */
	void (*plan)(struct planner *planner, int node);
};

#define X(kind) extern const struct layer_operation operation_of_##kind;
LAYER_KINDS(X)
#undef X

/* Appends a value, which `producer` computes; NULL: the network's input. */
struct value *plan_value(struct network *network, struct shape shape, struct operation *producer);

/* A node that computes nothing: its value is that of its first input. */
void plan_nothing(struct planner *planner, int node);

/* Appends an operation of `kind` that computes `node` by `layer` from the values that the node
 * reads. Its value is the node's, unless another operation of the node follows. */
struct operation *plan_append(struct planner *planner, int node, const struct operation_kind *kind,
	const struct layer *layer);

/* The same from the last operation's value. */
struct operation *plan_append_to(struct planner *planner, int node,
	const struct operation_kind *kind, const struct layer *layer, struct shape out);

/* Changes the shape of what an operation computes, if that is not the node's. */
void plan_set_shape(struct operation *operation, struct shape out);

/* A copy of a node's layer, for an operation that is a part or another form of it. */
struct layer *plan_copy_layer(struct planner *planner, int node);

/* An operation with weights: as plan_append, with its activation, and with the normalisation,
 * activation and max-pool that follow it fused into it where nothing else reads what is between. */
void plan_weighted(struct planner *planner, int node, struct operation *operation);

/* An activation as an operation of its own, after the last one. */
void plan_activation(struct planner *planner, int node, const struct activation *activation);

/* Fuses the activation layer that follows, if nothing else reads the operation's value. */
void plan_fuse_activation(struct planner *planner, struct operation *operation);

/* Whether an activation ends the network: then it is left out, since losses work on what is before
 * it, and network_forward applies it. */
bool plan_is_final(const struct planner *planner, int node, const struct activation *activation);

#endif
