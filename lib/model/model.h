/* A model folder: architecture.json, poids.h5, labels.txt, training.json (architecture.5).
 *
 * Models of a Keras project are loaded too: X.json, X.h5 or X.weights.h5, labels.txt. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "base/text.h"
#include "format/architecture.h"
#include "format/hints.h"
#include "model/output_head.h"
#include "nn/network.h"

struct model {
	struct graph graph;
	struct model_hints hints;
	struct architecture_remarks remarks;
	struct network *network;
	struct text_list labels;       /* one per output */
	json_t *card;                  /* training.json, or NULL */
	struct text_list assumptions;  /* what nothing says and is taken for granted, a sentence
	                                  each, for  tools to print */
	struct output_head head;       /* how the graph was completed */
	double temperature;            /* of its probabilities (model/temperature.h); 0: none */
	struct model_reading *reading; /* until the weights are read */
};

/* How a model is to be used. */
struct model_options {
	enum network_mode mode;
	int batch;
	struct parallel *pool; /* the caller's, or NULL */
	int width, height;  /* of pictures, where neither the architecture nor the card says it; 0:
	                       224 */
	const char *labels; /* file of labels instead of the model's own; or NULL */
	enum output_activation output; /* where the architecture has none */
	bool is_uncalibrated;          /* the card's temperature is not read */
};

/* Loads MODEL, a folder or a file (architecture.5 says which), and builds its network. All of it is
 * parsed in a confined child process but the card and labels.txt. On failure (-1: a missing file,
 * another number of labels than outputs, weights of other shapes) *model is empty. */
CHECKED int model_load(struct model *model, const char *path, const struct model_options *options,
	struct error *error);
/* The same in two steps: everything but the weights, which a child process goes on to read (it is
 * started here, so the pool's threads must be idle); then waiting for that process. A model whose
 * weights could not be read (-1) is still the caller's to free. */
CHECKED int model_open(struct model *model, const char *path, const struct model_options *options,
	struct error *error);
/* The first step of these alone, of any network, also one without a head: the graph, the hints and
 * the card; the weights are being read, and no network is built. The sides that the architecture
 * leaves free stay free; the weights are read as if they were model_picture_size(). *labels, the
 * caller's, are those of the model's own file; there may be none. On failure (-1) both are
 * empty. */
CHECKED int model_open_graph(struct model *model, struct text_list *labels, const char *path,
	int width, int height, struct error *error);
/* The size of the pictures that it was trained on, as its card says; without one that does, `width`
 * and `height`. 0x0: the card's is out of range. */
struct shape model_picture_size(const struct model *model, int width, int height);
/* Adds a sentence to the model's assumptions. -1 without memory. */
CHECKED int model_assume(struct model *model, struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
CHECKED int model_finish_weights(struct model *model, struct error *error);
void model_free(struct model *model);

/* Writes architecture.json, poids.h5, labels.txt and training.json (the card, borrowed) into an
 * existing folder. */
CHECKED int model_save(const char *folder, const struct network *network,
	const struct text_list *labels, json_t *card, struct error *error);

/* ---- the files, one by one ---- */

/* Reads the card of a model folder, the caller's to release; NULL if it has none, which is no
 * error. On failure (-1: it can't be read, or is not a JSON object) *card is NULL. */
CHECKED int model_read_card(json_t **card, const char *folder, struct error *error);

/* Reads weights alone into the network: legacy Keras HDF5, Keras 3 HDF5, or a saved model,
 * recognized by content. The file is untrusted (architecture.5 lists what is refused); it is parsed
 * in a child process with limits of memory and time. On failure (-1) some of the network's weights
 * may have been read. */
CHECKED int weights_read(struct network *network, const char *path, struct error *error);
/* One class name per line, in the order of the outputs; Teachable Machine's indices ("0 Flask") are
 * removed where every line begins with its own. On failure (-1: an invalid or duplicate name, no
 * names) *labels is empty. */
CHECKED int labels_read(struct text_list *labels, const char *path, struct error *error);
/* The same of a file's contents; `path` is for messages. */
CHECKED int labels_parse(struct text_list *labels, const void *bytes, size_t size, const char *path,
	struct error *error);
CHECKED int labels_write(const struct text_list *labels, const char *path, struct error *error);

#endif
