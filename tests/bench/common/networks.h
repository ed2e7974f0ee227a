/* Networks that people use, built from tables of their blocks; no weights. */
#ifndef BENCH_NETWORKS_H
#define BENCH_NETWORKS_H

#include "graph/graph.h"

/* The network of this name for square images of three channels, with BENCH_CLASSES classes and a
 * softmax at the end; false: there is none of this name. They are as published but for the classes:
 *
 * mobilenet_v2-1.0, mobilenet_v2-0.35, efficientnet_b0: as in Keras, without its preprocessing
 * layers; padding "same", which for odd kernels, stride 2 and an even side pads only below and
 * right, like Keras' own.
 * resnet18, resnet50, squeezenet_1.1: as in torchvision; the ResNets with padding "same" where
 * torchvision pads both sides, at the same cost.
 * blocks: five times convolution 3x3, batch normalisation, ReLU, max-pool 2, with 32 to 128
 * filters; then global average pooling and a dense layer. */
bool network_by_name(struct graph *out, const char *name, int side);

#endif
