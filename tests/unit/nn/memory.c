/* Where values lie: what is needed at one time does not overlap, and prediction's memory does not
 * grow with depth. */
#include "base/random.h"
#include "graphs.h"
#include "nn/engine.h"
#include "tap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 18 };

static bool overlaps(const struct place *a, const struct place *b)
{
	return a->first <= b->last && b->first <= a->last && a->offset < b->offset + b->count &&
		b->offset < a->offset + a->count;
}

static int count_overlaps(const struct place *places, int count)
{
	int overlapping = 0;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < i; k++)
			overlapping += overlaps(&places[i], &places[k]);
	return overlapping;
}

/* The most floats that are needed at one time. */
static size_t most_at_once(const struct place *places, int count)
{
	size_t most = 0;
	for (int i = 0; i < count; i++) {
		size_t sum = 0;
		for (int k = 0; k < count; k++)
			if (places[k].first <= places[i].first && places[k].last >= places[i].first)
				sum += places[k].count;
		most = sum > most ? sum : most;
	}
	return most;
}

static void random_places(void)
{
	enum { TRIALS = 300, MOST = 60, TIME = 40 };
	int overlapping = 0, outside = 0, unaligned = 0, few = 0, repeated = 0;
	for (uint64_t trial = 0; trial < TRIALS; trial++) {
		struct place places[MOST], again[MOST];
		struct random random = random_start(5, RANDOM_TEST, 1, trial);
		int count = (int)random_below(&random, MOST + 1);
		for (int i = 0; i < count; i++) {
			int first = (int)random_below(&random, TIME);
			places[i] = (struct place){.count = random_below(&random, 500),
				.first = first,
				.last = first + (int)random_below(&random, TIME / 2)};
		}
		memcpy(again, places, sizeof places);
		size_t total = arena_share(places, count);
		overlapping += count_overlaps(places, count);
		few += total < most_at_once(places, count);
		repeated += arena_share(again, count) != total;
		for (int i = 0; i < count; i++) {
			outside += places[i].offset + places[i].count > total;
			unaligned += places[i].offset % (64 / sizeof(float)) != 0;
			repeated += again[i].offset != places[i].offset;
		}
	}
	is_integer(overlapping, 0, "random places: none overlap that are needed at one time");
	is_integer(outside + few, 0, "random places: all lie within the total");
	is_integer(unaligned, 0, "random places: all are at cache lines");
	is_integer(repeated, 0, "random places: the same again");
}

static void unlimited_places(void)
{
	struct place places[2] = {{.count = SIZE_MAX / 2, .last = 1}, {.count = SIZE_MAX / 2}};
	ok(arena_share(places, 2) == SIZE_MAX, "places that no address space has are refused");
	ok(arena_share(NULL, 0) == 0, "no places");
}

static struct network *create(const struct graph *graph, enum network_mode mode)
{
	struct network *network;
	struct error error;
	if (network_create(&network, graph, mode, BATCH, NULL, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	return network;
}

static void network_places(struct graph (*make)(void))
{
	static const enum network_mode modes[] = {NETWORK_PREDICT, NETWORK_TRAIN, NETWORK_EXPLAIN};
	struct graph graph = make();
	for (int i = 0; i < 3; i++) {
		struct network *network = create(&graph, modes[i]);
		ok(network->place_count > 0 &&
				count_overlaps(network->places, network->place_count) == 0,
			"%s: places that are needed at one time do not overlap (mode %d)",
			graph.name, i);
		network_destroy(network);
	}
	graph_free(&graph);
}

/* A chain, or with `is_residual` blocks that add their input, without batch normalisation. */
static struct graph deep_graph(int depth, bool is_residual)
{
	struct graph graph = {.name = "deep", .input = {16, 16, 8, false}};
	int node = GRAPH_INPUT;
	for (int i = 0; i < depth; i++) {
		int branch = append_to(&graph, node,
			make_pool(&graph, LAYER_MAX_POOLING, 3, 1, PADDING_SAME));
		branch = append_to(&graph, branch, make_activation(&graph, ACTIVATION_TANH));
		node = is_residual ? append_join(&graph, LAYER_ADD, branch, node) : branch;
	}
	return graph;
}

/* Bytes of the shared values. */
static size_t memory_of(int depth, bool is_residual, enum network_mode mode)
{
	struct graph graph = deep_graph(depth, is_residual);
	struct network *network = create(&graph, mode);
	size_t used = network->arena.used;
	network_destroy(network);
	graph_free(&graph);
	return used;
}

static void depth(void)
{
	const size_t value = BATCH * 16 * 16 * 8 * sizeof(float);
	for (int is_residual = 0; is_residual < 2; is_residual++) {
		size_t shallow = memory_of(5, is_residual, NETWORK_PREDICT),
		       deep = memory_of(100, is_residual, NETWORK_PREDICT);
		ok(deep == shallow, "%s: prediction's memory does not grow with depth (%zu, %zu)",
			is_residual ? "residual blocks" : "a chain", shallow, deep);
		ok(memory_of(100, is_residual, NETWORK_EXPLAIN) > 100 * value,
			"explaining keeps all values");
	}
}

/* However far strides reach, no rows are kept but those that there are. */
static void long_strides(void)
{
	enum { ROW = 64 * 6, STRIDE = 1 << 20 };
	struct graph graph = {.name = "strides", .input = {2, 64, 2, false}};
	struct layer layer = make_depthwise(&graph, 3, 1, 1, PADDING_SAME, ACTIVATION_LINEAR);
	layer.stride_height = STRIDE;
	append_to(&graph, GRAPH_INPUT, layer);
	struct network *network = create(&graph, NETWORK_PREDICT);
	ok(network->scratch_count < 4 * ROW, "scratch memory does not grow with strides (%zu)",
		network->scratch_count);
	network_destroy(network);
	graph_free(&graph);
}

int main(void)
{
	static struct graph (*const makes[])(
		void) = {residual_graph, frozen_graph, excitation_graph, twin_graph, blocks_graph};
	for (size_t i = 0; i < sizeof makes / sizeof *makes; i++)
		network_places(makes[i]);
	random_places();
	unlimited_places();
	long_strides();
	depth();
	return done();
}
