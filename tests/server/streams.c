/* A web server for HTTP/2 over TLS only, which breaks connections and streams as its URLs ask for.
 *
 *   streams LOG CERTIFICATE [NAMES [SECONDS]]
 *
 * Serves on a free port of 127.0.0.1, with a certificate of its own for NAMES
 * (DNS:localhost,IP:127.0.0.1) that expires SECONDS from now (3600) and that it writes to the file
 * CERTIFICATE; then prints "https://127.0.0.1:PORT".
 *
 * Every request adds a line "PATH<tab>CONNECTION<tab>STREAM<tab>OPEN" to LOG: the connection's
 * number, the stream's, and how many streams of all connections were open then, this one included.
 * What paths do: /to/URL              a redirect there /image/NAME          a PNG determined by
 * NAME /slow/NAME           the same after 100 ms /lengthless/NAME     the same, without a
 * Content-Length /cut/NAME            half of it, with a normal end of stream /hang/NAME nothing at
 * all /endless/NAME        bytes without end /once/FAULT/NAME     at first, after 100 ms, a FAULT,
 * then the image: refused reset calm   the stream ends with REFUSED_STREAM; INTERNAL_ERROR and half
 * the image sent; ENHANCE_YOUR_CALM goaway               GOAWAY that leaves out this stream and
 * later ones, after which the connection ends with its last stream shutdown             GOAWAY that
 * leaves out none; likewise close                half the image, and the connection is closed
 * nonsense             a frame that breaks the protocol */
#include "base/progress.h"
#include "common/certificate.h"
#include "common/picture.h"
#include "common/transient.h"

#include <arpa/inet.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATH_SIZE = 1024 };

static const double slow_seconds = 0.1;
static const char *log_path;
static SSL_CTX *tls;
static atomic_int connections, streams_open;

struct stream {
	struct stream *next;
	int32_t id;
	char path[PATH_SIZE];
	double due; /* of progress_clock: when it is answered; 0: it is */
	unsigned char *body;
	size_t size, sent;
	bool endless;
	uint32_t fault; /* with which it ends after the body, NGHTTP2_NO_ERROR: none */
	bool closes;    /* its connection, after the body */
};

struct connection {
	int number, socket;
	SSL *ssl;
	nghttp2_session *session;
	struct stream *streams;
	bool closing; /* at once */
};

/* ---- answers ---- */

static ssize_t read_body(nghttp2_session *session, int32_t id, uint8_t *out, size_t room,
	uint32_t *flags, nghttp2_data_source *source, void *context)
{
	struct connection *connection = context;
	struct stream *stream = source->ptr;
	size_t left = stream->size - stream->sent, size = left < room ? left : room;
	if (stream->endless) {
		memset(out, 'x', room);
		return (ssize_t)room;
	}
	if (size)
		memcpy(out, stream->body + stream->sent, size);
	stream->sent += size;
	if (stream->sent < stream->size)
		return (ssize_t)size;
	connection->closing |= stream->closes;
	*flags |= NGHTTP2_DATA_FLAG_EOF;
	if (stream->fault != NGHTTP2_NO_ERROR) {
		*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
		nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, stream->fault);
	}
	return (ssize_t)size;
}

static void send_head(struct connection *connection, struct stream *stream, char *status,
	const char *length)
{
	nghttp2_nv head[] = {
		{(uint8_t *)":status", (uint8_t *)status, strlen(":status"), strlen(status),
			NGHTTP2_NV_FLAG_NONE},
		{(uint8_t *)"content-length", (uint8_t *)length, strlen("content-length"),
			strlen(length), NGHTTP2_NV_FLAG_NONE},
	};
	nghttp2_data_provider body = {.source.ptr = stream, .read_callback = read_body};
	nghttp2_submit_response(connection->session, stream->id, head, *length ? 2 : 1, &body);
}

static void send_redirect(struct connection *connection, const struct stream *stream,
	const char *location)
{
	nghttp2_nv head[] = {
		{(uint8_t *)":status", (uint8_t *)"302", strlen(":status"), strlen("302"),
			NGHTTP2_NV_FLAG_NONE},
		{(uint8_t *)"location", (uint8_t *)location, strlen("location"), strlen(location),
			NGHTTP2_NV_FLAG_NONE},
	};
	nghttp2_submit_response(connection->session, stream->id, head, 2, NULL);
}

static void answer_picture(struct connection *connection, struct stream *stream, bool half)
{
	char length[32] = "";
	make_picture(stream->path, &stream->body, &stream->size);
	if (strncmp(stream->path, "/lengthless/", 12) != 0)
		snprintf(length, sizeof length, "%zu", stream->size);
	stream->size /= half ? 2 : 1;
	send_head(connection, stream, "200", length);
}

