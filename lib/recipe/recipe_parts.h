/* Inside recipe: functions to append to its lists and to free them. */
#ifndef RECIPE_RECIPE_PARTS_H
#define RECIPE_RECIPE_PARTS_H

#include "recipe/recipe.h"

/* Each of these appends one; `value` is that of the recipe's line at `location`. On failure (-1)
 * the recipe can still be freed. */
CHECKED int recipe_add_page(struct recipe *recipe, const char *prefix, const char *value,
	const char *location, struct error *error);
CHECKED int recipe_add_item(struct recipe *recipe, const char *value, const char *location,
	struct error *error);
CHECKED int recipe_add_image(struct recipe *recipe, const char *value, const char *location,
	struct error *error);
CHECKED int recipe_add_cursor(struct recipe *recipe, const char *name, const char *value,
	const char *location, struct error *error);
CHECKED int recipe_add_key(struct recipe *recipe, const char *name, const char *value,
	struct error *error);

/* The caller sets page_recipe. */
CHECKED int recipe_add_next_link(struct recipe *recipe, const char *value, const char *location,
	struct error *error);

/* Appends "PATTERN -> REPLACEMENT", whose groups must exist; only "PATTERN" unless
 * `has_replacement`. */
CHECKED int rewrite_add(struct rewrite **list, size_t *count, const char *value,
	bool has_replacement, struct error *error);

void recipe_free_pages(struct recipe *recipe);
void recipe_free_items(struct recipe *recipe);
void recipe_free_images(struct recipe_item *item);
void recipe_free_next_links(struct recipe *recipe);
void recipe_free_cursors(struct recipe *recipe);
void recipe_free_keys(struct recipe *recipe);
void rewrite_free_list(struct rewrite **list, size_t *count);

#endif
