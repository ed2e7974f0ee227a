/* A web server that sends the errors its URLs ask for, on plain sockets, so that any response can
 * be wrong.
 *
 *   faults PAGES LOG [ADDRESS]    serves on a free port of 127.0.0.1, or of ADDRESS, and prints
 * "http://ADDRESS:PORT"
 *
 * Every request adds a line "PATH?QUERY<tab>USER-AGENT<tab>NAMES-OF-ALL-HEADERS<tab>MILLISECONDS"
 * to LOG. What paths do: /NAME                       if PAGES/answers has a line "NAME SCRIPT": the
 * script, see common/script.h /pages/FILE[?QUERY]         the file of that name in PAGES (FOLDER/:
 * its index.html), or FILE@NAME=VALUE if it exists for a parameter of QUERY; {origin} replaced by
 * the address above /robots.txt                 likewise, if there is one /image/NAME[?size=N] a
 * PNG of N x N pixels (80) determined by NAME /slow/NAME                  the same after 30 ms
 *   /heal/TIMES/STATUS/NAME     STATUS for the first TIMES requests, then the image; ?after=T: with
 * Retry-After: T /redirect/URL               a redirect there /hang/NAME                  nothing
 * at all, for ten seconds /w/api.php                  a MediaWiki of one category, in two parts
 * that continue by three attributes */
#include "base/file.h"
#include "base/progress.h"
#include "base/text.h"
#include "common/picture.h"
#include "common/script.h"
#include "common/transient.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAXIMUM = 1 << 15 };

