/* Inside lib/nn: all operations of a graph. */
#ifndef NN_OPERATIONS_H
#define NN_OPERATIONS_H

#include "nn/engine.h"

/* Makes operations and values of the nodes, and decides which gradients are wanted; needs shapes
 * and parameters. -1 without memory. */
CHECKED int plan_operations(struct network *network, struct error *error);

#endif
