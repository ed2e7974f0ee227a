#include "browse/server.h"

#include "base/file.h"
#include "base/text.h"
#include "browse/folder.h"
#include "browse/page.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 4, IDLE_SECONDS = 60 };

static const char plain_text[] = "text/plain; charset=utf-8";

struct browse_server {
	struct MHD_Daemon *daemon;
	char *root;            /* from realpath */
	struct listed *listed; /* NULL: none */
	char url[64];
	char hosts[2][64]; /* allowed Host headers */
};

/* ---- responses ---- */

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
	struct MHD_Response *response, const char *media_type)
{
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, media_type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Content-Security-Policy",
		"default-src 'none'; img-src 'self'; style-src 'self'");
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
	const char *text, const char *media_type)
{
	return send_response(connection, status,
		MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
			MHD_RESPMEM_MUST_COPY),
		media_type);
}

static enum MHD_Result send_redirect(struct MHD_Connection *connection, const char *url_path)
{
	/* "//host" would redirect to another host. */
	char *location = text_format("/%s/", url_path + strspn(url_path, "/"));
	struct MHD_Response *response =
		location ? MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT) : NULL;
	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, location);
	free(location);
	return send_response(connection, MHD_HTTP_MOVED_PERMANENTLY, response, plain_text);
}

static enum MHD_Result send_picture(struct MHD_Connection *connection, const char *path)
{
	struct stat status;
	const char *media_type = folder_media_type(path);
	int descriptor = media_type ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	if (descriptor < 0 || fstat(descriptor, &status) || !S_ISREG(status.st_mode)) {
		if (descriptor >= 0)
			close(descriptor);
		return send_text(connection, MHD_HTTP_NOT_FOUND, "There is no such picture.\n",
			plain_text);
	}
	return send_response(connection, MHD_HTTP_OK,
		MHD_create_response_from_fd64((uint64_t)status.st_size, descriptor), media_type);
}

/* Sends a page of a folder, or of the list if `path` is NULL. */
static enum MHD_Result send_page(struct MHD_Connection *connection,
	const struct browse_server *server, const char *path)
{
	const char *page_text =
		MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "page");
	int64_t number = 1;
	char *html = NULL;
	size_t size;
	int result = 1;
	if (!page_text ||
		(text_to_integer(page_text, &number) && number > 0 && number <= INT32_MAX))
		result = path ? page_make(server->root, path, server->listed, (int)number, &html,
					&size, NULL)
			      : page_make_listed(server->root, server->listed, (int)number, &html,
					&size, NULL);
	if (result < 0)
		return send_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
			"The folder can't be read.\n", plain_text);
	if (result > 0)
		return send_text(connection, MHD_HTTP_NOT_FOUND, "There is no such page.\n",
			plain_text);
	return send_response(connection, MHD_HTTP_OK,
		MHD_create_response_from_buffer(size, html, MHD_RESPMEM_MUST_FREE),
		"text/html; charset=utf-8");
}

/* ---- requests ---- */

static bool is_own_host(const struct browse_server *server, struct MHD_Connection *connection)
{
	const char *host =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
	return host &&
		(strcasecmp(host, server->hosts[0]) == 0 ||
			strcasecmp(host, server->hosts[1]) == 0);
}

/* "/?style", "/?listed": neither folder nor image. */
static bool has_parameter(struct MHD_Connection *connection, const char *url_path, const char *what)
{
	return strcmp(url_path, "/") == 0 &&
		MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, what, strlen(what),
			NULL, NULL) == MHD_YES;
}

static enum MHD_Result handle_request(void *context, struct MHD_Connection *connection,
	const char *url_path, const char *method, const char *version, const char *upload,
	size_t *upload_size, void **state)
{
	const struct browse_server *server = context;
	(void)version, (void)upload, (void)upload_size, (void)state;
	if (!is_own_host(server, connection))
		return send_text(connection, MHD_HTTP_FORBIDDEN,
			"The Host header does not name this server.\n", plain_text);
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return send_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET and HEAD.\n",
			plain_text);
	if (server->listed && has_parameter(connection, url_path, "listed"))
		return send_page(connection, server, NULL);
	if (has_parameter(connection, url_path, "style"))
		return send_text(connection, MHD_HTTP_OK, page_style, "text/css; charset=utf-8");
	char *path = url_path[0] == '/' ? folder_find(server->root, url_path) : NULL;
	bool slash = path && url_path[strlen(url_path) - 1] == '/',
	     folder = path && file_is_folder(path);
	enum MHD_Result result;
	if (!path || (slash && !folder))
		result = send_text(connection, MHD_HTTP_NOT_FOUND,
			"There is nothing of that name.\n", plain_text);
	else if (!folder)
		result = send_picture(connection, path);
	else if (!slash)
		result = send_redirect(connection, url_path);
	else
		result = send_page(connection, server, path);
	free(path);
	return result;
}

/* Paths stay encoded: folder_find decodes each component, so that "%2F" is not a separator. */
static size_t keep_encoded(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context, (void)connection;
	return strlen(text);
}

static int start_daemon(struct browse_server *server, int port, struct error *error)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	errno = 0;
	server->daemon = MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, (uint16_t)port, NULL, NULL,
		handle_request, server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)IDLE_SECONDS, MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
		MHD_OPTION_END);
	if (!server->daemon)
		return error_set(error, "127.0.0.1", "port %d: %s", port,
			errno ? strerror(errno) : "can't be used");
	unsigned bound = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u/", bound);
	snprintf(server->hosts[0], sizeof server->hosts[0], "127.0.0.1:%u", bound);
	snprintf(server->hosts[1], sizeof server->hosts[1], "localhost:%u", bound);
	return 0;
}

static int read_list(struct browse_server *server, const char *path, struct error *error)
{
	if (!path)
		return 0;
	server->listed = calloc(1, sizeof *server->listed);
	return server->listed ? listed_read(server->listed, path, error)
			      : error_memory(error, path);
}

int browse_start(struct browse_server **out, const char *folder, const char *list_path, int port,
	struct error *error)
{
	struct browse_server *server = *out = calloc(1, sizeof *server);
	if (!server)
		return error_memory(error, folder);
	server->root = realpath(folder, NULL);
	int result;
	if (!server->root)
		result = error_system(error, folder);
	else if (!file_is_folder(server->root))
		result = error_set(error, folder, "is not a folder");
	else
		result = read_list(server, list_path, error) ? -1
							     : start_daemon(server, port, error);
	if (result) {
		browse_stop(server);
		*out = NULL;
	}
	return result;
}

const char *browse_url(const struct browse_server *server)
{
	return server->url;
}

void browse_stop(struct browse_server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->listed)
		listed_free(server->listed);
	free(server->listed);
	free(server->root);
	free(server);
}
