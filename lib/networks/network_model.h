/* A public network as a model folder: the built-in architecture's front with the weights of a file,
 * and a card that says what pictures it takes and where the weights are from. It has no head and no
 * labels: cnn-train --start gives it those. */
#ifndef NETWORKS_NETWORK_MODEL_H
#define NETWORKS_NETWORK_MODEL_H

#include "model/folder.h"
#include "networks/network_recipe.h"
#include "nn/network.h"

struct network_model {
	struct graph graph;
	struct network *network;
};

/* Builds the recipe's architecture, and reads the weights of the untrusted file `path` into it, in
 * a confined process (weights_read): every array must have its shape. `name` is what messages call
 * the file. On failure (-1: of another network, damaged) *model is empty. */
CHECKED int network_model_read(struct network_model *model, const struct network_recipe *recipe,
	const char *path, const char *name, struct error *error);
void network_model_free(struct network_model *model);

/* Where a file of weights was from. */
struct network_source {
	const char *address, *file; /* one of them; the other is NULL */
	const struct file_digest *digest;
};

/* Replaces the model in `folder`, which is freed as by model_folder_commit, in any case. */
CHECKED int network_model_save(const struct network_model *model,
	const struct network_recipe *recipe, const struct network_source *source,
	struct model_folder *folder, struct error *error);

/* Whether the model folder at `path` is what network_model_save writes for this recipe and a file
 * with the digests that are known in `expected`, and its weights are unchanged since. -1 for an
 * error of the machine. */
CHECKED int network_model_is_there(const char *path, const struct network_recipe *recipe,
	const struct file_digest *expected, struct error *error);

#endif
