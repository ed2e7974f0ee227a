/* Selection of the kernels for the instruction set, and its description. */
#include "base/processor.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char plain[] = "plain", neon[] = "neon", avx2[] = "avx2", avx512[] = "avx512";
static const struct processor_versions all = {plain, neon, avx2, avx512},
				       only_plain = {.plain = plain};

/* The best that the processor of this machine has. */
static const char *best(void)
{
	return processor_choose(&all, NULL);
}

static void complete(void)
{
	char text[200], expected[200];
	ok(processor_missing(&all) == NULL, "nothing is missing where all was compiled");
	processor_describe(&all, text, sizeof text);
	snprintf(expected, sizeof expected, "plain neon avx2 avx512; chosen on this processor: %s",
		best());
	is_text(text, expected, "the description names all versions and the chosen one");
	processor_describe(&all, text, 6);
	is_text(text, "plain", "a description is truncated to its buffer");
}

static void incomplete(void)
{
	char text[200], expected[200];
	if (best() == plain) {
		ok(true, "what is missing # SKIP this processor has plain instructions alone");
		return;
	}
	ok(processor_choose(&only_plain, NULL) == plain,
		"a program without better versions runs the plain one");
	is_text(processor_missing(&only_plain), best(),
		"the best of this processor is what it lacks");
	processor_describe(&only_plain, text, sizeof text);
	snprintf(expected, sizeof expected,
		"plain; chosen on this processor: plain, for lack of %s", best());
	is_text(text, expected, "and the description says so");

	setenv("MILLRACE_CPU", best(), 1);
	struct error error;
	ok(processor_choose(&only_plain, &error) == NULL, "what was not compiled cannot be forced");
	ok(strstr(error.reason, "this program was compiled without ") != NULL,
		"the error is about the program, not the processor: %s", error.reason);
	unsetenv("MILLRACE_CPU");
}

static void forced(void)
{
	char text[200];
	setenv("MILLRACE_CPU", "plain", 1);
	ok(processor_choose(&all, NULL) == plain, "MILLRACE_CPU chooses");
	ok(processor_missing(&only_plain) == NULL, "then nothing is missing");
	processor_describe(&only_plain, text, sizeof text);
	is_text(text, "plain; chosen by MILLRACE_CPU: plain", "the description says so");
	setenv("MILLRACE_CPU", "z80", 1);
	processor_describe(&only_plain, text, sizeof text);
	is_text(text,
		"plain; none chosen: MILLRACE_CPU: 'z80' is not one of plain, neon, avx2, avx512",
		"or that the name is invalid");
	setenv("MILLRACE_CPU", "", 1);
	ok(processor_choose(&all, NULL) == best(), "an empty MILLRACE_CPU chooses nothing");
	unsetenv("MILLRACE_CPU");
}

int main(void)
{
	unsetenv("MILLRACE_CPU");
	complete();
	incomplete();
	forced();
	return done();
}
