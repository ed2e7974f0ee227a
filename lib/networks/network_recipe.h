/* The recipe of a public network: where its weights are, and what they are the weights of.
 * The format is described in recipe(5). */
#ifndef NETWORKS_NETWORK_RECIPE_H
#define NETWORKS_NETWORK_RECIPE_H

#include "base/error.h"
#include "graph/graph.h"
#include "model/input_values.h"
#include "networks/file_digest.h"

/* data/networks/NAME */
struct network_recipe {
	char *path; /* of the recipe */
	char *name; /* its last part: that of the model folder */
	char *title;
	char *architecture;           /* a name that architecture_front takes */
	char *address;                /* as from url_resolve; NULL: the file is nowhere public */
	struct shape input;           /* (height, width, 3) */
	struct input_values values;   /* that the weights were trained with */
	struct file_digest published; /* what the publisher says of the file; empty where nothing */
};

/* Reads the recipe `name`: a path if it holds a '/', else data/networks/NAME (base/data.h). On
 * failure (-1) *recipe is empty. */
CHECKED int network_recipe_read(struct network_recipe *recipe, const char *name,
	struct error *error);

/* Whether the publisher gives a digest of the file. */
bool network_recipe_has_digest(const struct network_recipe *recipe);

void network_recipe_free(struct network_recipe *recipe);

#endif
