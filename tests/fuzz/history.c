/* history.tsv */
#include "common/fuzz.h"

#include "explain/history.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct history history;
	struct error error = {0};
	if (history_read(&history, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	assert(history.count > 0 && history_best(&history) >= 0 &&
		history_best(&history) < history.count);
	for (int column = 0; column < HISTORY_COLUMNS; column++)
		(void)history_has(&history, (enum history_column)column);
	history_free(&history);
	return true;
}
