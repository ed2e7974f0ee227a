/* Graphs in memory that another process writes: what it was given is read, and what is no graph is
 * refused, whatever it is. */
#include "graph/graph_image.h"

#include "base/random.h"
#include "graphs.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct graph_image *image, *good;

/* Two convolutions, their sum and an unused layer's node: conv -> (a, b) -> add -> dense. */
static struct graph make_graph(void)
{
	struct graph graph = {.name = "m", .input = {8, 6, 3, false}};
	int front = append_to(&graph, GRAPH_INPUT,
		make_convolution(&graph, 4, 3, 3, 1, PADDING_SAME, ACTIVATION_RELU));
	int side = append_to(&graph, front,
		make_convolution(&graph, 4, 1, 1, 1, PADDING_SAME, ACTIVATION_LINEAR));
	int sum = append_join(&graph, LAYER_ADD, front, side);
	int vector = append_to(&graph, sum, make_layer(&graph, LAYER_GLOBAL_AVERAGE_POOLING));
	append_to(&graph, vector, make_dense(&graph, 2, ACTIVATION_SOFTMAX));
	return graph;
}

static bool is_same(const struct graph *a, const struct graph *b)
{
	if (strcmp(a->name, b->name) != 0 || a->layer_count != b->layer_count ||
		a->node_count != b->node_count || !shape_is_same(a->input, b->input))
		return false;
	for (int i = 0; i < a->node_count; i++) {
		const struct node *node = &a->nodes[i], *other = &b->nodes[i];
		if (strcmp(node->name, other->name) != 0 || node->layer != other->layer ||
			node->input_count != other->input_count)
			return false;
		for (int k = 0; k < node->input_count; k++)
			if (graph_input(a, i, k) != graph_input(b, i, k))
				return false;
	}
	return memcmp(a->layers, b->layers, (size_t)a->layer_count * sizeof *a->layers) == 0;
}

static void round_trip(void)
{
	struct graph graph = make_graph(), got;
	struct error error;
	ok(graph_image_write(good, &graph, &error) == 0, "a graph is written");
	if (ok(graph_image_read(&got, good, &error) == 0, "and read"))
		ok(is_same(&got, &graph), "as it was");
	graph_free(&got);
	graph_free(&graph);
}

static void too_many_edges(void)
{
	struct graph graph = make_graph();
	struct error error;
	graph.edge_count = GRAPH_EDGES_MAXIMUM + 1;
	is_integer(graph_image_write(image, &graph, &error), -1, "too many edges");
	is_text(error.reason, "has 65537 connections; 65536 are supported", "are refused");
	graph_free(&graph);
}

/* A layer that no node is of is dropped, as is a node that does not lead to the last one. */
static void unused(void)
{
	struct graph got;
	struct error error;
	*image = *good;
	image->layers[image->layer_count] = image->layers[0];
	strcpy(image->layers[image->layer_count++].name, "unused");
	ok(graph_image_read(&got, image, &error) == 0 && got.layer_count == 5,
		"a layer without a node is dropped");
	graph_free(&got);
	*image = *good;
	image->node_count = 4;
	ok(graph_image_read(&got, image, &error) == 0 && got.layer_count == 4 &&
			got.node_count == 4,
		"so is that of a node which is not there");
	graph_free(&got);
}

/* ---- damage ---- */

#define ROW(type, place, value) \
	{ \
#place " is " #value, offsetof(struct graph_image, place), sizeof(type), \
			(unsigned)(value) \
	}

/* A number of the image, of 1 or 4 bytes, and another value. */
static const struct damage {
	const char *what;
	size_t offset, size;
	unsigned value;
} DAMAGES[] = {
	ROW(int, layer_count, 0),
	ROW(int, layer_count, -1),
	ROW(int, layer_count, 3),
	ROW(int, layer_count, GRAPH_NODES_MAXIMUM + 1),
	ROW(int, layer_count, 0x7fffffff),
	ROW(int, node_count, 0),
	ROW(int, node_count, -1),
	ROW(int, node_count, 6),
	ROW(int, node_count, GRAPH_NODES_MAXIMUM + 1),
	ROW(int, node_count, 0x80000000),
	ROW(int, edge_count, 0),
	ROW(int, edge_count, -5),
	ROW(int, edge_count, 5),
	ROW(int, edge_count, GRAPH_EDGES_MAXIMUM + 1),
	ROW(int, input.height, -1),
	ROW(int, input.width, 0x7fffffff),
	ROW(int, input.channels, 0),
	ROW(int, input.channels, -3),
	ROW(bool, input.is_vector, 2),
	ROW(int, edges[0], -2),
	ROW(int, edges[0], 0),
	ROW(int, edges[1], 1),
	ROW(int, edges[1], 4),
	ROW(int, edges[2], 0x7fffffff),
	ROW(int, nodes[0].layer, -1),
	ROW(int, nodes[0].layer, 5),
	ROW(int, nodes[0].input_count, 0),
	ROW(int, nodes[0].input_count, -1),
	ROW(int, nodes[0].input_count, GRAPH_INPUTS_MAXIMUM + 1),
	ROW(int, nodes[0].first_edge, -1),
	ROW(int, nodes[0].first_edge, 6),
	ROW(int, nodes[0].first_edge, 0x7fffffff),
	ROW(int, nodes[4].first_edge, 0x80000000),
	ROW(bool, nodes[2].is_inference, 2),
	ROW(int, layers[0].kind, LAYER_KIND_COUNT),
	ROW(int, layers[0].kind, -1),
	ROW(int, layers[0].activation.kind, ACTIVATION_COUNT),
	ROW(int, layers[4].activation.kind, 0x80000000),
	ROW(int, layers[0].padding, 2),
	ROW(int, layers[0].interpolation, 2),
	ROW(int, layers[0].constant_count, LAYER_CONSTANTS + 1),
	ROW(int, layers[0].constant_count, -1),
	ROW(bool, layers[0].is_frozen, 2),
	ROW(bool, layers[1].use_bias, 255),
	ROW(bool, layers[1].drops_samples, 3),
	ROW(bool, layers[1].center, 128),
	ROW(bool, layers[1].scale, 2),
	ROW(bool, layers[1].invert, 2),
	ROW(bool, layers[1].keeps_dimensions, 2),
	ROW(bool, layers[1].shared_height, 2),
	ROW(bool, layers[1].shared_width, 2),
	ROW(bool, layers[1].target.is_vector, 2),
};

