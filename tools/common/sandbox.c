#include "common/sandbox.h"

#include "common/tool.h"
#include "image/image.h"
#include "sandbox/confine.h"

#include <stdlib.h>

void tool_sandbox_for(bool no_sandbox, const char *what, const char *done,
	int (*start)(struct error *), void (*stop)(void))
{
	struct error error;
	if (no_sandbox) {
		tool_say("--no-sandbox",
			"%s are %s in this process: a bad one can crash it, or make it do anything",
			what, done);
		return;
	}
	if (!CONFINE_POSSIBLE)
		return;
	if (start(&error)) {
		tool_say(error.object, "%s; --no-sandbox works without it, for trusted %s",
			error.reason, what);
		exit(EXIT_FAILED);
	}
	atexit(stop);
}

void tool_sandbox(bool no_sandbox)
{
	tool_sandbox_for(no_sandbox, "pictures", "decoded", image_sandbox_start,
		image_sandbox_stop);
}
