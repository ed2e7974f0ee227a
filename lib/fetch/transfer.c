#include "fetch/transfer.h"

#include "fetch/address.h"
#include "fetch/header.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <openssl/x509_vfy.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	STALL_BYTES = 100,
	STALL_SECONDS_MAXIMUM = 20,
	CAPACITY_MINIMUM = 1 << 14,
	RECEIVE_BYTES = 1 << 16,
	HEADER_BYTES_MAXIMUM = 500 * 1024,
	PARTIAL_CONTENT = 206
};

/* The buffer capacity for a body of at least `size` bytes: its Content-Length if there is one; a
 * false one costs nothing, as untouched memory is not allocated by the system. */
static size_t body_capacity(const struct transfer *transfer, size_t size)
{
	curl_off_t content_length = -1;
	size_t capacity = transfer->capacity ? transfer->capacity : CAPACITY_MINIMUM;
	if (!transfer->limits->decode)
		curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
			&content_length);
	if (content_length >= (curl_off_t)size &&
		(uint64_t)content_length <= transfer->limits->bytes)
		return (size_t)content_length + 1;
	while (capacity < size + 1)
		capacity *= 2;
	return capacity;
}

static size_t write_body(char *bytes, size_t unit, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t size = unit * count, remaining = transfer->limits->bytes - transfer->size;
	if (size > remaining) {
		transfer->too_large = true;
		if (!transfer->limits->truncate)
			return 0;
		size = remaining;
	}
	if (transfer->sink) {
		transfer->size += size;
		return transfer->sink(transfer->sink_context, bytes, size) ? size : 0;
	}
	if (transfer->size + size + 1 > transfer->capacity) {
		size_t capacity = body_capacity(transfer, transfer->size + size);
		unsigned char *grown = realloc(transfer->bytes, capacity);
		if (!grown) {
			transfer->out_of_memory = true;
			return 0;
		}
		transfer->bytes = grown;
		transfer->capacity = capacity;
	}
	memcpy(transfer->bytes + transfer->size, bytes, size);
	transfer->size += size;
	transfer->bytes[transfer->size] = 0;
	return transfer->too_large ? 0 : unit * count;
}

/* Limits the bytes received: they may decode to nothing, so that `write_body` is never called. */
static int check_progress(void *context, curl_off_t expected, curl_off_t received,
	curl_off_t to_send, curl_off_t sent)
{
	struct transfer *transfer = context;
	(void)expected, (void)to_send, (void)sent;
	transfer->too_large |= received > 0 && (uint64_t)received > transfer->limits->bytes;
	return transfer->too_large;
}

/* Called for each header field and trailer, which libcurl stores without a limit. libcurl decodes
 * up to five nested content codings, so that one call may last for days: only one is allowed. It
 * decodes transfer codings even if they were not requested: none is allowed. */
static size_t check_header_line(char *line, size_t unit, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct header_field header;
	transfer->header_size += unit * count;
	if (transfer->header_size > HEADER_BYTES_MAXIMUM)
		return 0;
	if (!header_parse(&header, line, unit * count))
		return unit * count;
	bool is_transfer_coding = header_is_named(&header, "Transfer-Encoding");
	if (!is_transfer_coding &&
		(!transfer->limits->decode || !header_is_named(&header, "Content-Encoding")))
		return unit * count;
	enum header_coding coding = header_coding(header.value);
	if (coding == CODING_NONE ||
		(coding == CODING_ZLIB && !is_transfer_coding && !transfer->is_compressed)) {
		transfer->is_compressed |= coding == CODING_ZLIB;
		return unit * count;
	}
	snprintf(transfer->refused_coding, sizeof transfer->refused_coding, "%.*s",
		(int)sizeof transfer->refused_coding - 1, header.value);
	return 0;
}