static const char *pages, *log_path;
static char origin[64], answers_path[4096];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void send_all(int socket, const void *bytes, size_t size)
{
	const char *p = bytes;
	while (size) {
		ssize_t sent = send(socket, p, size, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		p += sent;
		size -= (size_t)sent;
	}
}

static void answer(int socket, const char *status, const char *headers, const void *body,
	size_t size)
{
	char *head =
		text_format("HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, size, headers);
	if (head) {
		send_all(socket, head, strlen(head));
		send_all(socket, body, size);
	}
	free(head);
}

static void answer_picture(int socket, const char *path)
{
	unsigned char *bytes;
	size_t size;
	make_picture(path, &bytes, &size);
	answer(socket, "200 OK", "", bytes, size);
	free(bytes);
}

static void answer_after_failures(int socket, const char *path)
{
	int times, status;
	char headers[128] = "", line[16];
	const char *after = strstr(path, "after=");
	if (sscanf(path, "/heal/%d/%d/", &times, &status) != 2 || !fails_first_times(path, times)) {
		answer_picture(socket, path);
		return;
	}
	if (after)
		snprintf(headers, sizeof headers, "Retry-After: %s\r\n", after + 6);
	snprintf(line, sizeof line, "%d Transient", status);
	answer(socket, line, headers, "", 0);
}

/* ---- pages ---- */

/* The file of a page: that of the first parameter which has one, or the common one. */
static char *page_path(const char *name)
{
	int length = (int)strcspn(name, "?");
	char *path = text_format("%s/%.*s%s", pages, length, name,
		length && name[length - 1] == '/' ? "index.html" : "");
	for (const char *p = name[length] ? name + length + 1 : NULL; path && p;
		p = strchr(p, '&') ? strchr(p, '&') + 1 : NULL) {
		char *special = text_format("%s@%.*s", path, (int)strcspn(p, "&/"), p);
		if (special && access(special, R_OK) == 0) {
			free(path);
			return special;
		}
		free(special);
	}
	return path;
}

static void answer_page(int socket, const char *name)
{
	unsigned char *bytes = NULL, *body = NULL;
	size_t size = 0, body_size = 0;
	char *path = page_path(name);
	if (!path || strstr(path, "..") || file_read(path, 1 << 20, &bytes, &size, NULL)) {
		answer(socket, "404 Not Found", "", "", 0);
	} else {
		FILE *stream = open_memstream((char **)&body, &body_size);
		const char *p = (char *)bytes, *end = p + size;
		for (const char *mark; (mark = strstr(p, "{origin}"));
			p = mark + strlen("{origin}")) {
			fwrite(p, 1, (size_t)(mark - p), stream);
			fputs(origin, stream);
		}
		fwrite(p, 1, (size_t)(end - p), stream);
		fclose(stream);
		answer(socket, "200 OK",
			strstr(name, ".xml") ? "Content-Type: text/xml\r\n"
					     : "Content-Type: text/html\r\n",
			body, body_size);
	}
	free(path);
	free(bytes);
	free(body);
}

static void answer_wiki(int socket, const char *path)
{
	bool category = strstr(path, "gcmtitle=Category%3AShells") &&
		strstr(path, "generator=categorymembers");
	bool all_three = strstr(path, "gcmcontinue=file%7C2%7Cx%20y") &&
		strstr(path, "iistart=2020-01-01T00%3A00%3A00Z") &&
		strstr(path, "continue=gcmcontinue%7C%7C");
	if (strstr(path, "titles=Shells%20%26%20sand") || strstr(path, "gsrsearch=red%20shells"))
		answer_page(socket, "wiki-one.xml");
	else if (strstr(path, "gcmtitle=Category%3AEmpty"))
		answer_page(socket, "wiki-empty.xml");
	else if (category && !strstr(path, "gcmcontinue="))
		answer_page(socket, "wiki-1.xml");
	else if (category && all_three)
		answer_page(socket, "wiki-2.xml");
	else
		answer_page(socket, "wiki-error.xml");
}

static void answer_redirect(int socket, const char *target)
{
	char *headers = text_format("Location: %s\r\n", target);
	answer(socket, "302 Found", headers ? headers : "", "", 0);
	free(headers);
}

static void route(int socket, const char *path)
{
	if (strncmp(path, "/pages/", 7) == 0)
		answer_page(socket, path + 7);
	else if (strcmp(path, "/robots.txt") == 0)
		answer_page(socket, "robots.txt");
	else if (strncmp(path, "/image/", 7) == 0)
		answer_picture(socket, path);
	else if (strncmp(path, "/slow/", 6) == 0)
		usleep(30000), answer_picture(socket, path);
	else if (strncmp(path, "/heal/", 6) == 0)
		answer_after_failures(socket, path);
	else if (strncmp(path, "/redirect/", 10) == 0)
		answer_redirect(socket, path + 10);
	else if (strncmp(path, "/hang/", 6) == 0)
		sleep(10);
	else if (strncmp(path, "/w/api.php", 10) == 0)
		answer_wiki(socket, path);
	else
		answer(socket, "404 Not Found", "", "", 0);
}

/* ---- connections ---- */

/* The names of all headers in order, separated by commas. */
static void write_names(FILE *stream, const char *request)
{
	const char *separator = "";
	for (const char *line = strstr(request, "\r\n"); line && line[2] != '\r';
		line = strstr(line + 2, "\r\n")) {
		fprintf(stream, "%s%.*s", separator, (int)strcspn(line + 2, ":\r"), line + 2);
		separator = ",";
	}
}

static void write_log(const char *path, const char *request)
{
	const char *agent = strstr(request, "User-Agent: ");
	agent = agent ? agent + strlen("User-Agent: ") : "";
	pthread_mutex_lock(&lock);
	FILE *stream = fopen(log_path, "ae");
	if (stream) {
		fprintf(stream, "%s\t%.*s\t", path, (int)strcspn(agent, "\r\n"), agent);
		write_names(stream, request);
		fprintf(stream, "\t%.0f\n", 1000 * progress_clock());
		fclose(stream);
	}
	pthread_mutex_unlock(&lock);
}

/* Reads a request and logs it; `path` has room for REQUEST_MAXIMUM bytes. Returns whether there was
 * one. */
static bool read_request(int socket, char *path)
{
	char request[REQUEST_MAXIMUM];
	size_t used = 0;
	ssize_t got;
	while (used < sizeof request - 1 &&
		(got = recv(socket, request + used, sizeof request - 1 - used, 0)) > 0) {
		used += (size_t)got;
		request[used] = 0;
		if (*request != 'G' || strstr(request, "\r\n\r\n"))
			break;
	}
	if (!used || sscanf(request, "GET %32000s", path) != 1)
		return false;
	write_log(path, request);
	return true;
}

static bool wait_for_request(int socket)
{
	char path[REQUEST_MAXIMUM];
	return read_request(socket, path);
}

/* One request per connection, unless a script asks for another: a fault affects that request
 * only. */
static void *serve(void *argument)
{
	int socket = (int)(long)argument;
	char path[REQUEST_MAXIMUM], rest[4096];
	if (read_request(socket, path)) {
		char *script = script_find(answers_path, path + 1, (int)strcspn(path + 1, "?"));
		if (script)
			script_play(script, socket, path, origin, wait_for_request);
		else
			route(socket, path);
		free(script);
	} else
		answer(socket, "400 Bad Request", "", "", 0);
	shutdown(socket, SHUT_WR);
	while (recv(socket, rest, sizeof rest, 0) > 0)
		;
	close(socket);
	return NULL;
}

/* A listening socket on a free port of `number`, an IPv4 address; sets `origin`. */
static int listen_on(const char *number)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (inet_pton(AF_INET, number, &address.sin_addr) != 1 ||
		bind(listener, (struct sockaddr *)&address, size) || listen(listener, 128) ||
		getsockname(listener, (struct sockaddr *)&address, &size))
		return -1;
	snprintf(origin, sizeof origin, "http://%s:%d", number, ntohs(address.sin_port));
	return listener;
}

int main(int argc, char **argv)
{
	int listener = argc < 3 ? -1 : listen_on(argc > 3 ? argv[3] : "127.0.0.1");
	if (listener < 0)
		return 1;
	pages = argv[1];
	log_path = argv[2];
	snprintf(answers_path, sizeof answers_path, "%s/answers", pages);
	signal(SIGPIPE, SIG_IGN);
	puts(origin);
	fflush(stdout);
	for (;;) {
		int socket = accept(listener, NULL, NULL);
		pthread_t thread;
		if (socket >= 0 && pthread_create(&thread, NULL, serve, (void *)(long)socket) == 0)
			pthread_detach(thread);
	}
}
