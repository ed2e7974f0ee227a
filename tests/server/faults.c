/* A web server that misbehaves as it is asked to, on bare sockets, so that it can lie about everything.
 *
 *   faults PAGES LOG    serves on a free port of 127.0.0.1 and prints "http://127.0.0.1:PORT" on stdout
 *
 * Every request adds a line "PATH?QUERY<tab>USER-AGENT" to LOG. What paths do:
 *   /pages/FILE                 the file of that name in PAGES (FOLDER/: its index.html), {origin} replaced by the
 *                               address above
 *   /robots.txt                 likewise, if there is one
 *   /image/NAME[?size=N]        a PNG of N x N pixels (80) that NAME alone decides
 *   /slow/NAME                  the same after 30 ms
 *   /heal/TIMES/STATUS/NAME     STATUS for the first TIMES requests, then the image; ?after=T: with Retry-After: T
 *   /cut/NAME                   half of the image that Content-Length promises
 *   /endless/NAME               a chunked body without end
 *   /huge/NAME                  a Content-Length of 10 GB
 *   /html/NAME                  an HTML page as image/jpeg
 *   /optout/NAME                the image, with X-Robots-Tag: noai
 *   /loop                       a redirect to itself
 *   /redirect/URL               a redirect there
 *   /hang/NAME                  nothing at all, for ten seconds
 *   /w/api.php                  a MediaWiki of one category, in two parts that continue by three attributes */
#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "image/image.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAXIMUM = 1 << 15, HEALING_MAXIMUM = 64 };

static const char *pages, *log_path;
static char origin[64];
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

