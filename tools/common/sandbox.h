/* For the tools that decode pictures: --no-sandbox, and what is done without it. */
#ifndef TOOLS_COMMON_SANDBOX_H
#define TOOLS_COMMON_SANDBOX_H

#include <stdbool.h>

/* The row of the option, last but for TOOL_END. */
#define TOOL_NO_SANDBOX(no_sandbox) \
	{0, "no-sandbox", OPTION_FLAG, &(no_sandbox), NULL, "decode in this process, where a bad picture may do anything", 0, 0, NULL}

/* Has pictures decoded in processes of their own until the tool exits, or, with no_sandbox, warns that they are not. To be
 * called first after tool_start, while the process is small and has no threads. Where no sandbox can be set up it
 * says so and how to go without, and exits with EXIT_FAILED. */
void tool_sandbox(bool no_sandbox);

#endif
