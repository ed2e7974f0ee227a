/* save_network NETWORK SIDE FOLDER: a model folder of a network (common/workload.h) with random
 * weights, from which peers make the same one. */
#include "common/workload.h"

#include "model/model.h"

#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	static const char *const names[BENCH_CLASSES] = {"one", "two", "three", "four"};
	struct graph graph;
	struct network *network;
	struct text_list labels = {0};
	struct error error = {.object = "save_network", .reason = "takes three arguments"};
	require(argc != 4, &error);
	network_from_text(&graph, argv[1], atoi(argv[2]));
	require(network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error), &error);
	workload_initialize(network);
	for (int i = 0; i < BENCH_CLASSES; i++)
		require(text_list_add(&labels, names[i], &error), &error);
	json_t *card = json_object();
	mkdir(argv[3], 0777);
	require(model_save(argv[3], network, &labels, card, &error), &error);
	json_decref(card);
	text_list_free(&labels);
	network_destroy(network);
	graph_free(&graph);
	return 0;
}
