/* Inside recipe: its lists, each added to and emptied in one way. */
#ifndef RECIPE_RECIPE_PARTS_H
#define RECIPE_RECIPE_PARTS_H

#include "recipe/recipe.h"

/* Each of these adds one, at the end; `value` is what the recipe's line says, and `place` where that is. On failure (-1)
 * the recipe can still be freed. */
CHECKED int recipe_add_page(struct recipe *recipe, const char *prefix, const char *value, const char *place,
	struct error *error);
CHECKED int recipe_add_item(struct recipe *recipe, const char *value, const char *place, struct error *error);
CHECKED int recipe_add_image(struct recipe *recipe, const char *value, const char *place, struct error *error);
CHECKED int recipe_add_cursor(struct recipe *recipe, const char *name, const char *value, const char *place,
	struct error *error);
CHECKED int recipe_add_key(struct recipe *recipe, const char *name, const char *value, struct error *error);

/* The link's selector is read; who reads its pages is for the caller to say. */
CHECKED int recipe_add_next(struct recipe *recipe, const char *value, const char *place, struct error *error);

/* "PATTERN -> REPLACEMENT", whose groups must be there; without the arrow where the list has none. */
CHECKED int rewrite_add(struct rewrite **list, size_t *count, const char *value, bool arrow, struct error *error);

void recipe_drop_pages(struct recipe *recipe);
void recipe_drop_items(struct recipe *recipe);
void recipe_drop_images(struct recipe_item *item);
void recipe_drop_nexts(struct recipe *recipe);
void recipe_drop_cursors(struct recipe *recipe);
void recipe_drop_keys(struct recipe *recipe);
void rewrite_drop(struct rewrite **list, size_t *count);

#endif
