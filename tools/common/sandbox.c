#include "common/sandbox.h"

#include "common/tool.h"
#include "image/image.h"

#include <stdlib.h>

/* A sanitizer reserves terabytes of addresses and makes calls that a sandbox forbids: under it there is none. */
#if defined __has_feature
#define HAS_SANITIZER __has_feature(address_sanitizer)
#elif defined __SANITIZE_ADDRESS__
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif

void tool_sandbox(bool no_sandbox)
{
	struct error error;
	if (no_sandbox) {
		tool_say("--no-sandbox", "pictures are decoded in this process: a bad one can crash it, or make it do anything");
		return;
	}
	if (HAS_SANITIZER)
		return;
	if (image_sandbox_start(&error)) {
		tool_error(&error);
		tool_say("sandbox", "cannot be set up; --no-sandbox goes without, for pictures that are to be trusted");
		exit(EXIT_FAILED);
	}
	atexit(image_sandbox_stop);
}
