/* Event loop for hundreds of connections: libcurl's sockets and timer in one epoll, so that the
 * cost of a wait depends on the number of events, not of connections. */
#ifndef FETCH_REACTOR_H
#define FETCH_REACTOR_H

#include "base/error.h"

#include <curl/curl.h>

struct reactor {
	CURLM *multi;
	int poll;          /* epoll; -1: none */
	int wake;          /* eventfd; likewise */
	double timeout_at; /* of progress_clock: when libcurl's timer expires; infinite: it is not
	                      set */
};

/* For at most `connections` concurrent connections. On failure (-1) *reactor must not be
 * destroyed. */
CHECKED int reactor_create(struct reactor *reactor, int connections, struct error *error);

/* Waits up to `seconds` for events or the timer, and lets libcurl handle them. */
CHECKED int reactor_run(struct reactor *reactor, double seconds, struct error *error);

/* Ends the current wait, or else the next one. Thread-safe. */
void reactor_wake(struct reactor *reactor);

/* All easy handles must have been removed from `multi`. */
void reactor_destroy(struct reactor *reactor);

#endif