static void answer(int socket, const char *status, const char *headers, const void *body, size_t size)
{
	char *head = text_format("HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, size, headers);
	if (head) {
		send_all(socket, head, strlen(head));
		send_all(socket, body, size);
	}
	free(head);
}

/* ---- images ---- */

static int wanted_side(const char *path)
{
	const char *size = strstr(path, "size=");
	return size ? atoi(size + 5) : 80;
}

/* Pixels from the digest of the name, so that two names give two pictures. */
static void make_image(const char *path, unsigned char **bytes, size_t *size)
{
	unsigned char digest[DIGEST_SIZE];
	const char *name = strrchr(path, '/') + 1;
	int side = wanted_side(path);
	struct image image;
	*bytes = NULL;
	*size = 0;
	digest_of(name, strcspn(name, "?"), digest);
	if (image_create(&image, side, side, 3, NULL))
		return;
	for (int i = 0; i < side * side * 3; i++)
		image.pixels[i] = (unsigned char)(digest[(i / 7) % DIGEST_SIZE] + i);
	if (image_encode_png(&image, bytes, size, NULL))
		*bytes = NULL;
	image_free(&image);
}

static void answer_image(int socket, const char *path, const char *headers)
{
	unsigned char *bytes;
	size_t size;
	make_image(path, &bytes, &size);
	answer(socket, "200 OK", headers, bytes, size);
	free(bytes);
}

static void answer_cut(int socket, const char *path)
{
	unsigned char *bytes;
	size_t size;
	make_image(path, &bytes, &size);
	char *head = text_format("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
	send_all(socket, head, strlen(head));
	send_all(socket, bytes, size / 2);
	free(head);
	free(bytes);
}

/* ---- servers that recover ---- */

static bool is_ill(const char *path, int times)
{
	static struct {
		char *path;
		int count;
	} seen[HEALING_MAXIMUM];
	bool ill = false;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < HEALING_MAXIMUM; i++) {
		if (!seen[i].path)
			seen[i].path = strdup(path);
		if (strcmp(seen[i].path, path) == 0) {
			ill = seen[i].count++ < times;
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	return ill;
}

static void answer_healing(int socket, const char *path)
{
	int times, status;
	char headers[128] = "", line[16];
	const char *after = strstr(path, "after=");
	if (sscanf(path, "/heal/%d/%d/", &times, &status) != 2 || !is_ill(path, times)) {
		answer_image(socket, path, "");
		return;
	}
	if (after)
		snprintf(headers, sizeof headers, "Retry-After: %s\r\n", after + 6);
	snprintf(line, sizeof line, "%d Ill", status);
	answer(socket, line, headers, "", 0);
}

/* ---- pages ---- */

static void answer_page(int socket, const char *name)
{
	unsigned char *bytes = NULL, *body = NULL;
	size_t size = 0, body_size = 0;
	int length = (int)strcspn(name, "?");
	char *path = text_format("%s/%.*s%s", pages, length, name, length && name[length - 1] == '/' ? "index.html" : "");
	if (!path || strstr(path, "..") || file_read(path, 1 << 20, &bytes, &size, NULL)) {
		answer(socket, "404 Not Found", "", "", 0);
	} else {
		FILE *stream = open_memstream((char **)&body, &body_size);
		const char *p = (char *)bytes, *end = p + size;
		for (const char *mark; (mark = strstr(p, "{origin}")); p = mark + strlen("{origin}")) {
			fwrite(p, 1, (size_t)(mark - p), stream);
			fputs(origin, stream);
		}
		fwrite(p, 1, (size_t)(end - p), stream);
		fclose(stream);
		answer(socket, "200 OK", strstr(name, ".xml") ? "Content-Type: text/xml\r\n" : "Content-Type: text/html\r\n", body,
			body_size);
	}
	free(path);
	free(bytes);
	free(body);
}

static void answer_wiki(int socket, const char *path)
{
	bool category = strstr(path, "gcmtitle=Category%3AShells") && strstr(path, "generator=categorymembers");
	bool all_three = strstr(path, "gcmcontinue=file%7C2%7Cx%20y") && strstr(path, "iistart=2020-01-01T00%3A00%3A00Z") &&
		strstr(path, "continue=gcmcontinue%7C%7C");
	if (strstr(path, "titles=Shells%20%26%20sand") || strstr(path, "gsrsearch=filetype:bitmap%20red%20shells"))
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

static void answer_endless(int socket)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	char chunk[1029] = "400\r\n";
	memset(chunk + 5, 'x', 1024);
	send_all(socket, head, strlen(head));
	for (int i = 0; i < 1 << 14; i++) {
		send_all(socket, chunk, sizeof chunk);
		send_all(socket, "\r\n", 2);
	}
}

static void route(int socket, const char *path)
{
	static const char html[] = "<!DOCTYPE html><title>not here</title>", huge[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n";
	if (strncmp(path, "/pages/", 7) == 0)
		answer_page(socket, path + 7);
	else if (strcmp(path, "/robots.txt") == 0)
		answer_page(socket, "robots.txt");
	else if (strncmp(path, "/image/", 7) == 0)
		answer_image(socket, path, "");
	else if (strncmp(path, "/slow/", 6) == 0)
		usleep(30000), answer_image(socket, path, "");
	else if (strncmp(path, "/heal/", 6) == 0)
		answer_healing(socket, path);
	else if (strncmp(path, "/cut/", 5) == 0)
		answer_cut(socket, path);
	else if (strncmp(path, "/endless/", 9) == 0)
		answer_endless(socket);
	else if (strncmp(path, "/huge/", 6) == 0)
		send_all(socket, huge, strlen(huge));
	else if (strncmp(path, "/html/", 6) == 0)
		answer(socket, "200 OK", "Content-Type: image/jpeg\r\n", html, strlen(html));
	else if (strncmp(path, "/optout/", 8) == 0)
		answer_image(socket, path, "X-Robots-Tag: noindex-not, NoAI\r\n");
	else if (strcmp(path, "/loop") == 0)
		answer_redirect(socket, "/loop");
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

static void write_log(const char *path, const char *request)
{
	const char *agent = strstr(request, "User-Agent: ");
	agent = agent ? agent + strlen("User-Agent: ") : "";
	pthread_mutex_lock(&lock);
	FILE *stream = fopen(log_path, "ae");
	if (stream) {
		fprintf(stream, "%s\t%.*s\n", path, (int)strcspn(agent, "\r\n"), agent);
		fclose(stream);
	}
	pthread_mutex_unlock(&lock);
}

/* One request a connection: what breaks here breaks for that request alone. */
static void *serve(void *argument)
{
	int socket = (int)(long)argument;
	char request[REQUEST_MAXIMUM], path[REQUEST_MAXIMUM];
	size_t used = 0;
	ssize_t got;
	while (used < sizeof request - 1 && (got = recv(socket, request + used, sizeof request - 1 - used, 0)) > 0) {
		used += (size_t)got;
		request[used] = 0;
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	if (used && sscanf(request, "GET %32000s", path) == 1) {
		write_log(path, request);
		route(socket, path);
	}
	shutdown(socket, SHUT_WR);
	while (recv(socket, request, sizeof request, 0) > 0)
		;
	close(socket);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (argc != 3 || bind(listener, (struct sockaddr *)&address, size) || listen(listener, 128) ||
		getsockname(listener, (struct sockaddr *)&address, &size))
		return 1;
	pages = argv[1];
	log_path = argv[2];
	signal(SIGPIPE, SIG_IGN);
	snprintf(origin, sizeof origin, "http://127.0.0.1:%d", ntohs(address.sin_port));
	puts(origin);
	fflush(stdout);
	for (;;) {
		int socket = accept(listener, NULL, NULL);
		pthread_t thread;
		if (socket >= 0 && pthread_create(&thread, NULL, serve, (void *)(long)socket) == 0)
			pthread_detach(thread);
	}
}