static void go_away(struct connection *connection, int32_t last_stream)
{
	nghttp2_submit_goaway(connection->session, NGHTTP2_FLAG_NONE, last_stream, NGHTTP2_NO_ERROR,
		NULL, 0);
}

/* A DATA frame of stream 0. */
static void send_nonsense(struct connection *connection)
{
	static const unsigned char frame[] = {0, 0, 1, 0, 0, 0, 0, 0, 0, 'x'};
	SSL_write(connection->ssl, frame, sizeof frame);
}

static void answer_fault(struct connection *connection, struct stream *stream, const char *fault)
{
	static const struct {
		const char *name;
		uint32_t code;
	} resets[] = {{"refused/", NGHTTP2_REFUSED_STREAM}, {"calm/", NGHTTP2_ENHANCE_YOUR_CALM}};
	for (size_t i = 0; i < sizeof resets / sizeof *resets; i++)
		if (strncmp(fault, resets[i].name, strlen(resets[i].name)) == 0)
			nghttp2_submit_rst_stream(connection->session, NGHTTP2_FLAG_NONE,
				stream->id, resets[i].code);
	if (strncmp(fault, "goaway/", 7) == 0)
		go_away(connection, stream->id - 2);
	if (strncmp(fault, "shutdown/", 9) == 0) {
		go_away(connection, INT32_MAX);
		answer_picture(connection, stream, false);
	}
	if (strncmp(fault, "nonsense/", 9) == 0)
		send_nonsense(connection);
	stream->closes = strncmp(fault, "close/", 6) == 0;
	stream->fault =
		strncmp(fault, "reset/", 6) == 0 ? NGHTTP2_INTERNAL_ERROR : NGHTTP2_NO_ERROR;
	if (stream->closes || stream->fault != NGHTTP2_NO_ERROR)
		answer_picture(connection, stream, true);
}

static void answer(struct connection *connection, struct stream *stream)
{
	const char *path = stream->path;
	stream->due = 0;
	if (strncmp(path, "/once/", 6) == 0 && fails_first_times(path, 1))
		answer_fault(connection, stream, path + 6);
	else if (strncmp(path, "/cut/", 5) == 0)
		answer_picture(connection, stream, true);
	else if (strncmp(path, "/endless/", 9) == 0) {
		stream->endless = true;
		send_head(connection, stream, "200", "");
	} else if (strncmp(path, "/to/", 4) == 0)
		send_redirect(connection, stream, path + 4);
	else if (strcmp(path, "/robots.txt") == 0)
		send_head(connection, stream, "404", "0");
	else if (strncmp(path, "/hang/", 6) != 0)
		answer_picture(connection, stream, false);
}

/* ---- streams ---- */

static void write_log(const struct connection *connection, const struct stream *stream, int open)
{
	FILE *stream_of_lines = fopen(log_path, "ae");
	if (!stream_of_lines)
		return;
	fprintf(stream_of_lines, "%s\t%d\t%d\t%d\n", stream->path, connection->number,
		(int)stream->id, open);
	fclose(stream_of_lines);
}

static int begin_stream(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
	struct connection *connection = context;
	struct stream *stream = calloc(1, sizeof *stream);
	if (!stream)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	stream->id = frame->hd.stream_id;
	stream->next = connection->streams;
	connection->streams = stream;
	return nghttp2_session_set_stream_user_data(session, stream->id, stream);
}

static int take_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
	size_t name_size, const uint8_t *value, size_t value_size, uint8_t flags, void *context)
{
	struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	(void)name_size, (void)flags, (void)context;
	if (stream && strcmp((const char *)name, ":path") == 0)
		snprintf(stream->path, sizeof stream->path, "%.*s", (int)value_size,
			(const char *)value);
	return 0;
}

static int take_request(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
	struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	if (!stream || frame->hd.type != NGHTTP2_HEADERS)
		return 0;
	bool slow =
		strncmp(stream->path, "/slow/", 6) == 0 || strncmp(stream->path, "/once/", 6) == 0;
	stream->due = progress_clock() + (slow ? slow_seconds : 0);
	write_log(context, stream, atomic_fetch_add(&streams_open, 1) + 1);
	return 0;
}

static int end_stream(nghttp2_session *session, int32_t id, uint32_t code, void *context)
{
	struct connection *connection = context;
	(void)session, (void)code;
	for (struct stream **link = &connection->streams, *stream; (stream = *link);
		link = &stream->next)
		if (stream->id == id) {
			*link = stream->next;
			free(stream->body);
			free(stream);
			atomic_fetch_sub(&streams_open, 1);
			break;
		}
	return 0;
}

