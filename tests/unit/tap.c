#include "tap.h"

#include <ftw.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count, failed;
static char folder[64];

bool ok(bool good, const char *format, ...)
{
	va_list arguments;
	printf("%s %d - ", good ? "ok" : "not ok", ++count);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
	failed += !good;
	return good;
}

bool is_integer(long long got, long long expected, const char *name)
{
	if (!ok(got == expected, "%s", name))
		note("got %lld, expected %lld", got, expected);
	return got == expected;
}

bool is_text(const char *got, const char *expected, const char *name)
{
	bool same = got && expected && strcmp(got, expected) == 0;
	if (!ok(same, "%s", name))
		note("got '%s', expected '%s'", got ? got : "(null)",
			expected ? expected : "(null)");
	return same;
}

bool is_near(double got, double expected, double tolerance, const char *name)
{
	bool near = fabs(got - expected) <= tolerance;
	if (!ok(near, "%s", name))
		note("got %.9g, expected %.9g within %g", got, expected, tolerance);
	return near;
}

void note(const char *format, ...)
{
	va_list arguments;
	fputs("# ", stdout);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

int done(void)
{
	printf("1..%d\n", count);
	if (*folder)
		nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return failed || !count;
}

const char *scratch(void)
{
	if (!*folder) {
		snprintf(folder, sizeof folder, "/tmp/millrace-test.XXXXXX");
		if (!mkdtemp(folder)) {
			perror(folder);
			exit(1);
		}
	}
	return folder;
}

const char *fixture(const char *name)
{
	static char path[4096];
	const char *source = __FILE__; /* tests/unit/tap.c, from where make ran */
	snprintf(path, sizeof path, "%.*sfixtures/%s", (int)(strlen(source) - strlen("unit/tap.c")),
		source, name);
	return path;
}
