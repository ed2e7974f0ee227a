/* Training and forward of the original network by darknet, which has one thread: darknet CFG; lines
 * as ../engine.c prints. */
#include <darknet.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void train(network *net)
{
	train_network_datum(net);
}

static void predict(network *net)
{
	network_predict(net, net->input);
}

static double rate(network *net, void work(network *))
{
	double wanted = atof(getenv("SPAN")), taken;
	long calls = 0;
	work(net);
	double start = now();
	do {
		work(net);
		calls++;
	} while ((taken = now() - start) < wanted);
	return net->batch * calls / taken;
}

int main(int argc, char **argv)
{
	network *net = parse_network_cfg(argc > 1 ? argv[1] : "");
	for (int i = 0; i < net->inputs * net->batch; i++)
		net->input[i] = (float)rand() / (float)RAND_MAX;
	for (int i = 0; i < net->batch; i++)
		net->truth[i * net->truths + i % net->truths] = 1;
	printf("training, batch 16, threads 1\timages/s\t%.2f\n", rate(net, train));
	printf("forward, batch 16, threads 1\timages/s\t%.2f\n", rate(net, predict));
	set_batch_network(net, 1);
	printf("forward, batch 1, threads 1\timages/s\t%.2f\n", rate(net, predict));
	return 0;
}
