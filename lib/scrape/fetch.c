#include "scrape/fetch.h"

#include "base/progress.h"
#include "base/random.h"
#include "base/text.h"
#include "base/version.h"
#include "scrape/host.h"
#include "scrape/url.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROBOT "millrace"

enum { REDIRECTS_MAXIMUM = 5, STRIKES_MAXIMUM = 8 };

static const double connect_seconds = 15, offline_seconds = 8, idle_seconds = 0.5;

struct fetcher {
	struct fetch_options options;
	fetch_callback *callback;
	void *context;
	CURLM *multi;
	struct host *hosts;
	struct job *running; /* in transfer, in no host's queue */
	struct transfer_limits limits[JOB_KINDS];
	char user_agent[256];
	int unfinished, active;
	uint64_t jobs;
	double started;   /* when the first request was added */
	bool contacted;   /* some server has answered */
	char unreachable[300];
};

int fetcher_create(struct fetcher **out, const struct fetch_options *options, fetch_callback *callback, void *context,
	struct error *error)
{
	struct fetcher *fetcher = *out = calloc(1, sizeof *fetcher);
	if (!fetcher)
		return error_memory(error, "network");
	*fetcher = (struct fetcher){.options = *options, .callback = callback, .context = context};
	snprintf(fetcher->user_agent, sizeof fetcher->user_agent, ROBOT "/" MILLRACE_VERSION " (collects images%s%s)",
		options->contact ? "; contact: " : "", options->contact ? options->contact : "");
	const size_t bytes[JOB_KINDS] = {options->page_bytes, options->image_bytes, ROBOTS_BYTES_MAXIMUM * 4};
	for (int kind = 0; kind < JOB_KINDS; kind++)
		fetcher->limits[kind] = (struct transfer_limits){.total_seconds = options->timeout,
			.bytes = bytes[kind], .allow_private = options->allow_private, .decode = kind != JOB_IMAGE,
			.user_agent = fetcher->user_agent};
	if (curl_global_init(CURL_GLOBAL_DEFAULT) || !(fetcher->multi = curl_multi_init())) {
		free(fetcher);
		*out = NULL;
		return error_memory(error, "network");
	}
	curl_multi_setopt(fetcher->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)options->transfers);
	return 0;
}

static struct host *find_host(struct fetcher *fetcher, const char *url)
{
	char *origin = url_origin(url);
	struct host *host = origin ? fetcher->hosts : NULL;
	while (host && strcmp(host->origin, origin))
		host = host->next;
	if (!host && origin && (host = host_create(origin))) {
		if (!url_is_loopback(url))
			host_slow_down(host, fetcher->options.rate, fetcher->options.connections);
		if (fetcher->options.ignore_robots)
			host->robots_state = ROBOTS_KNOWN;
		host->next = fetcher->hosts;
		fetcher->hosts = host;
	}
	free(origin);
	return host;
}

static struct job *create_job(struct fetcher *fetcher, enum job_kind kind, const char *url)
{
	struct job *job = calloc(1, sizeof *job);
	if (!job)
		return NULL;
	job->kind = kind;
	job->number = fetcher->jobs++;
	job->url = strdup(url);
	job->first_url = strdup(url);
	if (job->url && job->first_url)
		return job;
	job_free(job);
	return NULL;
}

int fetcher_add(struct fetcher *fetcher, const struct fetch_request *request, struct error *error)
{
	struct host *host = find_host(fetcher, request->url);
	struct job *job = host ? create_job(fetcher, request->kind == FETCH_PAGE ? JOB_PAGE : JOB_IMAGE, request->url)
			       : NULL;
	if (!job)
		return error_memory(error, request->url);
	job->tag = request->tag;
	job->skip_robots = request->skip_robots;
	host_slow_down(host, request->rate, request->connections);
	host_push(host, job);
	fetcher->unfinished++;
	if (!fetcher->started)
		fetcher->started = progress_clock();
	return 0;
}

/* Hands the result to the caller and frees the job. */
static void deliver(struct fetcher *fetcher, struct job *job, enum fetch_outcome outcome, const char *reason)
{
	char charset[64] = "", full_reason[600];
	struct transfer *transfer = &job->transfer;
	if (transfer->easy)
		transfer_charset(transfer, charset, sizeof charset);
	if (job->hops && outcome != FETCH_DONE) {
		snprintf(full_reason, sizeof full_reason, "redirected to %.300s: %s", job->url, reason);
		reason = full_reason;
	}
	struct fetch_result result = {outcome, reason, job->url, transfer->bytes, transfer->size, charset,
		transfer->easy && transfer_opts_out(transfer)};
	fetcher->callback(fetcher->context, job->tag, &result);
	fetcher->unfinished--;
	job_free(job);
}

