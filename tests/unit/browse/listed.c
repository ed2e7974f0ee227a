/* Lists of images with notes. */
#include "base/file.h"
#include "browse/listed.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct listed read_text(const char *text, struct error *error)
{
	char path[200];
	struct listed listed = {0};
	snprintf(path, sizeof path, "%s/list", scratch());
	if (output_bytes(path, text, strlen(text), error) || listed_read(&listed, path, error))
		listed_free(&listed);
	return listed;
}

static void lines(void)
{
	struct error error;
	struct listed listed = read_text(
		"path\tproblem\tother\na.png\tsmall\t\nb\\x20.png\t\ttwin\tof c\n\nrest\n", &error);
	is_integer((long long)listed.paths.count, 2, "up to an empty line");
	if (listed.paths.count == 2) {
		is_text(listed.notes.items[0], "small", "a note");
		is_text(listed.paths.items[1], "b .png", "escapes are decoded");
		is_text(listed.notes.items[1], "twin, of c", "empty fields are left out");
	}
	listed_free(&listed);
}

static void many_fields(void)
{
	enum { FIELDS = 200000 };
	struct error error;
	char *text = malloc(2 * FIELDS + 20), *end = text + sprintf(text, "path\na.png");
	for (int i = 0; i < FIELDS; i++)
		end += sprintf(end, "\tx");
	const clock_t started = clock();
	struct listed listed = read_text(text, &error);
	ok(listed.notes.count == 1 && strlen(listed.notes.items[0]) == 3 * FIELDS - 2,
		"a note of many fields");
	ok(clock() - started < CLOCKS_PER_SEC, "takes linear time");
	listed_free(&listed);
	free(text);
}

int main(void)
{
	lines();
	many_fields();
	return done();
}
