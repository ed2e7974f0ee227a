/* Fetches URLs from many hosts concurrently: rate limits per host, robots.txt, retries with
 * back-off, redirects.
 *
 * Requests can be added at any time; fetcher_step advances all of them and passes each result to a
 * callback, in order of completion. Every hop of a redirect (5 at most, http and https only) is a
 * request of its own: it is subject to the rate limit of its host, and its address and robots.txt
 * are checked. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { FETCH_CONTACT_MAXIMUM = 180 };

struct fetch_options {
	double rate;     /* requests per second to one host name on any port; loopback names have no
	                    limit */
	int connections; /* concurrent requests to one host name; to a loopback name 100 */
	int transfers;   /* concurrent requests in total */
	int retries; /* after the first attempt, for status 408, 429, 5xx and broken connections */
	double backoff; /* seconds before the first retry, then exponential: doubled for each retry,
	                 * with a random factor (jitter) from 0.5 to 1.5, which is not reproducible:
	                 * pauses do not affect outputs */
	double wait_maximum; /* seconds; a host that asks for a longer one (Retry-After) gets no
	                        more requests */
	double timeout;      /* seconds for one whole transfer */
	size_t image_bytes;  /* most bytes of an image */
	size_t page_bytes;   /* most bytes of a page, decompressed */
	bool allow_private;  /* connect to addresses that are not public */
	bool ignore_robots;
	const char *ca_file; /* trusted CA certificates, PEM; NULL: those of the system */
	const char
		*contact; /* for the User-Agent: an e-mail address or URL of at most
	                   * FETCH_CONTACT_MAXIMUM bytes, without control characters; NULL: none */
};

enum fetch_kind { FETCH_PAGE, FETCH_IMAGE };

struct fetch_request {
	enum fetch_kind kind;
	const char *url;  /* as returned by url_resolve; copied */
	bool skip_robots; /* do not apply robots.txt (a documented API); ends at a redirect to
	                     another host name */
	double rate;      /* the recipe's limits for this host name, 0: none */
	int connections;
	const char *user_agent; /* the recipe's; NULL: the default; must outlive the request */
	const struct text_list *headers; /* "NAME: VALUE", sent to the first host only; NULL: none;
	                                    must outlive the request */
	void *tag;                       /* passed to the callback */
};

enum fetch_outcome {
	FETCH_DONE,    /* status 2xx and a complete body */
	FETCH_REFUSED, /* permanent failure: refused by us or by the server */
	FETCH_FAILED,  /* temporary failure */
};

struct fetch_result {
	enum fetch_outcome outcome;
	const char *reason;   /* unless FETCH_DONE */
	bool missing;         /* refused with status 404 or 410 */
	bool bad_certificate; /* failed, since the host's certificate can't be verified */
	const char *url;      /* of the response, after redirects */
	unsigned char *bytes; /* the body, followed by a NUL; the callback may take ownership and
	                         set NULL */
	size_t size;
	const char *charset; /* declared in Content-Type, "" for none */
	bool opted_out;      /* by X-Robots-Tag: see header_opts_out */
};

/* May add requests, but not step or destroy. */
typedef void fetch_callback(void *context, void *tag, struct fetch_result *result);

struct fetcher;

/* On failure (-1) *fetcher is NULL. `options` is copied; its texts must outlive the fetcher. Raises
 * malloc's thresholds for returning freed memory to the system, for the whole process. */
CHECKED int fetcher_create(struct fetcher **fetcher, const struct fetch_options *options,
	fetch_callback *callback, void *context, struct error *error);

/* Adds a request; its result comes from a later fetcher_step. */
CHECKED int fetcher_add(struct fetcher *fetcher, const struct fetch_request *request,
	struct error *error);

/* While held, no further request for an image starts: back-pressure for a caller with many
 * unprocessed bodies. */
void fetcher_hold_images(struct fetcher *fetcher, bool held);

/* Advances all requests; when there is nothing to do, waits up to half a second if requests are
 * unfinished or `wake_expected` (another thread will call fetcher_wake). Returns the number of
 * unfinished requests, or -1. */
CHECKED int fetcher_step(struct fetcher *fetcher, bool wake_expected, struct error *error);

/* Makes the current fetcher_step, or else the next one, return without waiting. Thread-safe. */
void fetcher_wake(struct fetcher *fetcher);

/* NULL if any server has responded, or no request was made; else "HOST: reason" of the first
 * failure. Until one has responded, requests fail within about eight seconds of the first. */
const char *fetcher_unreachable(const struct fetcher *fetcher);

/* Drops unfinished requests; NULL is allowed. */
void fetcher_destroy(struct fetcher *fetcher);

#endif
