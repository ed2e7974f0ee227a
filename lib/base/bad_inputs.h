/* Bad inputs among many: each is reported, skipped and counted, or the first one ends the work. A fault of the machine ends
 * it in any case: what could not be read for want of memory or file descriptors may be good. */
#ifndef BASE_BAD_INPUTS_H
#define BASE_BAD_INPUTS_H

#include "base/error.h"
#include "base/progress.h"

#include <stdbool.h>
#include <stddef.h>

struct bad_inputs {
	bool strict;               /* the first one ends the work */
	error_report *report;      /* told of each that is skipped */
	struct progress *progress; /* wiped before it is told; NULL: there is none */
	size_t count;              /* so many were skipped */
};

/* Reports and counts an input that is bad for `reason`. Returns 0 when it is skipped, or, if strict or where the fault was
 * the machine's, -1 with `reason` copied to `error` (both may be the same). */
CHECKED int bad_input_skip(struct bad_inputs *bad, const struct error *reason, struct error *error);

#endif
