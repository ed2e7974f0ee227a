#include "common/sandbox.h"

#include "base/confine.h"
#include "common/tool.h"
#include "image/image.h"

#include <stdlib.h>

void tool_sandbox(bool no_sandbox)
{
	struct error error;
	if (no_sandbox) {
		tool_say("--no-sandbox", "pictures are decoded in this process: a bad one can crash it, or make it do anything");
		return;
	}
	if (!CONFINE_POSSIBLE)
		return;
	if (image_sandbox_start(&error)) {
		tool_error(&error);
		tool_say("sandbox", "cannot be set up; --no-sandbox goes without, for pictures that are to be trusted");
		exit(EXIT_FAILED);
	}
	atexit(image_sandbox_stop);
}
