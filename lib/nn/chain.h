/* Inside lib/nn: operations that are computed together in prediction, as expansion, depthwise
 * convolution and projection of an inverted residual block.
 *
 * A chain is computed a few rows of its last output at a time; of what is between its operations
 * there are only the rows that the next needs, in a ring of rows small enough for the cache. They
 * are never written to memory. */
#ifndef NN_CHAIN_H
#define NN_CHAIN_H

#include "nn/engine.h"

/* Finds the chains, once operations have chosen how they compute. */
void link_chains(struct network *network);

/* Whether the operation is the last of a chain. */
bool is_chain(const struct operation *operation);

/* Requests the rings' memory. */
void chain_allocate(struct network *network, const struct operation *last);

/* Computes n samples of the output of a chain's last operation. */
void chain_forward(struct network *network, const struct operation *last, int n);

#endif
