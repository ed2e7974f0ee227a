/* Bad inputs are reported and counted, or the first one ends the work. */
#include "base/bad_inputs.h"
#include "tap.h"

#include <string.h>

static int reports;
static struct error last;

static void report(const struct error *error)
{
	reports++;
	last = *error;
}

int main(void)
{
	struct progress progress = {0};
	struct bad_inputs bad = {false, report, &progress, 0};
	struct error reason, error = {0};
	error_set(&reason, "a.png", "is a folder");
	ok(bad_input_skip(&bad, &reason, &error) == 0 && bad_input_skip(&bad, &reason, &error) == 0,
		"two are skipped");
	ok(bad.count == 2 && reports == 2, "counted and reported");
	is_text(last.object, "a.png", "its object");
	is_text(last.reason, "is a folder", "its reason");
	is_text(error.reason, "", "no error");
	struct error fault;
	error_memory(&fault, "b.png");
	ok(bad_input_skip(&bad, &fault, &error) == -1, "a fault of the machine ends the work");
	ok(bad.count == 2 && reports == 2, "and is no bad input");
	is_text(error.object, "b.png", "but the error");
	is_integer(error.kind, ERROR_MACHINE, "of that kind");
	bad.strict = true;
	ok(bad_input_skip(&bad, &reason, &error) == -1, "strict: the first one ends the work");
	ok(bad.count == 2 && reports == 2, "and is the caller's to report");
	is_text(error.object, "a.png", "as the error");
	ok(bad_input_skip(&bad, &error, &error) == -1 && strcmp(error.object, "a.png") == 0,
		"given in place");
	return done();
}
