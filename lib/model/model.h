/* A model folder: architecture.json, poids.h5, labels.txt, training.json (architecture.5).
 *
 * Loads too what a Keras project wrote: X.json, X.h5 or X.weights.h5, labels.txt. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/text.h"
#include "nn/network.h"

#include <jansson.h>

struct model {
	struct architecture architecture;
	struct network *network;
	struct text_list labels; /* one per output */
	json_t *card;            /* training.json, or NULL */
	char *weights_path;
};

/* Loads a folder and builds its network. On failure (-1) *model is empty: a missing file, labels that are not
 * as many as outputs, weights of other shapes, each named. The pool stays the caller's. */
CHECKED int model_load(struct model *model, const char *folder, enum network_mode mode, int batch,
	struct parallel *pool, struct error *error);
/* The same in two steps, of which the second takes the time: all but the weights, whose file is found; then these, from any
 * thread. A model whose weights could not be read (-1) is still the caller's to free. */
CHECKED int model_open(struct model *model, const char *folder, enum network_mode mode, int batch,
	struct parallel *pool, struct error *error);
CHECKED int model_read_weights(struct model *model, struct error *error);
void model_free(struct model *model);

/* Writes architecture.json, poids.h5, labels.txt and training.json (the card, borrowed) into a folder that is there. */
CHECKED int model_save(const char *folder, const struct network *network, const struct text_list *labels, json_t *card,
	struct error *error);

/* ---- the files, one by one ---- */

/* Reads a Keras Sequential model (Keras 2 and 3). On failure (-1) *out is empty. */
enum { ARCHITECTURE_FILE_MAXIMUM = 64 << 20 };
CHECKED int architecture_read(struct architecture *out, const char *path, struct error *error);
/* The same from `size` bytes of JSON; `path` is for messages. */
CHECKED int architecture_parse(struct architecture *out, const void *text, size_t size, const char *path, struct error *error);
/* Writes JSON that Keras 2, Keras 3 and TF.js load. */
CHECKED int architecture_write(const struct architecture *architecture, const char *path, struct error *error);

/* Reads weights into the network: legacy Keras HDF5, Keras 3 HDF5, or a whole saved model, told apart by content. The file is
 * untrusted (architecture.5 says what is refused); it is read in a process of its own, whose memory and time are bounded.
 * On failure (-1) the network's weights may be partly read. */
CHECKED int weights_read(struct network *network, const char *path, struct error *error);
/* Writes one HDF5 file that both of Keras' readers load, in a process of its own. The same weights give the same bytes. Whole or
 * not at all. */
CHECKED int weights_write(const struct network *network, const char *path, struct error *error);

/* A class name a line, in the order of the outputs. On failure (-1: a name that can't be a class's, one that is there
 * twice, none at all) *labels is empty. */
CHECKED int labels_read(struct text_list *labels, const char *path, struct error *error);
CHECKED int labels_write(const struct text_list *labels, const char *path, struct error *error);

#endif
