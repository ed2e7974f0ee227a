/* The JSON of a stream's head: round trip. */
#include "common/fuzz.h"

#include "stream/head.h"

#include <assert.h>
#include <stdlib.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct stream_head head, again;
	struct error error = {0};
	char *text;
	size_t length;
	if (head_decode(&head, bytes, size, "head", &error))
		return fuzz_refused(&error);
	if (head_encode(&head, "head", &text, &length, &error) ||
		head_decode(&again, text, length, "head", &error))
		abort();
	assert(stream_head_match(&head, &again, NULL) == 0 && head.pass == again.pass &&
		head.segment == again.segment && head.passes == again.passes);
	assert(json_equal(head.history, again.history) &&
		stream_tensor_size(&head) <= STREAM_RECORD_MAXIMUM);
	free(text);
	stream_head_free(&head);
	stream_head_free(&again);
	return true;
}
