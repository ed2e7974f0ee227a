#include "fetch/reactor.h"

#include "base/progress.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- libcurl's callbacks ---- */

/* `assigned` is not NULL for a socket that is in the epoll set. */
static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *assigned)
{
	struct reactor *reactor = context;
	struct epoll_event event = {.data.fd = socket};
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(reactor->poll, EPOLL_CTL_DEL, socket, NULL);
		curl_multi_assign(reactor->multi, socket, NULL);
		return 0;
	}
	event.events =
		(what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	int operation = assigned ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	if (epoll_ctl(reactor->poll, operation, socket, &event))
		return -1;
	curl_multi_assign(reactor->multi, socket, reactor);
	return 0;
}

static int set_timer(CURLM *multi, long milliseconds, void *context)
{
	struct reactor *reactor = context;
	(void)multi;
	reactor->timeout_at =
		milliseconds < 0 ? INFINITY : progress_clock() + (double)milliseconds / 1000;
	return 0;
}

/* ---- event loop ---- */

int reactor_create(struct reactor *reactor, int connections, struct error *error)
{
	struct epoll_event wake = {.events = EPOLLIN};
	*reactor = (struct reactor){.multi = curl_multi_init(),
		.poll = epoll_create1(EPOLL_CLOEXEC),
		.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.timeout_at = INFINITY};
	wake.data.fd = reactor->wake;
	if (!reactor->multi || reactor->poll < 0 || reactor->wake < 0 ||
		epoll_ctl(reactor->poll, EPOLL_CTL_ADD, reactor->wake, &wake)) {
		int failed = reactor->multi ? error_system(error, "network")
					    : error_memory(error, "network");
		reactor_destroy(reactor);
		return failed;
	}
	curl_multi_setopt(reactor->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections);
	curl_multi_setopt(reactor->multi, CURLMOPT_MAXCONNECTS, (long)connections);
	curl_multi_setopt(reactor->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(reactor->multi, CURLMOPT_SOCKETDATA, reactor);
	curl_multi_setopt(reactor->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(reactor->multi, CURLMOPT_TIMERDATA, reactor);
	return 0;
}

static CURLMcode handle_event(struct reactor *reactor, const struct epoll_event *event)
{
	int running, what = 0;
	uint64_t count;
	if (event->data.fd == reactor->wake) {
		ssize_t got = read(reactor->wake, &count, sizeof count);
		(void)got;
		return CURLM_OK;
	}
	what |= event->events & EPOLLIN ? CURL_CSELECT_IN : 0;
	what |= event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
	what |= event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0;
	return curl_multi_socket_action(reactor->multi, event->data.fd, what, &running);
}

int reactor_run(struct reactor *reactor, double seconds, struct error *error)
{
	enum { EVENTS = 128 };
	struct epoll_event events[EVENTS];
	double timeout = reactor->timeout_at - progress_clock();
	int running;
	timeout = timeout < seconds ? timeout : seconds;
	int count = epoll_wait(reactor->poll, events, EVENTS,
		timeout > 0 ? (int)(1000 * timeout) + 1 : 0);
	if (count < 0 && errno != EINTR)
		return error_system(error, "network");
	CURLMcode code = CURLM_OK;
	for (int i = 0; i < count && code == CURLM_OK; i++)
		code = handle_event(reactor, &events[i]);
	if (code == CURLM_OK && progress_clock() >= reactor->timeout_at) {
		reactor->timeout_at = INFINITY;
		code = curl_multi_socket_action(reactor->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	return code == CURLM_OK ? 0 : error_set(error, "network", "%s", curl_multi_strerror(code));
}

void reactor_wake(struct reactor *reactor)
{
	uint64_t one = 1;
	ssize_t written = write(reactor->wake, &one, sizeof one);
	(void)written;
}

void reactor_destroy(struct reactor *reactor)
{
	if (reactor->multi)
		curl_multi_cleanup(reactor->multi);
	if (reactor->poll >= 0)
		close(reactor->poll);
	if (reactor->wake >= 0)
		close(reactor->wake);
}
