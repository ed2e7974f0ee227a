/* Fetching from many hosts at once, politely: limits per host, robots.txt, retries, redirects.
 *
 * Requests are added at any time; fetcher_step moves them all on and hands each result to a callback, in
 * the order in which they end. Every hop of a redirect (5 at most, http and https only) is a request of its
 * own: it waits for its host, and its address and robots.txt are checked. */
#ifndef FETCH_FETCH_H
#define FETCH_FETCH_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { FETCH_CONTACT_MAXIMUM = 180 };

struct fetch_options {
	double rate;        /* requests per second to one name, with whatever ports; a name of loopback has no such limit */
	int connections;    /* at once to one name; to one of loopback 100 */
	int transfers;      /* at once in all */
	int retries;        /* after the first attempt: of status 408, 429, 5xx and of broken connections */
	double backoff;     /* seconds before the first retry; doubled for each more, times a number between half and one and
	                     * a half that is another in each run: a pause is no output */
	double wait_maximum; /* seconds; a host that asks for a longer pause (Retry-After) is given up */
	double timeout;     /* seconds for one whole transfer */
	size_t image_bytes; /* most bytes of an image */
	size_t page_bytes;  /* most bytes of a page, decompressed */
	bool allow_private; /* talk to addresses that are not public */
	bool ignore_robots;
	const char *ca_file; /* certificates to trust, as PEM; NULL: the machine's */
	const char *contact; /* for the user agent: a mail address or URL of at most FETCH_CONTACT_MAXIMUM bytes, without control
	                      * characters; NULL: none */
};

enum fetch_kind { FETCH_PAGE, FETCH_IMAGE };

struct fetch_request {
	enum fetch_kind kind;
	const char *url;   /* as url_resolve makes them; copied */
	bool skip_robots;  /* it is a documented interface for programs; where a redirect leads to another name is not */
	double rate;       /* limits of the recipe for this host's name, 0: none of its own */
	int connections;
	const char *user_agent; /* of the recipe; NULL: the program's own; outlives the request */
	const struct text_list *headers; /* "NAME: VALUE", for the first host only; NULL: none; outlives the request */
	void *tag;         /* handed to the callback */
};

enum fetch_outcome {
	FETCH_DONE,    /* status 2xx and a whole body */
	FETCH_REFUSED, /* by us or by the server, and would be again */
	FETCH_FAILED,  /* for a reason that may pass */
};

struct fetch_result {
	enum fetch_outcome outcome;
	const char *reason;         /* when not done */
	bool missing;               /* refused, since the server has no such thing (status 404 or 410) */
	bool untrusted;             /* failed, since the host's certificate can't be trusted */
	const char *url;            /* that answered, after redirects */
	unsigned char *bytes;       /* the body, followed by a NUL; the callback may take it, to free, and leave NULL */
	size_t size;
	const char *charset;        /* declared for it, "" for none */
	bool opted_out;             /* the server asks that it is not used so (X-Robots-Tag) */
};

/* May add requests, but not step or destroy. */
typedef void fetch_callback(void *context, void *tag, struct fetch_result *result);

struct fetcher;

/* On failure (-1) *fetcher is NULL. `options` is copied; its texts must outlive the fetcher. Has malloc keep more of the memory
 * that is freed, for the whole process. */
CHECKED int fetcher_create(struct fetcher **fetcher, const struct fetch_options *options, fetch_callback *callback,
	void *context, struct error *error);

/* Adds a request; its result comes from a later fetcher_step. */
CHECKED int fetcher_add(struct fetcher *fetcher, const struct fetch_request *request, struct error *error);

/* While held, no request for an image starts that has not: for a caller who has more bodies than it can take. */
void fetcher_hold(struct fetcher *fetcher, bool held);

/* Moves all requests on and waits for up to half a second where nothing moves, and requests are unfinished or the caller
 * has `expected` a call of fetcher_wake. Returns how many are unfinished, or -1. */
CHECKED int fetcher_step(struct fetcher *fetcher, bool expected, struct error *error);

/* Has a step that waits, or else the next one, return. For any thread. */
void fetcher_wake(struct fetcher *fetcher);

/* NULL if a server has answered, or none was asked; else "HOST: reason" of a first failure. While
 * none has answered, requests fail within about eight seconds of the first. */
const char *fetcher_unreachable(const struct fetcher *fetcher);

/* Drops what is unfinished; NULL is allowed. */
void fetcher_destroy(struct fetcher *fetcher);

#endif
