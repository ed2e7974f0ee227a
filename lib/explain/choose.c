#include "explain/choose.h"

#include <string.h>

/* Index of `text` among names, or as a number below `count`; or -1 with an error that begins with `kind`. */
static int find_index(const char *text, int named, int count, const char *kind, const char *model,
	struct error *error)
{
	int64_t number;
	if (named >= 0)
		return named;
	if (text_to_integer(text, &number) && number >= 0 && number < count)
		return (int)number;
	return error_set(error, model, "has no %s '%s'", kind, text);
}

static int find_layer(const struct architecture *architecture, const char *name)
{
	for (int i = 0; i < architecture->layer_count; i++)
		if (strcmp(architecture->layers[i].name, name) == 0)
			return i;
	return -1;
}

static int choose_layer(struct explain_plan *plan, const struct explain_choice *choice, struct error *error)
{
	const struct architecture *architecture = network_architecture(plan->network);
	bool needed = choice->feature_maps || choice->layer || saliency_needs_layer(plan->options.method);
	int layer = saliency_usual_layer(plan->network, plan->options.method);
	if (choice->layer)
		layer = find_index(choice->layer, find_layer(architecture, choice->layer), architecture->layer_count, "layer",
			choice->model, error);
	if (choice->layer && layer < 0)
		return -1;
	if (needed && layer < 0)
		return error_set(error, choice->model, "has no convolution");
	if (needed && !choice->filter && !saliency_has_places(architecture, layer))
		return error_set(error, choice->model, "layer %s has no places left", architecture->layers[layer].name);
	plan->options.layer = layer;
	plan->features = choice->feature_maps ? layer : -1;
	return 0;
}

int explain_choose(struct explain_plan *plan, const struct explain_choice *choice, struct error *error)
{
	struct saliency_target *target = &plan->target;
	if (choose_layer(plan, choice, error))
		return -1;
	*target = (struct saliency_target){network_architecture(plan->network)->layer_count, EXPLAIN_PREDICTED};
	if (choice->class_name) {
		target->unit = find_index(choice->class_name, text_list_find(plan->labels, choice->class_name),
			network_outputs(plan->network), "class", choice->model, error);
		return target->unit < 0 ? -1 : 0;
	}
	if (!choice->filter)
		return 0;
	target->layer = plan->options.layer;
	target->unit = find_index(choice->filter, -1, network_shapes(plan->network)[target->layer].channels, "filter",
		choice->model, error);
	return target->unit < 0 ? -1 : 0;
}
