/* Inside lib/nn: the parameters of a network's layers. */
#ifndef NN_PARAMETERS_H
#define NN_PARAMETERS_H

#include "nn/engine.h"

/* Lists the parameters of all layers and orders them in network->weights. -1 without memory. */
CHECKED int list_parameters(struct network *network, struct error *error);

#endif
