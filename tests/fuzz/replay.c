/* The log of augment as JSON lines, for replay. */
#include "common/fuzz.h"

#include "augment/operations.h"
#include "augment/replay.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct augment_options options;
	struct replay *replay;
	struct augment_variation variation;
	struct error error = {0};
	int result = 0;
	if (replay_open(&replay, fuzz_file(bytes, size), &options, &error))
		return fuzz_refused(&error);
	for (uint64_t id = 0; id < 2 && result == 0; id++) {
		result = replay_read(replay, 0,
			&(struct stream_record){.id = id, .source = "a.png"}, &variation, &error);
		assert(result || variation.change.count <= AUGMENT_STEPS_MAXIMUM);
	}
	bool accepted = (result == 0 && replay_end(replay, &error) == 0) || fuzz_refused(&error);
	replay_close(replay);
	return accepted;
}
