/* Inside lib/nn: how a training step changes the weights. */
#ifndef NN_UPDATE_H
#define NN_UPDATE_H

#include "nn/engine.h"

/* The penalties of all trained parameters (struct penalty): what they add to the loss. */
double penalty_loss(const struct network *network);

/* Adds the gradients of the penalties, clips all, then changes the weights by the optimizer. */
void update_weights(struct network *network, float learning_rate);

#endif