static void is_refused(const char *what)
{
	struct graph got;
	struct error error = {0};
	ok(graph_image_read(&got, image, &error) == -1 && strcmp(error.reason, "is damaged") == 0 &&
			!got.layers && !got.nodes && !got.edges,
		"refused: %s", what);
}

static void damages(void)
{
	for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
		*image = *good;
		memcpy((char *)image + DAMAGES[i].offset, &DAMAGES[i].value, DAMAGES[i].size);
		is_refused(DAMAGES[i].what);
	}
}

/* Names without an end, and such that are not UTF-8. */
static void names(void)
{
	static const struct {
		const char *what;
		size_t offset, size;
	} texts[] = {
		{"the graph's name", offsetof(struct graph_image, name), LAYER_NAME_SIZE},
		{"a layer's name", offsetof(struct graph_image, layers[1].name), LAYER_NAME_SIZE},
		{"a layer's group", offsetof(struct graph_image, layers[1].group), LAYER_PATH_SIZE},
		{"its outermost layer", offsetof(struct graph_image, layers[1].outermost),
			LAYER_NAME_SIZE},
		{"a node's name", offsetof(struct graph_image, nodes[1].name), LAYER_NAME_SIZE},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		*image = *good;
		memset((char *)image + texts[i].offset, 'a', texts[i].size);
		is_refused(texts[i].what);
		*image = *good;
		memcpy((char *)image + texts[i].offset, "\377", 2);
		is_refused(texts[i].what);
	}
}

/* ---- noise ---- */

/* A graph that was read has shapes, or is refused by them; all of its parts may be read. */
static bool is_sound(const struct graph *graph)
{
	struct shape shapes[GRAPH_NODES_MAXIMUM];
	struct error error;
	if (graph->node_count < 1 || graph->node_count > GRAPH_NODES_MAXIMUM ||
		graph->layer_count > graph->node_count)
		return false;
	for (int i = 0; i < graph->layer_count; i++)
		if (graph_first_node(graph, i) >= graph->node_count)
			return false;
	return graph_shapes(graph, shapes, &error) == 0 || *error.reason;
}

/* Up to 8 bytes of what is in use become others. */
static void noise(void)
{
	enum { ROUNDS = 20000 };
	const struct {
		size_t offset, size;
	} parts[] = {
		{0, offsetof(struct graph_image, layers)},
		{offsetof(struct graph_image, layers), 5 * sizeof(struct layer)},
		{offsetof(struct graph_image, nodes), 5 * sizeof(struct node)},
		{offsetof(struct graph_image, edges), 6 * sizeof(int)},
	};
	int read = 0, sound = 0;
	*image = *good;
	for (int i = 0; i < ROUNDS; i++) {
		struct random random = random_start(0, RANDOM_TEST, (uint64_t)i, 0);
		struct graph got;
		struct error error;
		for (uint32_t left = 1 + random_below(&random, 8); left; left--) {
			size_t part = random_below(&random, 4);
			size_t at = parts[part].offset +
				random_below(&random, (uint32_t)parts[part].size);
			((unsigned char *)image)[at] = (unsigned char)random_u32(&random);
		}
		if (graph_image_read(&got, image, &error) == 0) {
			read++;
			sound += is_sound(&got);
			graph_free(&got);
		}
		for (size_t part = 0; part < 4; part++)
			memcpy((char *)image + parts[part].offset,
				(const char *)good + parts[part].offset, parts[part].size);
	}
	ok(read > 0 && read < ROUNDS, "%d of %d changed images are graphs", read, ROUNDS);
	is_integer(sound, read, "all of which are sound");
}

int main(void)
{
	image = calloc(1, sizeof *image);
	good = calloc(1, sizeof *good);
	round_trip();
	too_many_edges();
	unused();
	damages();
	names();
	noise();
	free(image);
	free(good);
	return done();
}