static void give_up(struct host *host, const char *reason)
{
	if (!*host->given_up)
		snprintf(host->given_up, sizeof host->given_up, "%s", reason);
}

/* ---- robots.txt ---- */

static int ask_robots(struct fetcher *fetcher, struct host *host)
{
	char *url = text_format("%s/robots.txt", host->origin);
	struct job *job = url ? create_job(fetcher, JOB_ROBOTS, url) : NULL;
	free(url);
	if (!job)
		return -1;
	job->tag = host; /* it stays the asking host's wherever a redirect leads */
	host->robots_state = ROBOTS_ASKED;
	host_push_front(host, job);
	fetcher->unfinished++;
	return 0;
}

/* RFC 9309, 2.3.1: what is not there allows all; what can't be reached disallows all. */
static void take_robots(struct fetcher *fetcher, struct job *job, enum fetch_outcome outcome, const char *reason)
{
	struct host *host = job->tag;
	char why[200];
	const char *bytes = job->transfer.bytes ? (const char *)job->transfer.bytes : "";
	host->robots_state = ROBOTS_KNOWN;
	if (outcome == FETCH_DONE && robots_parse(&host->robots, bytes, job->transfer.size, ROBOT, NULL))
		give_up(host, "robots.txt: out of memory");
	if (outcome == FETCH_FAILED) {
		snprintf(why, sizeof why, "robots.txt: %s", reason);
		give_up(host, job->transfer.reached ? why : reason);
	}
	fetcher->unfinished--;
	job_free(job);
}

static void finish_job(struct fetcher *fetcher, struct job *job, enum fetch_outcome outcome, const char *reason)
{
	if (job->kind == JOB_ROBOTS)
		take_robots(fetcher, job, outcome, reason);
	else
		deliver(fetcher, job, outcome, reason);
}

/* ---- how an attempt ended ---- */

static void follow_redirect(struct fetcher *fetcher, struct job *job)
{
	struct error error;
	if (++job->hops > REDIRECTS_MAXIMUM) {
		finish_job(fetcher, job, FETCH_REFUSED, "too many redirects");
		return;
	}
	char *url = url_resolve(NULL, job->transfer.location, &error);
	if (!url) {
		char reason[600];
		snprintf(reason, sizeof reason, "redirected to %.300s: %.200s", error.object, error.reason);
		job->hops = 0;
		finish_job(fetcher, job, FETCH_REFUSED, reason);
		return;
	}
	transfer_free(&job->transfer);
	free(job->url);
	job->url = url;
	job->attempts = 0;
	struct host *host = find_host(fetcher, url);
	if (host)
		host_push(host, job);
	else
		finish_job(fetcher, job, FETCH_FAILED, "out of memory");
}

static double backoff(const struct fetcher *fetcher, const struct job *job)
{
	struct random random = random_start(0, RANDOM_PAUSE, job->number, (uint64_t)job->attempts);
	return fetcher->options.backoff * ldexp(1, job->attempts - 1) * (0.5 + (double)random_uniform(&random));
}

static void note_unreachable(struct fetcher *fetcher, const struct job *job)
{
	if (!job->transfer.reached && !*fetcher->unreachable)
		snprintf(fetcher->unreachable, sizeof fetcher->unreachable, "%.100s: %s", job->host->origin,
			job->transfer.reason);
}

/* Waits and tries again, or gives up on the request or its whole host. */
static void retry(struct fetcher *fetcher, struct job *job)
{
	struct host *host = job->host;
	double now = progress_clock(), asked = job->transfer.retry_after;
	char reason[200];
	snprintf(reason, sizeof reason, "%s", job->transfer.reason);
	note_unreachable(fetcher, job);
	if (!job->transfer.reached && ++host->strikes >= STRIKES_MAXIMUM)
		give_up(host, reason);
	if (asked > fetcher->options.wait_maximum) {
		snprintf(reason, sizeof reason, "%s: asked to wait %.0f seconds", job->transfer.reason, asked);
		give_up(host, reason);
	}
	int retries = fetcher->contacted || fetcher->options.retries < 1 ? fetcher->options.retries : 1;
	if (job->attempts > retries && !fetcher->contacted)
		give_up(host, reason);
	if (job->attempts > retries || *host->given_up) {
		finish_job(fetcher, job, FETCH_FAILED, reason);
		return;
	}
	double delay = backoff(fetcher, job);
	delay = delay > asked ? delay : asked;
	job->not_before = now + delay;
	if (asked > 0)
		host->paused_until = now + asked;
	transfer_free(&job->transfer);
	host_push_front(host, job);
}

static void leave_running(struct fetcher *fetcher, struct job *job)
{
	struct job **link = &fetcher->running;
	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	job->host->active--;
	fetcher->active--;
	curl_multi_remove_handle(fetcher->multi, job->transfer.easy);
}

