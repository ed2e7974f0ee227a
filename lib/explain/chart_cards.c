#include "explain/chart_cards.h"

#include "explain/kinds.h"

#include <stdlib.h>

/* While cards are made. */
struct card_maker {
	const struct graph *graph;
	struct chart_cards *cards;
	struct shape *shapes;
	int *missing; /* of each node: inputs that have no card yet */
	int *card_of; /* of each node: the card that shows its output */
	int *ready;   /* stack of nodes whose inputs all have cards */
	int ready_count;
};

static int card_of(const struct card_maker *maker, int node)
{
	return node == GRAPH_INPUT ? 0 : maker->card_of[node];
}

/* Takes note that a node has a card. The first of those that become ready is on top of the stack,
 * and so are the ones after it, before any other branch. */
static void release_readers(struct card_maker *maker, int node)
{
	const struct graph *graph = maker->graph;
	for (int i = graph->node_count - 1; i > node; i--)
		for (int k = 0; k < graph->nodes[i].input_count; k++)
			if (graph_input(graph, i, k) == node && --maker->missing[i] == 0)
				maker->ready[maker->ready_count++] = i;
}

/* Whether an activation layer, which reads the card's output, can be shown on it. */
static bool can_show(const struct graph *graph, const struct chart_card *card,
	const struct layer *activation)
{
	if (activation->kind != LAYER_ACTIVATION ||
		activation->activation.kind == ACTIVATION_LINEAR || card->node == GRAPH_INPUT ||
		card->activation_node >= 0 || graph_uses(graph, card->node) != 1)
		return false;
	const struct layer *layer = graph_layer(graph, card->node);
	enum layer_family family = layer_kind_row(layer->kind)->family;
	return layer->activation.kind == ACTIVATION_LINEAR &&
		(family == FAMILY_CONVOLUTION || family == FAMILY_DENSE ||
			family == FAMILY_NORMALIZATION || family == FAMILY_JOIN);
}

static int64_t count_parameters(const struct layer *layer, struct shape input)
{
	struct parameter_shape parameters[PARAMETERS_MAXIMUM];
	int64_t sum = 0;
	int count = layer_parameters(layer, input, parameters);
	for (int i = 0; i < count; i++) {
		int64_t values = 1;
		for (int k = 0; k < parameters[i].rank; k++)
			values *= parameters[i].sides[k];
		sum += values;
	}
	return sum;
}

static void add_edge(struct chart_cards *cards, int from, int to)
{
	for (int i = cards->edge_count - 1; i >= 0 && cards->edges[i].to == to; i--)
		if (cards->edges[i].from == from)
			return;
	cards->edges[cards->edge_count++] = (struct chart_edge){.from = from, .to = to};
}

static void add_card(struct card_maker *maker, int node)
{
	const struct graph *graph = maker->graph;
	const struct layer *layer = graph_layer(graph, node);
	struct chart_cards *cards = maker->cards;
	int input = graph_input(graph, node, 0), before = card_of(maker, input);
	if (can_show(graph, &cards->cards[before], layer)) {
		cards->cards[before].activation_node = node;
		maker->card_of[node] = before;
		return;
	}
	int index = cards->count++;
	bool is_first = graph_first_node(graph, graph->nodes[node].layer) == node;
	cards->cards[index] = (struct chart_card){node, -1, maker->shapes[node],
		is_first ? count_parameters(layer, graph_shape(graph, maker->shapes, input)) : 0};
	maker->card_of[node] = index;
	for (int k = 0; k < graph->nodes[node].input_count; k++)
		add_edge(cards, card_of(maker, graph_input(graph, node, k)), index);
}

static int allocate(struct card_maker *maker, struct error *error)
{
	const struct graph *graph = maker->graph;
	size_t nodes = (size_t)graph->node_count + 1;
	maker->shapes = malloc(nodes * sizeof *maker->shapes);
	maker->missing = malloc(nodes * sizeof *maker->missing);
	maker->card_of = malloc(nodes * sizeof *maker->card_of);
	maker->ready = malloc(nodes * sizeof *maker->ready);
	maker->cards->cards = malloc(nodes * sizeof *maker->cards->cards);
	maker->cards->edges = malloc(((size_t)graph->edge_count + 1) * sizeof *maker->cards->edges);
	return maker->shapes && maker->missing && maker->card_of && maker->ready &&
			maker->cards->cards && maker->cards->edges
		? 0
		: error_memory(error, "chart");
}

static void make(struct card_maker *maker)
{
	const struct graph *graph = maker->graph;
	for (int i = 0; i < graph->node_count; i++)
		maker->missing[i] = graph->nodes[i].input_count;
	maker->cards->cards[maker->cards->count++] =
		(struct chart_card){GRAPH_INPUT, -1, graph->input, 0};
	release_readers(maker, GRAPH_INPUT);
	while (maker->ready_count) {
		int node = maker->ready[--maker->ready_count];
		add_card(maker, node);
		release_readers(maker, node);
	}
}

int chart_cards_make(struct chart_cards *cards, const struct graph *graph, struct error *error)
{
	struct card_maker maker = {.graph = graph, .cards = cards};
	*cards = (struct chart_cards){0};
	int result = allocate(&maker, error);
	if (result == 0)
		result = graph_shapes(graph, maker.shapes, error);
	if (result == 0)
		make(&maker);
	else
		chart_cards_free(cards);
	free(maker.shapes);
	free(maker.missing);
	free(maker.card_of);
	free(maker.ready);
	return result;
}

void chart_cards_free(struct chart_cards *cards)
{
	free(cards->cards);
	free(cards->edges);
	*cards = (struct chart_cards){0};
}
