#include "kernels/activation.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name, *alias, *title;
} ROWS[] = {
#define ROW(kind, name, alias, title, from) [ACTIVATION_##kind] = {name, alias, title},
	ACTIVATIONS(ROW)
#undef ROW
};
_Static_assert(sizeof ROWS / sizeof *ROWS == ACTIVATION_COUNT, "a row for each activation");

struct activation activation_default(enum activation_kind kind)
{
	return (struct activation){.kind = kind,
		.negative_slope = kind == ACTIVATION_LEAKY_RELU ? 0.2f : kind == ACTIVATION_ELU,
		.maximum = INFINITY};
}

bool activation_is_valid(const struct activation *a)
{
	bool is_clipped = a->kind == ACTIVATION_CLIPPED_RELU;
	bool has_slope = is_clipped || a->kind == ACTIVATION_LEAKY_RELU;
	if (a->kind == ACTIVATION_ELU)
		return a->negative_slope > 0 && isfinite(a->negative_slope);
	if (has_slope && !(a->negative_slope >= 0 && isfinite(a->negative_slope)))
		return false;
	return !is_clipped || (a->threshold >= 0 && isfinite(a->threshold) && a->maximum >= 0);
}

bool activation_has_name(const struct activation *activation)
{
	struct activation named = activation_default(activation->kind);
	bool has_slope =
		activation->kind == ACTIVATION_LEAKY_RELU || activation->kind == ACTIVATION_ELU;
	return ROWS[activation->kind].name &&
		(!has_slope || activation->negative_slope == named.negative_slope);
}

const char *activation_name(enum activation_kind kind)
{
	return ROWS[kind].name;
}

const char *activation_title(enum activation_kind kind)
{
	return ROWS[kind].title;
}

bool activation_find(const char *name, struct activation *out)
{
	for (int kind = 0; kind < ACTIVATION_COUNT; kind++) {
		const char *names[] = {ROWS[kind].name, ROWS[kind].alias};
		for (int i = 0; i < 2; i++)
			if (names[i] && strcmp(names[i], name) == 0) {
				*out = activation_default((enum activation_kind)kind);
				return true;
			}
	}
	return false;
}
