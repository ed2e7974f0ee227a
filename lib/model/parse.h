/* Internal to lib/model: from the files of a model to its graph and weights, in memory.
 *
 * All of it is untrusted: JSON (jansson), HDF5, zip archives. So it runs in a confined process
 * (model/reading.h), and its results are plain memory that both processes share. */
#ifndef MODEL_PARSE_H
#define MODEL_PARSE_H

#include "base/text_block.h"
#include "format/files.h"
#include "format/weights.h"
#include "graph/graph_image.h"
#include "model/model.h"

struct parse_results {
	struct graph_image graph;
	struct model_hints hints;
	struct text_block refusals, notes; /* struct architecture_remarks */
	struct text_block labels;          /* of an archive or metadata; may be empty */
	/* Of the parameters in the network's order. What is not converted lies in the file
	 * `weights_file` of the request's files. */
	struct weights_location locations[PARAMETERS_MAXIMUM * GRAPH_NODES_MAXIMUM];
	int weights_file;
};

struct parse_request {
	struct model_files files;
	int width, height;             /* of the input, where the architecture leaves it free */
	const struct network *network; /* NULL; or whose weights are wanted, without its graph */
	void (*announce)(void);        /* called when all but the weights is in the results */
	struct parse_results *results; /* zero */
	float *values;                 /* for weights that are converted, one after the other */
	size_t values_size;            /* bytes */
};

/* Parses a model. -1: not one, damaged, or not supported. May crash or not terminate on a damaged
 * HDF5 file. */
CHECKED int parse_model(const struct parse_request *request, struct error *error);

#endif
