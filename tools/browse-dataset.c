/* browse-dataset: serves a folder of images as web pages on this machine. */
#include "common/files.h"
#include "common/tool.h"
#include "browse/server.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Prints the URL as one flushed line, for scripts that wait for it. */
static int announce(const char *url)
{
	puts(url);
	if (fflush(stdout) == 0)
		return EXIT_DONE;
	int reason = errno;
	tool_end_closed_pipe();
	tool_say("standard output", "%s", strerror(reason));
	return EXIT_FAILED;
}

int main(int argc, char **argv)
{
	int port = 8000;
	const char *list_path = NULL;
	const struct option_row rows[] = {
		{'p', "port", OPTION_INTEGER, &port, "N", "TCP port on 127.0.0.1, 0 for a free one",
			0, 65535, NULL},
		{0, "list", OPTION_INPUT, &list_path, "FILE",
			"list of check-dataset: show its images with their findings", 0, 0, NULL},
		TOOL_END,
	};
	const struct options options = {"browse-dataset", "DIR",
		"Serve a folder of images as web pages on this machine, until interrupted.", rows,
		NULL};
	int first = tool_start(&options, argc, argv);
	if (argc - first != 1)
		tool_usage("operand", "name one folder");
	tool_check_files(NULL, 0, TOOL_WHOLE_FOLDERS);

	struct browse_server *server;
	struct error error;
	if (browse_start(&server, argv[first], list_path, port, &error))
		return tool_finish(tool_error(&error));

	int status = announce(browse_url(server));
	while (status == EXIT_DONE)
		pause();

	browse_stop(server);
	return status;
}
