/* An HTTP response: header and body, parsed by libcurl. Accepted: it is complete. */
#include "common/fuzz.h"

#include "fetch/transfer.h"
#include "recipe/document.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char server_name[40];
static int server;

static void start_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = (size_t)snprintf(server_name, sizeof server_name, "millrace-fuzz-%d",
		(int)getpid());
	memcpy(address.sun_path + 1, server_name,
		length); /* abstract socket address: no file is made */
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 ||
		bind(server, (struct sockaddr *)&address,
			(socklen_t)(sizeof address.sun_family + 1 + length)) ||
		listen(server, 1))
		abort();
}

struct fuzz_response {
	const unsigned char *bytes;
	size_t size;
	int socket; /* -1: no connection */
};

/* Called after connecting and before the request: the response is written already when that is
 * sent. */
static int write_response(void *context, char *remote, char *local, int remote_port, int local_port)
{
	struct fuzz_response *response = context;
	(void)remote, (void)local, (void)remote_port, (void)local_port;
	response->socket = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	if (response->socket < 0 ||
		write(response->socket, response->bytes, response->size) !=
			(ssize_t)response->size ||
		shutdown(response->socket, SHUT_WR))
		abort();
	return CURL_PREREQFUNC_OK;
}

/* The body as a page, in the charset of Content-Type. */
static void parse_body(const struct transfer *transfer)
{
	char charset[64];
	struct document *document;
	struct error error = {0};
	transfer_charset(transfer, charset, sizeof charset);
	if (document_parse(&document, transfer->bytes, transfer->size, DOCUMENT_HTML, charset,
		    "page", &error))
		(void)fuzz_refused(&error);
	document_free(document);
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	const struct transfer_limits limits = {.connect_seconds = 5,
		.total_seconds = 5,
		.bytes = 1 << 16,
		.allow_private = true,
		.decode = true,
		.user_agent = "millrace"};
	struct transfer transfer;
	struct fuzz_response response = {bytes, size, -1};
	if (size > 100000) /* a socket's buffer */
		return false;
	if (!server)
		start_server();
	if (transfer_init(&transfer, "http://127.0.0.1/a", &limits, NULL))
		abort();
	curl_easy_setopt(transfer.easy, CURLOPT_ABSTRACT_UNIX_SOCKET, server_name);
	curl_easy_setopt(transfer.easy, CURLOPT_PREREQFUNCTION, write_response);
	curl_easy_setopt(transfer.easy, CURLOPT_PREREQDATA, &response);
	enum transfer_outcome outcome =
		transfer_finish(&transfer, curl_easy_perform(transfer.easy));
	assert(transfer.size <= limits.bytes &&
		(outcome == TRANSFER_COMPLETE || transfer.location || *transfer.reason));
	assert(transfer.retry_after >= 0 && isfinite(transfer.retry_after));
	(void)transfer_opts_out(&transfer);
	if (outcome == TRANSFER_COMPLETE && transfer.size)
		parse_body(&transfer);
	transfer_free(&transfer);
	close(response.socket);
	return outcome == TRANSFER_COMPLETE;
}