static void record_refused_address(struct transfer *transfer, const struct sockaddr *address)
{
	const void *binary = address->sa_family == AF_INET
		? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
		: (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	if (!inet_ntop(address->sa_family, binary, transfer->refused_address,
		    sizeof transfer->refused_address))
		snprintf(transfer->refused_address, sizeof transfer->refused_address,
			"of an unknown kind");
}

/* Checks the binary address before connecting, whatever name or number it came from. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = context;
	(void)purpose;
	if (!transfer->limits->allow_private && !address_is_public(&address->addr)) {
		record_refused_address(transfer, &address->addr);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Checks the address of reused connections too, for which open_socket is not called. */
static int check_connected_address(void *context, char *remote, char *local, int remote_port,
	int local_port)
{
	struct transfer *transfer = context;
	(void)local, (void)remote_port, (void)local_port;
	if (transfer->limits->allow_private || address_text_is_public(remote))
		return CURL_PREREQFUNC_OK;
	snprintf(transfer->refused_address, sizeof transfer->refused_address, "%s", remote);
	return CURL_PREREQFUNC_ABORT;
}

int transfer_check_ca_file(const char *path, struct error *error)
{
	X509_STORE *store = X509_STORE_new();
	FILE *stream = fopen(path, "re");
	int result = 0;
	if (!stream)
		result = error_system(error, path);
	else if (!store || X509_STORE_load_file(store, path) != 1)
		result = error_set(error, path, "has no certificate in PEM format");
	if (stream)
		fclose(stream);
	X509_STORE_free(store);
	return result;
}

long transfer_stall_seconds(double total_seconds)
{
	double third = ceil(total_seconds / 3);
	return third < STALL_SECONDS_MAXIMUM ? (long)third : STALL_SECONDS_MAXIMUM;
}

static long milliseconds(double seconds)
{
	return (long)(seconds * 1000);
}

int transfer_init(struct transfer *transfer, const char *url, const struct transfer_limits *limits,
	struct error *error)
{
	*transfer = (struct transfer){.easy = curl_easy_init(), .limits = limits};
	CURL *easy = transfer->easy;
	if (!easy || curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK) {
		transfer_free(transfer);
		return error_memory(error, url);
	}
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	/* The caller follows redirects, so that each hop is checked. */
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	/* Behind a proxy the address checked would be the proxy's. */
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
	/* Wait for the first connection: whether it can be multiplexed is known then. */
	if (strncmp(url, "https:", 6) == 0)
		curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	if (limits->ca_file) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, limits->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error_message);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, limits->user_agent);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(limits->connect_seconds));
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(limits->total_seconds));
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
		transfer_stall_seconds(limits->total_seconds));
	if (!limits->truncate)
		curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)limits->bytes);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, check_header_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	if (limits->decode) {
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
		curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, check_progress);
		curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
		curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	}
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, check_connected_address);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	return 0;
}

int transfer_set_headers(struct transfer *transfer, const char *user_agent,
	const struct text_list *headers, struct error *error)
{
	if (user_agent)
		curl_easy_setopt(transfer->easy, CURLOPT_USERAGENT, user_agent);
	for (size_t i = 0; headers && i < headers->count; i++) {
		struct curl_slist *list = curl_slist_append(transfer->headers, headers->items[i]);
		if (!list)
			return error_memory(error, "headers");
		transfer->headers = list;
	}
	curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	return 0;
}

static enum transfer_outcome set_outcome(struct transfer *transfer, enum transfer_outcome outcome,
	const char *reason)
{
	snprintf(transfer->reason, sizeof transfer->reason, "%.*s",
		(int)sizeof transfer->reason - 1, reason);
	return outcome;
}

