/* Optimizers, as Keras 3 has them, a row each, but for SGD, which has PyTorch's form: its velocity
 * is a sum of gradients, which a step multiplies by its own learning rate. Keras' velocity is a sum
 * of steps, and goes on with the rates of earlier ones. While the rate stays the same both are
 * equal.
 *
 * Weight decay is decoupled (Loshchilov and Hutter 2019), Keras 3's `weight_decay`, for all of
 * them: before a step, weights are multiplied by 1 - learning rate * weight decay.
 *
 * To add one: a row here and its function in kernels/vector_layers.h. */
#ifndef KERNELS_OPTIMIZER_H
#define KERNELS_OPTIMIZER_H

#include <stdbool.h>

/* X(kind, name, function, beta2, weight decay, whether the first moment decays by the momentum,
 * whether the learning rate has corrections of the moments' bias): Keras' defaults. */
#define OPTIMIZERS(X) \
	X(SGD, "sgd", sgd, 0.999f, 0, true, false) \
	X(RMSPROP, "rmsprop", rmsprop, 0.9f, 0, false, false) \
	X(ADAM, "adam", adam, 0.999f, 0, false, true) \
	X(ADAMW, "adamw", adam, 0.999f, 0.004f, false, true) \
	X(LION, "lion", lion, 0.99f, 0, false, false)

enum optimizer {
#define X(kind, ...) OPTIMIZER_##kind,
	OPTIMIZERS(X)
#undef X
};

#define X(...) +1
enum { OPTIMIZER_COUNT = OPTIMIZERS(X) };
#undef X

struct optimizer_row {
	const char *name;
	float beta2, weight_decay;
	bool has_momentum, corrects_bias;
};

const struct optimizer_row *optimizer_row(enum optimizer optimizer);

#endif
