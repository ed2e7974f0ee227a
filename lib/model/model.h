/* A model folder: architecture.json, poids.h5, labels.txt, training.json (architecture.5).
 *
 * Models of a Keras project are loaded too: X.json, X.h5 or X.weights.h5, labels.txt. */
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
	struct weights_reading *weights; /* until they are read */
};

/* Loads a folder and builds its network. On failure (-1: a missing file, another number of labels
 * than outputs, weights of other shapes) *model is empty. The pool stays the caller's. */
CHECKED int model_load(struct model *model, const char *folder, enum network_mode mode, int batch,
	struct parallel *pool, struct error *error);
/* The same in two steps: everything but the weights, which a child process starts to read (so the
 * pool's threads must be idle); then waiting for that process. A model whose weights could not be
 * read (-1) is still the caller's to free. */
CHECKED int model_open(struct model *model, const char *folder, enum network_mode mode, int batch,
	struct parallel *pool, struct error *error);
CHECKED int model_finish_weights(struct model *model, struct error *error);
void model_free(struct model *model);

/* Writes architecture.json, poids.h5, labels.txt and training.json (the card, borrowed) into an
 * existing folder. */
CHECKED int model_save(const char *folder, const struct network *network,
	const struct text_list *labels, json_t *card, struct error *error);

/* ---- the files, one by one ---- */

/* Reads a Keras Sequential model (Keras 2 and 3). On failure (-1) *out is empty. */
enum { ARCHITECTURE_FILE_MAXIMUM = 64 << 20 };
CHECKED int architecture_read(struct architecture *out, const char *path, struct error *error);
/* The same from `size` bytes of JSON; `path` is for messages. */
CHECKED int architecture_parse(struct architecture *out, const void *text, size_t size,
	const char *path, struct error *error);
/* Writes JSON that Keras 2, Keras 3 and TF.js can load. */
CHECKED int architecture_write(const struct architecture *architecture, const char *path,
	struct error *error);

/* Reads weights into the network: legacy Keras HDF5, Keras 3 HDF5, or a saved model, recognized by
 * content. The file is untrusted (architecture.5 lists what is refused); it is parsed in a child
 * process with limits of memory and time. On failure (-1) some of the network's weights may have
 * been read. */
CHECKED int weights_read(struct network *network, const char *path, struct error *error);
/* The same in two steps: starting the child process (NULL with an error: nothing is started), while
 * no other thread works; waiting for it, which frees the reading. `path` and the network must
 * stay. */
struct weights_reading *weights_read_start(struct network *network, const char *path,
	struct error *error);
CHECKED int weights_read_finish(struct weights_reading *reading, struct error *error);
/* Writes an HDF5 file in both of Keras' layouts, in a child process. The same weights give the same
 * bytes. Complete or not at all. */
CHECKED int weights_write(const struct network *network, const char *path, struct error *error);

/* One class name per line, in the order of the outputs. On failure (-1: an invalid or duplicate
 * name, no names) *labels is empty. */
CHECKED int labels_read(struct text_list *labels, const char *path, struct error *error);
CHECKED int labels_write(const struct text_list *labels, const char *path, struct error *error);

#endif
