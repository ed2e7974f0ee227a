/* For the tools that decode pictures: --no-sandbox, and what is done without it. */
#ifndef TOOLS_COMMON_SANDBOX_H
#define TOOLS_COMMON_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>

/* The row of the option, last but for TOOL_END. */
#define TOOL_NO_SANDBOX(no_sandbox) \
	{0, "no-sandbox", OPTION_FLAG, &(no_sandbox), NULL, "decode in this process, where a bad picture may do anything", 0, 0, NULL}

/* Has pictures decoded in processes of their own until the tool exits, or, with no_sandbox, warns that they are not. To be
 * called first after tool_start, while the process is small and has no threads. Where no sandbox can be set up it
 * says so and how to go without, and exits with EXIT_FAILED. */
void tool_sandbox(bool no_sandbox);

/* The same for other things that strangers made: `what` is done so by processes that `start` and `stop` start and stop. */
void tool_sandbox_for(bool no_sandbox, const char *what, const char *done, int (*start)(struct error *), void (*stop)(void));

#endif
