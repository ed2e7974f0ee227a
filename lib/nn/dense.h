/* Inside lib/nn: dense layers on vectors. */
#ifndef NN_DENSE_H
#define NN_DENSE_H

#include "nn/engine.h"

extern const struct operation_kind dense_kind;

#endif
