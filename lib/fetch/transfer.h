/* One HTTP request and its response: a libcurl handle with limits of size, time and addresses. */
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include "base/error.h"
#include "base/text.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

struct transfer_limits {
	double connect_seconds; /* for connecting */
	double total_seconds;   /* for the whole transfer; see also transfer_stall_seconds */
	size_t bytes;           /* maximum of the body, as received and decoded */
	bool allow_private;     /* connect to addresses that are not public */
	bool truncate;          /* a longer body is truncated to `bytes`, not refused */
	bool decode; /* accept and decode gzip and deflate: for pages; images are stored as
	              * served */
	const char *user_agent;
	const char *ca_file; /* trusted CA certificates, PEM; NULL: those of the system */
};

enum transfer_outcome {
	TRANSFER_COMPLETE,        /* status 2xx and a complete body, or a truncated one */
	TRANSFER_REDIRECT,        /* location is set */
	TRANSFER_REFUSED,         /* permanent failure: reason is set */
	TRANSFER_TRANSIENT,       /* temporary failure: reason is set */
	TRANSFER_BAD_CERTIFICATE, /* the host's certificate can't be verified: reason is set */
};

struct transfer {
	CURL *easy;
	struct curl_slist *headers;
	const struct transfer_limits *limits;
	/* Takes the bytes of the body, of whatever status, which are not kept in `bytes` then; to
	 * be set after transfer_init. Returns false to end the transfer. */
	bool (*sink)(void *context, const void *bytes, size_t size);
	void *sink_context;
	bool is_range;        /* a part was asked for, so that status 206 is complete; likewise */
	unsigned char *bytes; /* the body; one NUL follows it */
	size_t size, capacity;
	size_t header_size; /* of all header fields and trailers in bytes */
	bool too_large, out_of_memory;
	char refused_address[64];            /* not public; empty: none */
	bool is_compressed;                  /* one content coding was seen */
	char refused_coding[64];             /* not supported, or a second one; empty: none */
	char error_message[CURL_ERROR_SIZE]; /* libcurl's */

	/* Set by transfer_finish: */
	char reason[160];
	char *location;     /* target of a redirect, absolute; owned */
	double retry_after; /* in seconds, 0: none */
	bool responded;     /* the server responded */
	long status;        /* HTTP status code, 0: none */
};

/* Returns 0 if the file can be read and has a certificate in PEM format, or -1. */
CHECKED int transfer_check_ca_file(const char *path, struct error *error);

/* A transfer fails after this many seconds at less than 100 bytes per second: a third of
 * total_seconds, rounded up, at most 20. */
long transfer_stall_seconds(double total_seconds);

/* Sets up a request for `url`; `limits` must outlive it. On failure (-1) *transfer need not be
 * freed. */
CHECKED int transfer_init(struct transfer *transfer, const char *url,
	const struct transfer_limits *limits, struct error *error);

/* Sets a User-Agent (NULL: that of the limits) and further header fields "NAME: VALUE" (NULL:
 * none). */
CHECKED int transfer_set_headers(struct transfer *transfer, const char *user_agent,
	const struct text_list *headers, struct error *error);

/* Determines the outcome from libcurl's `code` and the response. */
enum transfer_outcome transfer_finish(struct transfer *transfer, CURLcode code);

/* Copies the charset in Content-Type to out[size]; "" for none. */
void transfer_charset(const struct transfer *transfer, char *out, size_t size);

/* Whether an X-Robots-Tag opts out of use as training data: see header_opts_out. */
bool transfer_opts_out(const struct transfer *transfer);

/* Frees everything; the handle must have been removed from any multi handle. */
void transfer_free(struct transfer *transfer);

#endif
