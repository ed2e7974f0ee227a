/* A Keras model's JSON: read, completed for two labels, and written so that it is read as the same
 * graph. */
#include "common/fuzz.h"

#include "model/model.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What is written can be read. */
static void write_again(const struct graph *graph)
{
	struct graph again;
	struct error error = {0};
	char path[64];
	snprintf(path, sizeof path, "/tmp/millrace-fuzz-%d.json", (int)getpid());
	if (architecture_write(graph, path, &error)) {
		fuzz_refused(&error);
		return;
	}
	assert(architecture_read(&again, path, NULL, &error) == 0);
	unlink(path);
	assert(again.node_count == graph->node_count && again.layer_count == graph->layer_count);
	graph_free(&again);
}

/* Refused, the graph is still one. */
static void complete(struct graph *graph)
{
	const struct output_request request = {"model", 2, OUTPUT_AUTO, OUTPUT_AUTO};
	struct output_head head;
	struct error error = {0};
	if (graph_is_free(graph))
		return;
	if (output_complete(graph, &request, &head, &error))
		fuzz_refused(&error);
	else
		assert(head.outputs >= 1 && (!head.has_paired_logits || head.outputs == 2));
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct graph graph;
	struct architecture_remarks remarks = {0};
	struct error error = {0};
	int result = architecture_read(&graph, fuzz_file(bytes, size), &remarks, &error);
	architecture_remarks_free(&remarks);
	if (result)
		return fuzz_refused(&error);
	complete(&graph);
	assert(graph.node_count >= 1 && graph.node_count <= GRAPH_NODES_MAXIMUM);
	struct shape *shapes = calloc((size_t)graph.node_count, sizeof *shapes);
	assert(shapes && (graph_is_free(&graph) || graph_shapes(&graph, shapes, &error) == 0));
	write_again(&graph);
	free(shapes);
	graph_free(&graph);
	return true;
}
