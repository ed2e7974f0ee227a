/* One HTTP request and its answer: a libcurl handle set up so that it can do no harm. */
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include "base/error.h"
#include "base/text.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

struct transfer_limits {
	double connect_seconds; /* until connected */
	double total_seconds;   /* until the last byte; see transfer_slow_seconds too */
	size_t bytes;           /* of the body: as they arrive, and decoded */
	bool allow_private;     /* connect to addresses that are not public */
	bool cut;               /* a longer body is cut to `bytes`, not refused */
	bool decode;            /* accept bodies in gzip's or zlib's format: pages; images are kept as served */
	const char *user_agent;
	const char *ca_file;    /* certificates to trust, as PEM; NULL: the machine's */
};

enum transfer_end {
	TRANSFER_WHOLE,     /* status 2xx and a whole body, or as much as was wanted */
	TRANSFER_REDIRECT,  /* location is set */
	TRANSFER_REFUSED,   /* would end so again: reason is set */
	TRANSFER_TRANSIENT, /* may go well another time: reason is set */
	TRANSFER_UNTRUSTED, /* the host's certificate can't be trusted: reason is set */
};

struct transfer {
	CURL *easy;
	struct curl_slist *headers;
	const struct transfer_limits *limits;
	unsigned char *bytes; /* the body; one NUL follows it */
	size_t size, capacity;
	size_t head_size; /* of all headers, trailers included */
	bool too_large, out_of_memory;
	char refused_address[64]; /* that was not public; empty: none was met */
	bool coded;                 /* the body is */
	char refused_coding[64];    /* that was not asked for, or one too many; empty: none was met */
	char problem[CURL_ERROR_SIZE]; /* what went wrong, in libcurl's words */

	/* Set by transfer_finish: */
	char reason[160];
	char *location;          /* where a redirect leads, absolute; owned */
	double retry_after;      /* seconds the server asked for, 0: none */
	bool reached;            /* the server answered */
	long status;             /* of HTTP, 0: none */
};

/* Returns 0 where a file of certificates to trust can be read and holds one, or -1. */
CHECKED int transfer_check_ca_file(const char *path, struct error *error);

/* After how many seconds in which it brings less than 100 bytes each a transfer is given up: a third, rounded up, of those
 * that it has in all, 20 at most. */
long transfer_slow_seconds(double total_seconds);

/* Sets up a request for `url`; `limits` must outlive it. On failure (-1) *transfer needs no end. */
CHECKED int transfer_start(struct transfer *transfer, const char *url, const struct transfer_limits *limits,
	struct error *error);

/* Sends a user agent of the request's own (NULL: that of the limits), and headers "NAME: VALUE" (NULL: none). */
CHECKED int transfer_set_headers(struct transfer *transfer, const char *user_agent, const struct text_list *headers,
	struct error *error);

/* Reads how the request ended, from libcurl's `code` and the server's answer. */
enum transfer_end transfer_finish(struct transfer *transfer, CURLcode code);

/* The charset that the server declared, into out[size]; "" for none. */
void transfer_charset(const struct transfer *transfer, char *out, size_t size);

/* Whether the server opts out of this use by an X-Robots-Tag: see header_opts_out. */
bool transfer_opts_out(const struct transfer *transfer);

/* Frees everything; the handle must be out of any multi handle. */
void transfer_free(struct transfer *transfer);

#endif