/* For a response with an HTTP status and a complete or truncated body. */
static enum transfer_outcome classify_status(struct transfer *transfer)
{
	long status = transfer->status;
	char *location = NULL, reason[64];
	struct curl_header *retry_after;
	curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &location);
	if (curl_easy_header(transfer->easy, "Retry-After", 0, CURLH_HEADER, -1, &retry_after) ==
		CURLHE_OK)
		transfer->retry_after = header_retry_after(retry_after->value, time(NULL));
	if (status >= 200 && status < 300 && (status != PARTIAL_CONTENT || transfer->is_range))
		return TRANSFER_COMPLETE;
	if (status >= 300 && status < 400 && location) {
		transfer->location = strdup(location);
		return transfer->location
			? TRANSFER_REDIRECT
			: set_outcome(transfer, TRANSFER_TRANSIENT, "out of memory");
	}
	snprintf(reason, sizeof reason, "HTTP status %ld", status);
	bool is_transient = status == 408 || status == 429 || status / 100 == 5;
	return set_outcome(transfer, is_transient ? TRANSFER_TRANSIENT : TRANSFER_REFUSED, reason);
}

enum transfer_outcome transfer_finish(struct transfer *transfer, CURLcode code)
{
	char reason[160];
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
	transfer->responded = transfer->status > 0;
	if (transfer->out_of_memory)
		return set_outcome(transfer, TRANSFER_TRANSIENT, "out of memory");
	if (transfer->header_size > HEADER_BYTES_MAXIMUM)
		return set_outcome(transfer, TRANSFER_REFUSED, "headers of more than 500 kB");
	if (*transfer->refused_coding) {
		snprintf(reason, sizeof reason, "unsupported coding '%s'",
			transfer->refused_coding);
		return set_outcome(transfer, TRANSFER_REFUSED, reason);
	}
	if (transfer->too_large && transfer->limits->truncate &&
		transfer->size == transfer->limits->bytes)
		return classify_status(transfer);
	if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED) {
		snprintf(reason, sizeof reason, "larger than %zu bytes", transfer->limits->bytes);
		return set_outcome(transfer, TRANSFER_REFUSED, reason);
	}
	if (code == CURLE_OUT_OF_MEMORY)
		return set_outcome(transfer, TRANSFER_TRANSIENT,
			"out of memory, or a header of more than 100 kB");
	if (code != CURLE_OK && *transfer->refused_address) {
		snprintf(reason, sizeof reason, "the address %s is not public (--allow-private)",
			transfer->refused_address);
		return set_outcome(transfer, TRANSFER_REFUSED, reason);
	}
	/* The URL's scheme was checked: it is the response that is in an unknown protocol. */
	if (code == CURLE_UNSUPPORTED_PROTOCOL)
		return set_outcome(transfer, TRANSFER_TRANSIENT, "the response is not HTTP");
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
		transfer->responded = true;
		return set_outcome(transfer, TRANSFER_BAD_CERTIFICATE, transfer->error_message);
	}
	if (code == CURLE_URL_MALFORMAT || code == CURLE_LOGIN_DENIED)
		return set_outcome(transfer, TRANSFER_REFUSED, curl_easy_strerror(code));
	if (code != CURLE_OK)
		return set_outcome(transfer, TRANSFER_TRANSIENT, curl_easy_strerror(code));
	return classify_status(transfer);
}

void transfer_charset(const struct transfer *transfer, char *out, size_t size)
{
	char *type = NULL;
	*out = 0;
	curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
	const char *charset = type ? strcasestr(type, "charset=") : NULL;
	if (!charset)
		return;
	charset += strlen("charset=");
	charset += *charset == '"';
	size_t length = strcspn(charset, "\"; \t");
	if (length < size) {
		memcpy(out, charset, length);
		out[length] = 0;
	}
}

bool transfer_opts_out(const struct transfer *transfer)
{
	struct curl_header *header;
	for (size_t i = 0; curl_easy_header(transfer->easy, "X-Robots-Tag", i, CURLH_HEADER, -1,
				   &header) == CURLHE_OK;
		i++)
		if (header_opts_out(header->value, time(NULL)))
			return true;
	return false;
}

void transfer_free(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	free(transfer->bytes);
	free(transfer->location);
	*transfer = (struct transfer){0};
}
