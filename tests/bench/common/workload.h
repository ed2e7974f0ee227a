/* What the benchmarks share: networks to time, data for them, and the clock around them. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "nn/network.h"

enum { BENCH_CLASSES = 4 };

/* A network, and one batch of random images and targets. */
struct workload {
	struct network *network;
	float *images, *targets, *logits;
	int batch;
	uint64_t step;
};

/* Calls of work(context) per second: of as many as fill SPAN seconds (environment; 1 where it is not set), after one
 * that is not counted. */
double calls_per_second(void work(void *context), void *context);

/* Says what failed and exits where `failed`. */
void require(int failed, const struct error *error);

/* A network from a text that peers/peers.py reads too, for square images of three channels. Words, separated by spaces:
 * "c3/2x32" is a 3x3 convolution of stride 2 with 32 filters, "d3/1" a depthwise 3x3 one; both have same padding, no bias, and
 * batch normalisation and ReLU behind them. Global average pooling and a dense layer with softmax end it. "original" is the
 * network of the original project. */
void network_from_text(struct architecture *out, const char *text, int side);

/* Floating-point operations of a forward pass, and of a training step, per image: two for each multiplication and addition
 * in convolutions and dense layers, counted densely. */
double forward_work(const struct architecture *architecture);
double training_work(const struct architecture *architecture);

void workload_open(struct workload *workload, const struct architecture *architecture, enum network_mode mode, int batch,
	struct parallel *pool);
void workload_close(struct workload *workload);

/* Images per second of training steps with Adam, and of forward. */
double training_rate(struct workload *workload);
double forward_rate(struct workload *workload);

#endif
