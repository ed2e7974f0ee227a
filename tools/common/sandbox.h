/* The sandbox of tools that decode pictures, and --no-sandbox. */
#ifndef TOOLS_COMMON_SANDBOX_H
#define TOOLS_COMMON_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>

/* The row of the option, last before TOOL_END. */
#define TOOL_NO_SANDBOX(no_sandbox) \
	{ \
		0, "no-sandbox", OPTION_FLAG, &(no_sandbox), NULL, \
			"decode in this process, unprotected against malicious pictures", 0, 0, \
			NULL \
	}

/* Starts the sandbox in which pictures are decoded until the tool exits, or, with no_sandbox, warns
 * that there is none. To be called first after tool_start, while the process is small and has no
 * threads. If the sandbox cannot be started it prints the reason and exits with EXIT_FAILED. */
void tool_sandbox(bool no_sandbox);

/* The same for other untrusted input: `what` is `done` ("pictures", "decoded") by a sandbox with
 * these functions to start and stop it. */
void tool_sandbox_for(bool no_sandbox, const char *what, const char *done,
	int (*start)(struct error *), void (*stop)(void));

#endif
