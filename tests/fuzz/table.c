/* A table of text, as TSV and as CSV. Accepted: as both. */
#include "common/fuzz.h"

#include "dataset/table.h"

#include <assert.h>
#include <string.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	int row = 0;
	for (int csv = 0; csv < 2 && row == 0; csv++) {
		struct table table;
		struct error error = {0};
		size_t length = 0;
		if (table_open(&table, fuzz_file(bytes, size), &error))
			return fuzz_refused(&error);
		table.csv = csv;
		while ((row = table_next(&table, &error)) == 1) {
			assert(table.count && table.line && table.line <= table.lines);
			for (size_t i = 0; i < table.count; i++)
				length += strlen(table.fields[i]);
		}
		assert(length <= size && (row == 0 || !fuzz_refused(&error)));
		table_close(&table);
	}
	return row == 0;
}
