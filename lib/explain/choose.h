/* Resolves the names of classes, layers and filters given by the user. */
#ifndef EXPLAIN_CHOOSE_H
#define EXPLAIN_CHOOSE_H

#include "explain/explain.h"

struct explain_choice {
	const char *model;      /* named in errors */
	const char *class_name; /* explain this class, by name or index; NULL: the predicted one */
	const char *layer; /* explain at this layer, by name or index; NULL: at the method's default
	                      one */
	const char *filter; /* explain this filter of that layer, by index, instead of a class; or
	                       NULL */
	bool feature_maps;  /* show the layer's feature maps */
};

/* Sets options.node, target, chosen and features of a plan whose network, labels and
 * options.method are set. Returns 0, or -1: no such class, layer or filter; no convolution, or no
 * spatial dimensions, although the method needs them. */
CHECKED int explain_choose(struct explain_plan *plan, const struct explain_choice *choice,
	struct error *error);

#endif
