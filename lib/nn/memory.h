/* Inside lib/nn: where values lie. */
#ifndef NN_MEMORY_H
#define NN_MEMORY_H

#include "nn/engine.h"

/* Gives every value a place for as long as it is needed, and allocates all of the network's memory.
 * -1 without memory. */
CHECKED int allocate_memory(struct network *network, struct error *error);

#endif
