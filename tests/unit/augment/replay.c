/* Invalid steps in a log are refused. */
#include "augment/replay.h"
#include "base/file.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

/* Reads `line` as that of record 0, into a variation of arbitrary former content. */
static void refuses(const char *line)
{
	char path[200], text[500];
	struct augment_options options;
	struct augment_variation variation;
	struct replay *replay;
	struct error error = {0};
	snprintf(path, sizeof path, "%s/done.jsonl", scratch());
	snprintf(text, sizeof text,
		"{\"fill\":\"nearest\",\"fill-value\":0.0,\"interpolation\":\"bilinear\","
		"\"operations\":{}}\n"
		"{\"pass\":0,\"id\":0,\"source\":\"a\",%s}\n",
		line);
	memset(&variation, 0x7f, sizeof variation);
	if (output_bytes(path, text, strlen(text), &error) ||
		replay_open(&replay, path, &options, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		return;
	}
	ok(replay_read(replay, 0, &(struct stream_record){.source = "a"}, &variation, &error) == -1,
		"%s is refused", line);
	is_text(error.reason, "contains an invalid step", "  reason");
	replay_close(replay);
}

int main(void)
{
	refuses("\"stops\":[]");
	refuses("\"steps\":7");
	refuses("\"steps\":[[\"horizontal-flip\"],[\"nosuch\"]]");
	refuses("\"steps\":[[\"mixup\",0.5]],\"partner\":{\"id\":1}");
	return done();
}
