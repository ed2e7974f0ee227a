#include "common/tool.h"

#include "base/file.h"
#include "base/version.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *tool_name = "millrace";

/* As parsed, for tool_options and tool_allow. */
static struct {
	const struct options *options;
	char **argv;
	int first;
} command;

/* All NULL in a tool without kernels. */
static struct processor_versions kernels;

static void end_by_signal(int number)
{
	unfinished_remove_all();
	signal(number, SIG_DFL);
	raise(number);
}

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	if (caught)
		end_by_signal(number);
	caught = number;
}

/* Reading a mapped file that was truncated raises SIGBUS. */
static pid_t process;
static char lost_file_message[128];
static atomic_flag is_handling_lost_file = ATOMIC_FLAG_INIT;

static void end_by_lost_file(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code != BUS_ADRERR || getpid() != process) {
		signal(number, SIG_DFL);
		return;
	}
	/* Only the first of several threads prints the message and exits. */
	while (atomic_flag_test_and_set(&is_handling_lost_file))
		pause();
	unfinished_remove_all();
	ssize_t written = write(STDERR_FILENO, lost_file_message, strlen(lost_file_message));
	(void)written;
	_exit(EXIT_FAILED);
}

/* Opens /dev/null for standard descriptors that are closed: otherwise the next opened file would
 * get their number, and output would go there. Reading then finds nothing, and writing fails as
 * before. */
static void set_up_descriptors(void)
{
	int descriptor;
	while ((descriptor = open("/dev/null", O_RDONLY)) >= 0 && descriptor <= STDERR_FILENO)
		continue;
	if (descriptor >= 0)
		close(descriptor);
}

static void set_handlers(void (*handler)(int))
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct sigaction action = {.sa_handler = handler, .sa_flags = SA_NODEFER}, before;
		sigaction(numbers[i], NULL, &before);
		if (before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

static void set_up_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	process = getpid();
	snprintf(lost_file_message, sizeof lost_file_message,
		"%s: input: a file became shorter while it was read, or its disk failed\n",
		tool_name);
	sigaction(SIGBUS,
		&(struct sigaction){.sa_sigaction = end_by_lost_file, .sa_flags = SA_SIGINFO},
		NULL);
	set_handlers(end_by_signal);
}

void tool_set_kernels(struct processor_versions versions)
{
	kernels = versions;
}

static void print_version(void)
{
	char description[256];
	printf("%s (millrace) %s\n", tool_name, MILLRACE_VERSION);
	if (!kernels.plain)
		return;
	processor_describe(&kernels, description, sizeof description);
	printf("kernels: %s\n", description);
}

int tool_start(const struct options *options, int argc, char **argv)
{
	struct error error;
	int first = 0;
	tool_name = options->tool;
	set_up_descriptors();
	set_up_signals();
	switch (options_parse(options, argc, argv, &first, &error)) {
	case OPTIONS_RUN:
		command.options = options;
		command.argv = argv;
		command.first = first;
		return first;
	case OPTIONS_HELP:
		options_help(options, stdout);
		exit(tool_finish(EXIT_DONE));
	case OPTIONS_VERSION:
		print_version();
		exit(tool_finish(EXIT_DONE));
	default:
		tool_usage(error.object, "%s", error.reason);
	}
}

const struct options *tool_options(void)
{
	return command.options;
}

static void print_line(const char *object, const char *reason)
{
	char safe_object[2048], safe_reason[2048];
	fprintf(stderr, "%s: %s: %s\n", tool_name,
		*object ? text_printable(safe_object, sizeof safe_object, object) : "''",
		text_printable(safe_reason, sizeof safe_reason, reason));
}

int tool_error(const struct error *error)
{
	print_line(error->object, error->reason);
	return EXIT_FAILED;
}

void tool_report(const struct error *error)
{
	print_line(error->object, error->reason);
}

void tool_say(const char *object, const char *format, ...)
{
	char reason[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	print_line(object, reason);
}

void tool_say_all(const char *object, const struct text_list *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		print_line(object, texts->items[i]);
}

void tool_warn_of_kernels(void)
{
	const char *missing = processor_missing(&kernels);
	if (missing)
		tool_say("kernels",
			"compiled without %s, which this processor has; much slower than it could "
			"be",
			missing);
}

void tool_usage(const char *object, const char *format, ...)
{
	char reason[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	print_line(object, reason);
	fprintf(stderr, "%s: try '%s --help'\n", tool_name, tool_name);
	exit(EXIT_USAGE);
}

void tool_allow(bool allowed, const char *name, const char *reason)
{
	char object[128];
	snprintf(object, sizeof object, "--%s", name);
	if (!allowed && tool_given(name))
		tool_usage(object, "%s", reason);
}

bool tool_given(const char *name)
{
	return options_given(command.options, command.first, command.argv, name);
}

const volatile sig_atomic_t *tool_catch_signals(void)
{
	set_handlers(catch_signal);
	return &caught;
}

void tool_end_by_signal(int number)
{
	unfinished_remove_all();
	signal(number, SIG_DFL);
	raise(number);
	_exit(EXIT_FAILED);
}

void tool_refuse_terminal(const char *path)
{
	if ((!path || strcmp(path, "-") == 0) && isatty(STDOUT_FILENO)) {
		tool_say("standard output", "is a terminal; name a file with -o or a pipe");
		exit(EXIT_FAILED);
	}
}

int tool_status(size_t bad, size_t good)
{
	return !bad ? EXIT_DONE : good ? EXIT_BAD_INPUTS : EXIT_FAILED;
}

struct progress tool_progress(bool quiet)
{
	return (struct progress){.stream = quiet ? NULL : stderr, .tool = tool_name};
}

void tool_end_closed_pipe(void)
{
	struct pollfd output = {.fd = STDOUT_FILENO};
	if (ferror(stdout) && poll(&output, 1, 0) == 1 && output.revents & POLLERR)
		end_by_signal(SIGPIPE);
}

int tool_finish(int status)
{
	errno = EIO;
	bool failed = fflush(stdout) != 0 || ferror(stdout);
	int reason = errno;
	bool done = status == EXIT_DONE || status == EXIT_BAD_INPUTS;
	if (done)
		tool_end_closed_pipe();
	errno = reason;
	failed |= fclose(stdout) != 0;
	if (!failed || !done)
		return status;
	tool_say("standard output", "%s", strerror(errno));
	return EXIT_FAILED;
}
