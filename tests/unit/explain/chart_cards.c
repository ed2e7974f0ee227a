/* What the cards of a chart show: order, activations, shared layers; and a row for each kind. */
#include "explain/chart_cards.h"

#include "explain/chart.h"
#include "explain/kinds.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct error error;
static struct graph graph;

static int add_node(int layer, int first, int second)
{
	int inputs[] = {first, second};
	int node = layer < 0
		? -1
		: graph_add_node(&graph, layer, inputs,
			  layer_kind_row(graph.layers[layer].kind)->least_inputs, &error);
	if (node < 0)
		exit(1);
	return node;
}

static int add(enum layer_kind kind, const char *name, int first, int second)
{
	struct layer layer = layer_defaults(kind, name);
	layer.filters = 4;
	layer.kernel_height = layer.kernel_width = 1;
	if (kind == LAYER_ACTIVATION)
		layer.activation.kind = ACTIVATION_RELU;
	return add_node(graph_add_layer(&graph, &layer, &error), first, second);
}

static struct chart_cards make(void)
{
	struct chart_cards cards;
	if (chart_cards_make(&cards, &graph, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	return cards;
}

static bool has_edge(const struct chart_cards *cards, int from, int to)
{
	for (int i = 0; i < cards->edge_count; i++)
		if (cards->edges[i].from == from && cards->edges[i].to == to)
			return true;
	return false;
}

/* Keras stores branches layer by layer, in turn. */
static void branches(void)
{
	graph.input = (struct shape){8, 8, 3, false};
	int a = add(LAYER_CONVOLUTION, "a1", GRAPH_INPUT, 0),
	    b = add(LAYER_CONVOLUTION, "b1", GRAPH_INPUT, 0);
	int a_relu = add(LAYER_ACTIVATION, "a1_relu", a, 0),
	    b_relu = add(LAYER_ACTIVATION, "b1_relu", b, 0);
	int a2 = add(LAYER_CONVOLUTION, "a2", a_relu, 0),
	    b2 = add(LAYER_CONVOLUTION, "b2", b_relu, 0);
	add(LAYER_ADD, "sum", a2, b2);
	struct chart_cards cards = make();
	static const int nodes[] = {GRAPH_INPUT, 0, 4, 1, 5, 6};
	bool same = cards.count == 6;
	for (int i = 0; same && i < 6; i++)
		same = cards.cards[i].node == nodes[i];
	ok(same, "one branch after the other");
	ok(cards.cards[1].activation_node == a_relu && cards.cards[3].activation_node == b_relu,
		"activations are on the cards before them");
	ok(cards.edge_count == 6 && has_edge(&cards, 0, 1) && has_edge(&cards, 0, 3) &&
			has_edge(&cards, 1, 2) && has_edge(&cards, 3, 4) &&
			has_edge(&cards, 2, 5) && has_edge(&cards, 4, 5),
		"and every value leads to those that read it");
	chart_cards_free(&cards);
	graph_free(&graph);
}

static void two_uses(void)
{
	graph.input = (struct shape){8, 8, 4, false};
	int convolution = add(LAYER_CONVOLUTION, "conv", GRAPH_INPUT, 0);
	int relu = add(LAYER_ACTIVATION, "relu", convolution, 0);
	int sum = add(LAYER_ADD, "sum", relu, convolution);
	add(LAYER_ACTIVATION, "last", sum, 0);
	struct chart_cards cards = make();
	ok(cards.count == 4 && cards.cards[1].activation_node < 0 && cards.cards[2].node == relu,
		"the activation of a value that is read elsewhere has a card of its own");
	ok(cards.cards[3].activation_node == 3, "that of a sum has not");
	ok(cards.edge_count == 4, "and a line beside");
	chart_cards_free(&cards);
	graph_free(&graph);
}

static void shared(void)
{
	int64_t parameters;
	graph.input = (struct shape){8, 8, 4, false};
	int first = add(LAYER_CONVOLUTION, "twice", GRAPH_INPUT, 0);
	int second = add_node(graph.nodes[first].layer, first, 0);
	add(LAYER_ADD, "sum", second, second);
	struct chart_cards cards = make();
	ok(cards.cards[1].parameters == 20 && cards.cards[2].parameters == 0,
		"shared weights are counted at their first use");
	ok(chart_parameters_of(&graph, &parameters, &error) == 0 && parameters == 20,
		"and once in the sum");
	is_integer(cards.edge_count, 3, "one line to a layer that reads a value twice");
	chart_cards_free(&cards);
	graph_free(&graph);
}

static void rows(void)
{
	int missing = 0;
	for (int kind = 0; kind < LAYER_KIND_COUNT; kind++)
		missing += layer_kind_row((enum layer_kind)kind)->family == 0;
	is_integer(missing, 0, "every kind of layer has a family");
}

int main(void)
{
	branches();
	two_uses();
	shared();
	rows();
	return done();
}
