/* Common to the benchmarks: networks, input data and timing. */
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

/* Calls of function(context) per second, measured for SPAN seconds (environment; default 1) after a
 * warm-up call. */
double calls_per_second(void function(void *context), void *context);

/* If `failed`, prints the error and exits. */
void require(int failed, const struct error *error);

/* A network from a text, for square images of three channels. Words, separated by spaces: "c3/2x32"
 * is a 3x3 convolution of stride 2 with 32 filters, "d3/1" a depthwise 3x3 one; both have same
 * padding, no bias, and are followed by batch normalisation and ReLU. The last layers are global
 * average pooling and a dense one with softmax. "original" is the network of the original project;
 * networks.h has more names. */
void network_from_text(struct graph *out, const char *text, int side);

/* Floating-point operations of a forward pass, and of a training step, per image: two for each
 * multiplication and addition in convolutions and dense layers, counted densely. */
double forward_flops(const struct graph *graph);
double training_flops(const struct graph *graph);

/* Random weights that keep the values of a deep network near 1 without training: neither zeros nor
 * subnormal numbers nor infinities are measured. */
void workload_initialize(struct network *network);

void workload_open(struct workload *workload, const struct graph *graph, enum network_mode mode,
	int batch, struct parallel *pool);
void workload_close(struct workload *workload);

/* Images per second of training steps with Adam, and of forward passes. */
double training_rate(struct workload *workload);
double forward_rate(struct workload *workload);

#endif
