/* A server's answer: head and body as libcurl gives them. Taken: it is whole. */
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
	size_t length = (size_t)snprintf(server_name, sizeof server_name, "millrace-fuzz-%d", (int)getpid());
	memcpy(address.sun_path + 1, server_name, length); /* an abstract name: it is on no disk */
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 ||
		bind(server, (struct sockaddr *)&address, (socklen_t)(sizeof address.sun_family + 1 + length)) || listen(server, 1))
		abort();
}

struct answer {
	const unsigned char *bytes;
	size_t size;
	int socket; /* -1: nobody has asked */
};

/* Connected, and before the request: the answer is there already when that is sent. */
static int give_answer(void *context, char *remote, char *local, int remote_port, int local_port)
{
	struct answer *answer = context;
	(void)remote, (void)local, (void)remote_port, (void)local_port;
	answer->socket = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	if (answer->socket < 0 || write(answer->socket, answer->bytes, answer->size) != (ssize_t)answer->size ||
		shutdown(answer->socket, SHUT_WR))
		abort();
	return CURL_PREREQFUNC_OK;
}

/* The body as a page, in the charset that the server says. */
static void parse_body(const struct transfer *transfer)
{
	char charset[64];
	struct document *document;
	struct error error = {0};
	transfer_charset(transfer, charset, sizeof charset);
	if (document_parse(&document, transfer->bytes, transfer->size, DOCUMENT_HTML, charset, "page", &error))
		(void)fuzz_refused(&error);
	document_free(document);
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	const struct transfer_limits limits = {.connect_seconds = 5, .total_seconds = 5, .bytes = 1 << 16, .allow_private = true,
		.decode = true, .user_agent = "millrace"};
	struct transfer transfer;
	struct answer answer = {bytes, size, -1};
	if (size > 100000) /* what a socket holds */
		return false;
	if (!server)
		start_server();
	if (transfer_start(&transfer, "http://127.0.0.1/a", &limits, NULL))
		abort();
	curl_easy_setopt(transfer.easy, CURLOPT_ABSTRACT_UNIX_SOCKET, server_name);
	curl_easy_setopt(transfer.easy, CURLOPT_PREREQFUNCTION, give_answer);
	curl_easy_setopt(transfer.easy, CURLOPT_PREREQDATA, &answer);
	enum transfer_end end = transfer_finish(&transfer, curl_easy_perform(transfer.easy));
	assert(transfer.size <= limits.bytes && (end == TRANSFER_WHOLE || transfer.location || *transfer.reason));
	assert(transfer.retry_after >= 0 && isfinite(transfer.retry_after));
	(void)transfer_opts_out(&transfer);
	if (end == TRANSFER_WHOLE && transfer.size)
		parse_body(&transfer);
	transfer_free(&transfer);
	close(answer.socket);
	return end == TRANSFER_WHOLE;
}
