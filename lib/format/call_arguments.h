/* Internal to lib/format: the arguments of a layer's call, an entry of Keras' "inbound_nodes". */
#ifndef FORMAT_CALL_ARGUMENTS_H
#define FORMAT_CALL_ARGUMENTS_H

#include "graph/graph.h"

#include <jansson.h>
#include <stdbool.h>

/* A tensor: what call number `call` of a layer returned. */
struct tensor_name {
	const char *layer; /* the JSON's */
	json_int_t call, output;
};

struct call_arguments {
	struct tensor_name tensors[GRAPH_INPUTS_MAXIMUM];
	int tensor_count;
	json_t *constant; /* a number or a list, or NULL; the JSON's */
	bool constant_is_first;
	bool is_inference;   /* training=False */
	bool is_keras2;      /* the list form */
	const char *unknown; /* an argument that is not known */
	const char *wrong;   /* why it is refused, or NULL */
};

/* Reads a call: [["name", 0, 0, {}]], or {"args": [...], "kwargs": {...}}. */
void call_arguments_read(struct call_arguments *arguments, json_t *call);

/* Reads ["name", 0, 0]; false if it is something else. */
bool tensor_name_read(struct tensor_name *tensor, const json_t *value);

#endif
