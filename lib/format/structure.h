/* Internal to lib/format: a model of Keras as its JSON has it, with nested models, before its calls
 * become nodes. */
#ifndef FORMAT_STRUCTURE_H
#define FORMAT_STRUCTURE_H

#include "format/architecture.h"

enum { STRUCTURE_DEPTH_MAXIMUM = 16 };

/* As the output of a structure: its input. */
enum { STRUCTURE_INPUT = -1 };

/* A layer, an input layer or a nested model. */
struct member {
	const char *name;         /* the JSON's, as it is referred to */
	const char *class_name;   /* that Keras 3 makes of the object */
	json_t *object;           /* the JSON's */
	struct structure *nested; /* a nested model, else NULL */
	int layer;                /* a layer of the graph; -1: an input layer or nested model */
	int first_call, call_count;
	int lowest_call; /* that is referred to */
	bool is_input;
};

/* A tensor that a call reads. */
struct call_source {
	int member, call; /* `call` as the file numbers it */
};

/* A use of a member. */
struct call {
	int member;
	int first_source, source_count;
	bool is_inference;
};

struct structure {
	struct text_list names; /* of the members */
	struct member *members;
	struct call *calls; /* by member, in their order */
	struct call_source *sources;
	int member_count, call_count, source_count;
	int input;      /* the member that is the input; -1: none */
	int output;     /* a call, or STRUCTURE_INPUT */
	bool is_keras2; /* nested models may number their calls from 1 */
};

/* What reading a file needs all the time. */
struct structure_reader {
	struct graph *graph;
	int *axes; /* by layer: an axis, counted from the front, that must be the last; or 0 */
	struct architecture_remarks *remarks;
	const char *path;
	struct error *error;    /* not NULL */
	bool is_keras2;         /* the file is of Keras 2 */
	int member_count;       /* of all structures */
	int call_count;         /* of all applied structures */
	struct text_list names; /* of the graph's layers */
	int renamed;            /* layers whose name was taken */
};

/* Where a structure is. */
struct structure_place {
	const char *prefix;    /* of the names of its layers, "" or "NAME_" */
	const char *group;     /* of Keras 3's weights, "" or "functional/layers/" */
	const char *outermost; /* outermost nested model, or "" */
	bool is_frozen;        /* by a model around it */
	int depth;
};

/* Reads a model's object {"class_name", "config"} and adds its layers to the graph. `name` is NULL
 * for the file's model. The caller frees *out even on failure (-1, with the file or the layer in
 * the error). */
CHECKED int structure_read(struct structure *out, struct structure_reader *reader, json_t *model,
	const char *name, const struct structure_place *place);
void structure_free(struct structure *structure);

/* The list of a model's layers, or NULL: the object is not a model. */
json_t *structure_layers(const json_t *model);
bool structure_is_sequential(const json_t *model);

/* Reads the calls of the members (structure_calls.c). */
CHECKED int structure_connect(struct structure *structure, struct structure_reader *reader,
	json_t *model, const char *name);

/* Adds the nodes of a model that reads node `input`, and writes the node of its output (which may
 * be `input`). */
CHECKED int structure_apply(const struct structure *structure, struct structure_reader *reader,
	int input, bool is_inference, int *output);

/* error_set() for a member of the file, or for the file (NULL). Returns -1. */
int structure_refuse(const struct structure_reader *reader, const char *name, const char *format,
	...) __attribute__((format(printf, 3, 4)));

#endif
