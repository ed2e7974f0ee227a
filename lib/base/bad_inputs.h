/* Bad inputs among many: each is reported, skipped and counted, or the first one ends the run. An
 * error of the machine ends it in any case: an input that could not be read for lack of memory or
 * file descriptors may be good. */
#ifndef BASE_BAD_INPUTS_H
#define BASE_BAD_INPUTS_H

#include "base/error.h"
#include "base/progress.h"

#include <stdbool.h>
#include <stddef.h>

struct bad_inputs {
	bool strict;               /* the first one ends the run */
	error_report *report;      /* called for each that is skipped */
	struct progress *progress; /* cleared before a report; NULL: none */
	size_t count;              /* skipped so far */
};

/* Reports and counts an input that is bad for `reason`. Returns 0 if it is skipped; if strict, or
 * for an error of the machine, -1 with `reason` copied to `error` (both may be the same). */
CHECKED int bad_input_skip(struct bad_inputs *bad, const struct error *reason, struct error *error);

#endif
