/* Start and end of every tool's main. Only these functions and a main may
 * print or exit. */
#ifndef TOOLS_COMMON_TOOL_H
#define TOOLS_COMMON_TOOL_H

#include "base/error.h"
#include "base/options.h"
#include "base/processor.h"
#include "base/progress.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* failure: no result, or an incomplete one */
	EXIT_USAGE = 2,
	EXIT_BAD_INPUTS = 4, /* done, but bad inputs were left out of the result; or a check found
	                        something */
};

/* Rows shared by tools: they come last in a table. */
#define TOOL_SEED(seed) \
	{ \
		0, "seed", OPTION_SEED, &(seed), "N", "random seed", 0, 0, NULL \
	}
/* Of a model whose architecture and card leave it open. */
#define TOOL_MODEL(path) \
	{ \
		'm', "model", OPTION_INPUT, &(path), "MODEL", \
			"model: a folder, or a file of Keras, TensorFlow.js or Teachable Machine", \
			0, 0, NULL \
	}
#define TOOL_LABELS(path) \
	{ \
		0, "labels", OPTION_INPUT, &(path), "FILE", \
			"names of the classes, one a line, instead of the model's", 0, 0, NULL \
	}
#define TOOL_PICTURE_SIZE(size) \
	{ \
		0, "size", OPTION_SIZE, &(size), "WxH", \
			"size of pictures for a network that takes any (default 224x224)", 1, \
			65535, NULL \
	}
/* Of a model whose architecture ends without one; for tools that include model/model.h. */
#define TOOL_OUTPUT_ACTIVATION(output) \
	{ \
		0, "output-activation", OPTION_CHOICE, &(output), "NAME", \
			"output activation of a network that ends without one", 0, 0, \
			output_activation_names \
	}
#define TOOL_THREADS(threads) \
	{ \
		0, "threads", OPTION_INTEGER, &(threads), "N", \
			"number of threads, 0: all cores; results do not depend on it", 0, 1024, \
			NULL \
	}
#define TOOL_QUIET(quiet) \
	{ \
		'q', "quiet", OPTION_FLAG, &(quiet), NULL, "no progress, only errors", 0, 0, NULL \
	}
#define TOOL_STRICT(strict) \
	{ \
		0, "strict", OPTION_FLAG, &(strict), NULL, "stop at the first bad input", 0, 0, \
			NULL \
	}
#define TOOL_END \
	{ \
		0, NULL, OPTION_FLAG, NULL, NULL, NULL, 0, 0, NULL \
	}

/* Parses the command line and sets up signals: SIGPIPE and SIGXFSZ (a file beyond
 * ulimit -f) become write errors, and SIGINT, SIGTERM and SIGHUP end the process after unfinished
 * files are removed. Truncation of a mapped file while it is read (SIGBUS) is a failure with a
 * message. Exits for --help,
 * --version and usage errors. Returns the index of the first operand. */
int tool_start(const struct options *options, int argc, char **argv);

/* In a tool that uses kernels, before tool_start: --version then shows the available versions and
 * the selected one. */
void tool_set_kernels(struct processor_versions versions);

/* Warns on standard error if this program was compiled without kernels for the best instruction set
 * of this processor, and so runs much slower than possible. After tool_set_kernels and
 * tool_start. */
void tool_warn_of_kernels(void);

/* The options given to tool_start. */
const struct options *tool_options(void);

/* Prints "tool: object: reason". Returns EXIT_FAILED. */
int tool_error(const struct error *error);

/* The same as a warning, while the run goes on: an error_report. */
void tool_report(const struct error *error);

/* Prints "tool: object: reason" from a format; for warnings and summaries too. */
void tool_say(const char *object, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints a line for each of the texts. */
void tool_say_all(const char *object, const struct text_list *texts);

/* A usage error: prints it and a hint at --help, exits with EXIT_USAGE. */
void tool_usage(const char *object, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* For an option that requires another or conflicts with it: a usage error with `reason` if it was
 * given although it is not `allowed`. `name` is the long one, without dashes. After tool_start. */
void tool_allow(bool allowed, const char *name, const char *reason);

/* Whether an option was given on the command line; `name` as above. After tool_start. */
bool tool_given(const char *name);

/* From now on the first SIGINT, SIGTERM or SIGHUP does not end the process but sets the variable
 * that is returned to its number; the next one ends it at once. A signal that is ignored stays so.
 */
const volatile sig_atomic_t *tool_catch_signals(void);

/* Ends the process by a signal that was caught, so that whoever waits for it sees that. */
void tool_end_by_signal(int number) __attribute__((noreturn));

/* Refuses, with EXIT_FAILED, to write binary data for `path` (NULL or "-":
 * standard output) to a terminal. */
void tool_refuse_terminal(const char *path);

/* The exit status of a completed run: EXIT_DONE, EXIT_BAD_INPUTS if `bad` inputs were skipped,
 * EXIT_FAILED if none was good. */
int tool_status(size_t bad, size_t good);

/* Progress display under the tool's name on standard error, not started; none if quiet. */
struct progress tool_progress(bool quiet);

/* For a tool that prints lines: if output was lost because the reader closed the pipe, removes
 * unfinished files and ends the process by SIGPIPE without a message, as cat does; else returns. */
void tool_end_closed_pipe(void);

/* Last statement of a main: closes standard output and returns `status`, or EXIT_FAILED with a
 * message if output was lost. If the run succeeded, calls tool_end_closed_pipe first. */
int tool_finish(int status);

#endif
