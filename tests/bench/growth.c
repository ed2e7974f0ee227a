/* Scaling of time with batch size, image side, channels and threads. Lines for table.awk: table,
 * column, row, unit, value. */
#include "common/workload.h"

#include <stdio.h>
#include <unistd.h>

static void measure(const char *table, int size, const char *network, int side, int batch,
	int threads)
{
	struct graph graph;
	struct parallel *pool;
	struct workload workload;
	struct error error;
	network_from_text(&graph, network, side);
	require(parallel_create(&pool, threads, &error), &error);
	workload_open(&workload, &graph, NETWORK_TRAIN, batch, pool);
	double training = training_rate(&workload);
	workload_close(&workload);
	workload_open(&workload, &graph, NETWORK_PREDICT, batch, pool);
	double forward = forward_rate(&workload);
	workload_close(&workload);
	printf("%s\ttraining, ms/image\t%d\tms\t%.4f\n", table, size, 1e3 / training);
	printf("%s\ttraining, GFLOP/s\t%d\tGFLOP/s\t%.2f\n", table, size,
		training * training_flops(&graph) / 1e9);
	printf("%s\tforward, ms/image\t%d\tms\t%.4f\n", table, size, 1e3 / forward);
	printf("%s\tforward, GFLOP/s\t%d\tGFLOP/s\t%.2f\n", table, size,
		forward * forward_flops(&graph) / 1e9);
	parallel_destroy(pool);
	graph_free(&graph);
}

int main(void)
{
	static const int batches[] = {1, 2, 4, 8, 16, 32, 64},
			 sides[] = {32, 50, 75, 100, 150, 200, 300};
	static const int pictures[] = {96, 128, 160, 192, 224, 288};
	static const int channels[] = {8, 16, 24, 32, 48, 64, 128, 256};
	int processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
	for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
		measure("original network, batch", batches[i], "original", 150, batches[i], 0);
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
		measure("original network, image side", sides[i], "original", sides[i], 16, 0);
	for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
		char network[64];
		snprintf(network, sizeof network, "c3/1x%d c3/1x%d", channels[i], channels[i]);
		measure("two 3x3 convolutions on 32x32, channels", channels[i], network, 32, 16, 0);
	}
	for (size_t i = 0; i < 6; i++)
		measure("MobileNetV2 at 128x128, batch", batches[i], "mobilenet_v2-1.0", 128,
			batches[i], 0);
	for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
		measure("MobileNetV2, image side", pictures[i], "mobilenet_v2-1.0", pictures[i], 8,
			0);
	for (int threads = 1; threads <= processors; threads *= 2)
		measure("original network, threads", threads, "original", 150, 16, threads);
	for (int threads = 1; threads <= processors; threads *= 2)
		measure("MobileNetV2 at 224x224, threads", threads, "mobilenet_v2-1.0", 224, 8,
			threads);
	return 0;
}
