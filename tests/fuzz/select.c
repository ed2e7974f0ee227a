/* A list of records to select from a stream. */
#include "common/fuzz.h"

#include "stream/select.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct stream_select select = {0};
	struct error error = {0};
	const struct stream_head head = {.height = 1, .width = 1, .channels = 1};
	bool accepted = stream_select_read(&select, fuzz_file(bytes, size), &error) == 0 ||
		fuzz_refused(&error);
	for (size_t i = 0; accepted && i < select.count; i++) {
		const struct stream_select_line *item = &select.lines[i];
		const char *source = item->source ? item->source : "";
		assert(stream_select_matches(&select, &head,
			       &(struct stream_record){.id = item->id, .source = source}) &&
			item->matched);
	}
	stream_select_free(&select);
	return accepted;
}
