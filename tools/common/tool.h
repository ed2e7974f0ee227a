/* What every tool's main begins and ends with. Only here and in a main may a
 * program print or exit. */
#ifndef TOOLS_COMMON_TOOL_H
#define TOOLS_COMMON_TOOL_H

#include "base/error.h"
#include "base/options.h"
#include "base/processor.h"
#include "base/progress.h"

#include <stdbool.h>
#include <stdio.h>

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,     /* something broke: there is no result, or not all of it */
	EXIT_USAGE = 2,
	EXIT_BAD_INPUTS = 4, /* done, and the result is whole, but without the inputs that were bad; or a check found something */
};

/* The rows that tools share: place them last in a table. */
#define TOOL_SEED(seed) {0, "seed", OPTION_SEED, &(seed), "N", "start of all random numbers", 0, 0, NULL}
#define TOOL_THREADS(threads) \
	{0, "threads", OPTION_INTEGER, &(threads), "N", "threads to use, 0 for all cores; never changes a result", 0, 1024, NULL}
#define TOOL_QUIET(quiet) {'q', "quiet", OPTION_FLAG, &(quiet), NULL, "no progress, only errors", 0, 0, NULL}
#define TOOL_STRICT(strict) {0, "strict", OPTION_FLAG, &(strict), NULL, "stop at the first bad input", 0, 0, NULL}
#define TOOL_END {0, NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0, NULL}

/* Parses the command line and sets up signals: SIGPIPE and SIGXFSZ (a file beyond
 * ulimit -f) become errors of writing, and SIGINT, SIGTERM and SIGHUP end the process after unfinished
 * files are removed. A mapped file that is cut while it is read (SIGBUS) is a failure with a message. Exits for --help, --version and errors of usage. Returns the
 * index of the first operand. */
int tool_start(const struct options *options, int argc, char **argv);

/* In a tool that computes with kernels, before tool_start: --version tells which ones there are, and which is chosen. */
void tool_set_kernels(struct processor_versions versions);

/* Warns on standard error where this program was compiled without the kernels for the best instruction set of this
 * processor: work goes on, much slower than it could. After tool_set_kernels and tool_start. */
void tool_warn_of_kernels(void);
/* The table that tool_start parsed the command line by. */
const struct options *tool_options(void);

/* Prints "tool: object: reason". Returns EXIT_FAILED. */
int tool_error(const struct error *error);

/* The same for what is skipped or gone around, while work goes on: an error_report. */
void tool_report(const struct error *error);

/* Prints "tool: object: reason" from a format; for warnings and summaries too. */
void tool_say(const char *object, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An error of usage: prints it and where to find help, exits with EXIT_USAGE. */
void tool_usage(const char *object, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* For an option that means nothing without another, or contradicts it: an error of usage with `reason` where it was given
 * although it is not `allowed`. `name` is the long one, without dashes. After tool_start. */
void tool_allow(bool allowed, const char *name, const char *reason);

/* Refuses, with EXIT_FAILED, to write binary data for `path` (NULL or "-":
 * standard output) to a terminal. */
void tool_refuse_terminal(const char *path);

/* The status of work that is done: EXIT_DONE, EXIT_BAD_INPUTS where `bad` were left out of it, or EXIT_FAILED where none
 * were left. */
int tool_status(size_t bad, size_t good);

/* Progress under the tool's name on standard error, not started; a silent one when quiet. */
struct progress tool_progress(bool quiet);

/* For a tool that prints lines: where something written to standard output was lost because its reader has gone, ends
 * the process by SIGPIPE without a word, as cat does, unfinished files removed; else returns. */
void tool_end_closed_pipe(void);

/* Last statement of a main: closes standard output, and turns `status` into
 * EXIT_FAILED, with a message, when something written there was lost; tool_end_closed_pipe where all else was done. */
int tool_finish(int status);

#endif
