/* A line of manifest.tsv: round trip. */
#include "common/fuzz.h"

#include "scrape/manifest_row.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static char *write_row(const struct manifest_row *row)
{
	char *line;
	size_t size;
	FILE *stream = open_memstream(&line, &size);
	if (!stream)
		abort();
	manifest_row_write(stream, row);
	if (fclose(stream))
		abort();
	assert(size && strchr(line, '\n') == line + size - 1);
	line[size - 1] = 0;
	return line;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct manifest_row row;
	char *line = fuzz_text(bytes, size);
	bool accepted = !manifest_row_read(line, &row);
	if (accepted) {
		char *first = write_row(&row), *copy = strdup(first);
		assert(copy && !manifest_row_read(copy, &row));
		char *second = write_row(&row);
		assert(strcmp(first, second) == 0);
		free(first);
		free(copy);
		free(second);
	}
	free(line);
	return accepted;
}