/* ---- connections ---- */

static ssize_t send_bytes(nghttp2_session *session, const uint8_t *bytes, size_t size, int flags,
	void *context)
{
	struct connection *connection = context;
	int sent = SSL_write(connection->ssl, bytes, (int)size);
	(void)session, (void)flags;
	return sent > 0 ? sent : NGHTTP2_ERR_CALLBACK_FAILURE;
}

static nghttp2_session *open_session(struct connection *connection)
{
	nghttp2_session *session = NULL;
	nghttp2_session_callbacks *callbacks;
	nghttp2_session_callbacks_new(&callbacks);
	nghttp2_session_callbacks_set_send_callback(callbacks, send_bytes);
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begin_stream);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, take_header);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, take_request);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, end_stream);
	nghttp2_session_server_new(&session, callbacks, connection);
	nghttp2_session_callbacks_del(callbacks);
	nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, NULL, 0);
	return session;
}

/* Answers what is due. Returns the milliseconds until something is, -1: nothing will be. */
static int answer_due(struct connection *connection)
{
	double now = progress_clock(), next = 0;
	for (struct stream *stream = connection->streams; stream; stream = stream->next) {
		if (stream->due && stream->due <= now)
			answer(connection, stream);
		else if (stream->due && (!next || stream->due < next))
			next = stream->due;
	}
	return next ? (int)((next - now) * 1000) + 1 : -1;
}

/* Waits for bytes, and takes them. Returns whether the connection lasts. */
static bool take_bytes(struct connection *connection, int milliseconds)
{
	unsigned char bytes[1 << 14];
	struct pollfd ready = {.fd = connection->socket, .events = POLLIN};
	if (!SSL_pending(connection->ssl) && poll(&ready, 1, milliseconds) == 0)
		return true;
	int got = SSL_read(connection->ssl, bytes, sizeof bytes);
	return got > 0 && nghttp2_session_mem_recv(connection->session, bytes, (size_t)got) == got;
}

static void serve_session(struct connection *connection)
{
	bool lasts = true;
	while (lasts && !connection->closing) {
		int wait = answer_due(connection);
		lasts = nghttp2_session_send(connection->session) == 0 && !connection->closing &&
			(nghttp2_session_want_read(connection->session) ||
				nghttp2_session_want_write(connection->session)) &&
			take_bytes(connection, wait);
	}
	while (connection->streams)
		end_stream(connection->session, connection->streams->id, 0, connection);
}

static void *serve(void *argument)
{
	struct connection connection = {.number = atomic_fetch_add(&connections, 1) + 1,
		.socket = (int)(long)argument};
	char rest[4096];
	connection.ssl = SSL_new(tls);
	if (SSL_set_fd(connection.ssl, connection.socket) && SSL_accept(connection.ssl) == 1) {
		connection.session = open_session(&connection);
		serve_session(&connection);
		nghttp2_session_del(connection.session);
	}
	SSL_free(connection.ssl);
	/* What is not read when a socket closes would reset the connection, and what was sent be
	 * lost. */
	shutdown(connection.socket, SHUT_WR);
	while (!connection.closing && recv(connection.socket, rest, sizeof rest, 0) > 0)
		;
	close(connection.socket);
	return NULL;
}

/* ---- the whole ---- */

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *size,
	const unsigned char *offered, unsigned offered_size, void *context)
{
	(void)ssl, (void)context;
	static const unsigned char http2[] = "\2h2";
	int chosen =
		SSL_select_next_proto((unsigned char **)out, size, http2, 3, offered, offered_size);
	return chosen == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int listen_on_loopback(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 128) ||
		getsockname(listener, (struct sockaddr *)&address, &size))
		return -1;
	printf("https://127.0.0.1:%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}

int main(int argc, char **argv)
{
	const char *names = argc > 3 ? argv[3] : "DNS:localhost,IP:127.0.0.1";
	signal(SIGPIPE, SIG_IGN);
	tls = SSL_CTX_new(TLS_server_method());
	if (argc < 3 || !tls ||
		!make_certificate(tls, names, argc > 4 ? atol(argv[4]) : 3600, argv[2]))
		return 1;
	log_path = argv[1];
	SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
	int listener = listen_on_loopback();
	while (listener >= 0) {
		int socket = accept(listener, NULL, NULL);
		pthread_t thread;
		if (socket >= 0 && pthread_create(&thread, NULL, serve, (void *)(long)socket) == 0)
			pthread_detach(thread);
	}
	return 1;
}
