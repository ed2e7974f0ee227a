#include "base/bad_inputs.h"

int bad_input_skip(struct bad_inputs *bad, const struct error *reason, struct error *error)
{
	if (bad->strict || reason->kind == ERROR_MACHINE)
		return error_copy(error, reason);
	if (bad->progress)
		progress_clear(bad->progress);
	bad->report(reason);
	bad->count++;
	return 0;
}