static void end_attempt(struct fetcher *fetcher, struct job *job, CURLcode code)
{
	leave_running(fetcher, job);
	enum transfer_end end = transfer_finish(&job->transfer, code);
	if (job->transfer.reached) {
		fetcher->contacted = true;
		job->host->strikes = 0;
	}
	switch (end) {
	case TRANSFER_WHOLE:
		finish_job(fetcher, job, FETCH_DONE, "");
		break;
	case TRANSFER_REDIRECT:
		follow_redirect(fetcher, job);
		break;
	case TRANSFER_REFUSED:
		finish_job(fetcher, job, FETCH_REFUSED, job->transfer.reason);
		break;
	case TRANSFER_TRANSIENT:
		retry(fetcher, job);
		break;
	}
}

/* ---- starting ---- */

static int start_job(struct fetcher *fetcher, struct job *job, double now, struct error *error)
{
	struct transfer_limits *limits = &fetcher->limits[job->kind];
	double left = fetcher->started + offline_seconds - now;
	limits->connect_seconds = fetcher->contacted ? connect_seconds : left;
	/* Nor with a timeout so short that libcurl would round it to none. */
	if (!fetcher->contacted && left < 0.01) {
		finish_job(fetcher, job, FETCH_FAILED, "no server can be reached");
		return 0;
	}
	if (transfer_start(&job->transfer, job->url, limits, error)) {
		finish_job(fetcher, job, FETCH_FAILED, "out of memory");
		return 0;
	}
	curl_easy_setopt(job->transfer.easy, CURLOPT_PRIVATE, job);
	CURLMcode code = curl_multi_add_handle(fetcher->multi, job->transfer.easy);
	if (code != CURLM_OK) {
		error_set(error, "network", "%s", curl_multi_strerror(code));
		finish_job(fetcher, job, FETCH_FAILED, error->reason);
		return -1;
	}
	job->attempts++;
	job->next = fetcher->running;
	fetcher->running = job;
	host_count_start(job->host, now);
	fetcher->active++;
	return 0;
}

/* Starts what may start on one host. */
static int start_on_host(struct fetcher *fetcher, struct host *host, double *wake, struct error *error)
{
	struct job *job;
	while (*host->given_up && (job = host_take_any(host)))
		finish_job(fetcher, job, FETCH_FAILED, host->given_up);
	while (fetcher->active < fetcher->options.transfers) {
		double now = progress_clock();
		if (!(job = host_take(host, now, !fetcher->options.ignore_robots, wake)))
			break;
		bool obeys = job->kind != JOB_ROBOTS && !job->skip_robots;
		if (obeys && host->robots_state == ROBOTS_UNKNOWN) {
			host_push_front(host, job);
			if (ask_robots(fetcher, host))
				return error_memory(error, host->origin);
		} else if (obeys && !robots_allow(&host->robots, url_path(job->url))) {
			finish_job(fetcher, job, FETCH_REFUSED, "robots.txt disallows it");
		} else if (start_job(fetcher, job, now, error))
			return -1;
	}
	return 0;
}

/* Returns whether any had ended. */
static bool take_ended(struct fetcher *fetcher)
{
	CURLMsg *message;
	int left;
	bool any = false;
	while ((message = curl_multi_info_read(fetcher->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		char *job;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
		end_attempt(fetcher, (struct job *)(void *)job, code);
		any = true;
	}
	return any;
}

int fetcher_step(struct fetcher *fetcher, struct error *error)
{
	double wake = progress_clock() + idle_seconds;
	int unfinished = fetcher->unfinished, running;
	for (struct host *host = fetcher->hosts; host; host = host->next)
		if (start_on_host(fetcher, host, &wake, error))
			return -1;
	CURLMcode code = curl_multi_perform(fetcher->multi, &running);
	bool moved = take_ended(fetcher) || fetcher->unfinished != unfinished;
	if (code == CURLM_OK && !moved && unfinished > 0) {
		double wait = wake - progress_clock();
		code = curl_multi_poll(fetcher->multi, NULL, 0, wait > 0 ? (int)(1000 * wait) + 1 : 0, NULL);
	}
	if (code != CURLM_OK)
		return error_set(error, "network", "%s", curl_multi_strerror(code));
	return fetcher->unfinished;
}

const char *fetcher_unreachable(const struct fetcher *fetcher)
{
	return fetcher->contacted || !*fetcher->unreachable ? NULL : fetcher->unreachable;
}

void fetcher_destroy(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	for (struct job *job; (job = fetcher->running);) {
		leave_running(fetcher, job);
		job_free(job);
	}
	for (struct host *host = fetcher->hosts, *next; host; host = next) {
		next = host->next;
		host_free(host);
	}
	curl_multi_cleanup(fetcher->multi);
	free(fetcher);
}
