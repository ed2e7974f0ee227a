/* The recipe of a data set: its classes, queries and sites. */
#ifndef SCRAPE_DATASET_RECIPE_H
#define SCRAPE_DATASET_RECIPE_H

#include "base/error.h"
#include "base/text.h"

/* data/NAME/recipe */
struct dataset_recipe {
	char *title;
	char *api; /* NULL: that of the site */
	int count; /* images per class, 0: all */
	struct text_list sites;
	struct text_list classes, queries; /* pairs; a class may be repeated */
};

/* Reads a data set's recipe; it must name a class and a site. A site that is a path is relative to
 * the recipe's folder. On failure (-1) *dataset is empty. */
CHECKED int dataset_recipe_read(struct dataset_recipe *dataset, const char *path,
	struct error *error);

void dataset_recipe_free(struct dataset_recipe *dataset);

#endif
