/* Waiting for hundreds of connections at once: libcurl's sockets and timer in one epoll, so that a wait costs what there is
 * to do, not what there is. */
#ifndef FETCH_REACTOR_H
#define FETCH_REACTOR_H

#include "base/error.h"

#include <curl/curl.h>

struct reactor {
	CURLM *multi;
	int poll;   /* epoll; -1: none */
	int wake;   /* eventfd; likewise */
	double due; /* of progress_clock: when libcurl wants to be called; infinite: only when a socket is ready */
};

/* Makes one for at most `connections` at once. On failure (-1) *reactor needs no end. */
CHECKED int reactor_create(struct reactor *reactor, int connections, struct error *error);

/* Lets libcurl do what is due; where that is nothing waits for up to `seconds` for something first. */
CHECKED int reactor_run(struct reactor *reactor, double seconds, struct error *error);

/* Ends a wait, or the next one. For any thread. */
void reactor_wake(struct reactor *reactor);

/* All easy handles must be out of `multi`. */
void reactor_destroy(struct reactor *reactor);

#endif
