#include "explain/choose.h"

#include <stdio.h>
#include <string.h>

enum { LIST_SIZE = 320, NAME_SHOWN = 120 }; /* bytes, in errors */
enum { CLASS_NAME_MAXIMUM = 64 };           /* bytes, in names of results */

/* Writes "a, b, c" into out[size]; ends in "..." if it is truncated. */
static void join_names(const struct text_list *names, char *out, size_t size)
{
	size_t used = 0;
	for (size_t i = 0; i < names->count; i++) {
		const char *comma = i ? ", " : "";
		if (used + strlen(comma) + strlen(names->items[i]) + sizeof ", ..." > size) {
			snprintf(out + used, size - used, "%s...", comma);
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%s", comma, names->items[i]);
	}
}

/* Index of `text` among the names, or `text` itself as an index; or -1 with an error that states
 * the `kind` and lists the names. */
static int find_named(const struct text_list *names, const char *text, const char *kind,
	const char *model, struct error *error)
{
	char list[LIST_SIZE] = "";
	int64_t number;
	int index = text_list_find(names, text);
	if (index >= 0)
		return index;
	if (text_to_integer(text, &number) && number >= 0 && (uint64_t)number < names->count)
		return (int)number;
	join_names(names, list, sizeof list);
	return error_set(error, model, "has no %s '%.*s', but %s", kind, NAME_SHOWN, text, list);
}

static int find_node(const struct graph *graph, const char *name, const char *model,
	struct error *error)
{
	struct text_list names = {0};
	int result = 0;
	for (int i = 0; i < graph->node_count && result == 0; i++)
		result = text_list_add(&names, graph->nodes[i].name, error);
	if (result == 0)
		result = find_named(&names, name, "layer", model, error);
	text_list_free(&names);
	return result;
}

static int find_filter(const char *text, int count, const char *model, struct error *error)
{
	int64_t number;
	if (text_to_integer(text, &number) && number >= 0 && number < count)
		return (int)number;
	return error_set(error, model, "has no filter '%s'", text);
}

static int choose_layer(struct explain_plan *plan, const struct explain_choice *choice,
	struct error *error)
{
	const struct graph *graph = network_graph(plan->network);
	bool needed =
		choice->feature_maps || choice->layer || saliency_needs_layer(plan->options.method);
	int node = saliency_default_node(plan->network, plan->options.method);
	if (choice->layer)
		node = find_node(graph, choice->layer, choice->model, error);
	if (choice->layer && node < 0)
		return -1;
	if (needed && node < 0)
		return error_set(error, choice->model, "has no convolution");
	if (needed && !choice->filter && !saliency_has_places(plan->network, node))
		return error_set(error, choice->model, "layer %s has no spatial dimensions",
			graph->nodes[node].name);
	plan->options.node = node;
	plan->features = choice->feature_maps ? node : -1;
	return 0;
}

static int choose_target(struct explain_plan *plan, const struct explain_choice *choice,
	struct error *error)
{
	struct saliency_target *target = &plan->target;
	*target = (struct saliency_target){network_graph(plan->network)->node_count,
		EXPLAIN_PREDICTED};
	if (choice->class_name) {
		target->unit =
			find_named(plan->labels, choice->class_name, "class", choice->model, error);
		return target->unit < 0 ? -1 : 0;
	}
	if (!choice->filter)
		return 0;
	target->node = plan->options.node;
	target->unit = find_filter(choice->filter,
		network_shapes(plan->network)[target->node].channels, choice->model, error);
	return target->unit < 0 ? -1 : 0;
}

/* The class comes last, since its name may hold anything; where that is long, its index stands for
 * it. */
static void name_choice(struct explain_plan *plan, const struct explain_choice *choice)
{
	const struct node *nodes = network_graph(plan->network)->nodes;
	const char *class_name = choice->class_name ? plan->labels->items[plan->target.unit] : "";
	char *chosen = plan->chosen;
	size_t used = 0;
	*chosen = 0;
	if (choice->layer)
		used += (size_t)snprintf(chosen, EXPLAIN_CHOSEN_SIZE, "-layer-%s",
			nodes[plan->options.node].name);
	if (choice->filter)
		used += (size_t)snprintf(chosen + used, EXPLAIN_CHOSEN_SIZE - used, "-filter-%d",
			plan->target.unit);
	if (strlen(class_name) > CLASS_NAME_MAXIMUM)
		snprintf(chosen + used, EXPLAIN_CHOSEN_SIZE - used, "-class-%d", plan->target.unit);
	else if (choice->class_name)
		snprintf(chosen + used, EXPLAIN_CHOSEN_SIZE - used, "-class-%s", class_name);
}

int explain_choose(struct explain_plan *plan, const struct explain_choice *choice,
	struct error *error)
{
	if (choose_layer(plan, choice, error) || choose_target(plan, choice, error))
		return -1;
	name_choice(plan, choice);
	return 0;
}
