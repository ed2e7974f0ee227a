/* engine NETWORK SIDE [training|forward]: throughput of a network (common/workload.h) with one and
 * two threads; of both, or of one alone. Lines of measurement, unit, value; peers/ prints the same
 * lines for other engines. */
#include "common/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void measure(const struct graph *graph, enum network_mode mode, int batch, int threads,
	struct parallel *pool)
{
	struct workload workload;
	workload_open(&workload, graph, mode, batch, pool);
	bool trains = mode == NETWORK_TRAIN;
	double rate = trains ? training_rate(&workload) : forward_rate(&workload);
	printf("%s, batch %d, threads %d\timages/s\t%.2f\n", trains ? "training" : "forward", batch,
		threads, rate);
	workload_close(&workload);
}

int main(int argc, char **argv)
{
	struct graph graph;
	struct error error;
	if (argc != 3 && argc != 4)
		return 2;
	bool trains = argc == 3 || strcmp(argv[3], "training") == 0;
	bool predicts = argc == 3 || strcmp(argv[3], "forward") == 0;
	network_from_text(&graph, argv[1], atoi(argv[2]));
	for (int threads = 1; threads <= 2; threads++) {
		struct parallel *pool;
		require(parallel_create(&pool, threads, &error), &error);
		if (trains)
			measure(&graph, NETWORK_TRAIN, 16, threads, pool);
		for (int batch = 16; predicts && batch >= 1; batch -= 15)
			measure(&graph, NETWORK_PREDICT, batch, threads, pool);
		parallel_destroy(pool);
	}
	graph_free(&graph);
	return 0;
}
