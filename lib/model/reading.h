/* Reading a model from elsewhere: its files are mapped, and parsed in a confined child process
 * (sandbox/child.h), while the caller goes on. */
#ifndef MODEL_READING_H
#define MODEL_READING_H

#include "model/model.h"

struct model_reading;

struct reading_request {
	const char *path;              /* MODEL: a folder or a file; must stay */
	int width, height;             /* of the input, where the architecture leaves it free */
	const struct network *network; /* NULL; or whose weights alone are wanted, and must stay */
};

/* What comes before the weights. */
struct reading_parts {
	struct graph graph;
	struct architecture_remarks remarks;
	struct model_hints hints;
	struct text_list labels; /* of an archive or metadata; may be empty */
};

/* Starts the child process, so no other thread may work. Returns NULL with an error: no such file,
 * not a model, no memory. */
struct model_reading *reading_start(const struct reading_request *request, struct error *error);

/* Waits for all but the weights, which is the caller's to free. On failure (-1: not a model,
 * damaged, not supported) *parts is empty, and the reading is still to be finished. */
CHECKED int reading_wait(struct model_reading *reading, struct reading_parts *parts,
	struct error *error);
void reading_parts_free(struct reading_parts *parts);

/* Waits for the weights and copies them into a network of the graph. On failure (-1: missing, of
 * other shapes, not finite) some may have been copied. With a network of NULL they are dropped.
 * Ends the reading either way. */
CHECKED int reading_finish(struct model_reading *reading, struct network *network,
	struct error *error);

#endif
