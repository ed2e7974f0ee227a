#include "kernels/optimizer.h"

static const struct optimizer_row ROWS[] = {
#define X(kind, name, function, beta2, decay, momentum, corrects) \
	[OPTIMIZER_##kind] = {name, beta2, decay, momentum, corrects},
	OPTIMIZERS(X)
#undef X
};

const struct optimizer_row *optimizer_row(enum optimizer optimizer)
{
	return &ROWS[optimizer];
}
