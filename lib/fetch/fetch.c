#include "fetch/fetch.h"

#include "base/progress.h"
#include "base/text.h"
#include "base/version.h"
#include "fetch/host_table.h"
#include "fetch/reactor.h"
#include "fetch/url.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PRODUCT_TOKEN "millrace"

/* The parsed robots.txt of all hosts are cached up to this size; of further hosts it is fetched
 * again when needed. */
enum { RULES_SIZE_MAXIMUM = 32 << 20 };

enum { REDIRECTS_MAXIMUM = 5, FAILURES_MAXIMUM = 8 };

/* Of malloc, in bytes. */
enum { TRIM_THRESHOLD = 64 << 20, MMAP_THRESHOLD = 4 << 20 };

static const double connect_seconds = 15, first_contact_seconds = 8, idle_seconds = 0.5;

struct fetcher {
	struct fetch_options options;
	fetch_callback *callback;
	void *context;
	struct reactor reactor;
	struct host_table hosts;
	size_t rules_size;         /* of the robots.txt of all hosts */
	uint64_t seed;             /* of the back-off */
	struct host *busy;         /* list of the hosts with queued jobs */
	struct fetch_job *running; /* in transfer, not queued */
	struct transfer_limits limits[JOB_KINDS];
	char user_agent[256];
	int unfinished, active;
	uint64_t job_count, finished_count; /* total */
	double started;                     /* when the first request was added */
	bool images_held;                   /* no further image starts */
	bool any_response;                  /* some server has responded */
	char unreachable[300];
};

/* Hundreds of bodies are allocated and freed: if their memory returned to the system each time, new
 * pages would have to be zeroed for the next, which took a quarter of the CPU time of fetching. */
static void raise_malloc_thresholds(void)
{
	mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD);
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
}

/* Different in each run, so that programs started together do not retry together. */
static uint64_t random_seed(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 42;
}

int fetcher_create(struct fetcher **out, const struct fetch_options *options,
	fetch_callback *callback, void *context, struct error *error)
{
	struct fetcher *fetcher = *out = calloc(1, sizeof *fetcher);
	if (!fetcher)
		return error_memory(error, "network");
	*fetcher = (struct fetcher){.options = *options,
		.callback = callback,
		.context = context,
		.hosts = {.rate = options->rate,
			.connections = options->connections,
			.ignore_robots = options->ignore_robots}};
	snprintf(fetcher->user_agent, sizeof fetcher->user_agent,
		PRODUCT_TOKEN "/" MILLRACE_VERSION " (collects images%s%s)",
		options->contact ? "; contact: " : "", options->contact ? options->contact : "");
	fetcher->seed = random_seed();
	const size_t bytes[JOB_KINDS] = {options->page_bytes, options->image_bytes,
		ROBOTS_BYTES_MAXIMUM};
	for (int kind = 0; kind < JOB_KINDS; kind++)
		fetcher->limits[kind] = (struct transfer_limits){.total_seconds = options->timeout,
			.bytes = bytes[kind],
			.allow_private = options->allow_private,
			.decode = kind != JOB_IMAGE,
			.truncate = kind == JOB_ROBOTS,
			.user_agent = fetcher->user_agent,
			.ca_file = options->ca_file};
	raise_malloc_thresholds();
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		error_memory(error, "network");
	else if ((!options->ca_file || transfer_check_ca_file(options->ca_file, error) == 0) &&
		reactor_create(&fetcher->reactor, options->transfers, error) == 0)
		return 0;
	free(fetcher);
	*out = NULL;
	return -1;
}

/* ---- jobs ---- */

/* Queues a job at its host, in front if it has been queued there before. */
static void enqueue(struct fetcher *fetcher, struct host *host, struct fetch_job *job,
	bool in_front)
{
	if (!host->busy) {
		host->busy = true;
		host->next = fetcher->busy;
		fetcher->busy = host;
	}
	if (in_front)
		host_push_front(host, job);
	else
		host_push(host, job);
}

static struct fetch_job *create_job(struct fetcher *fetcher, enum job_kind kind, const char *url)
{
	struct fetch_job *job = calloc(1, sizeof *job);
	if (!job)
		return NULL;
	job->kind = kind;
	job->number = fetcher->job_count++;
	job->url = strdup(url);
	if (job->url)
		return job;
	job_free(job);
	return NULL;
}

int fetcher_add(struct fetcher *fetcher, const struct fetch_request *request, struct error *error)
{
	struct host *host = host_table_find(&fetcher->hosts, request->url);
	struct fetch_job *job = host
		? create_job(fetcher, request->kind == FETCH_PAGE ? JOB_PAGE : JOB_IMAGE,
			  request->url)
		: NULL;
	if (!job)
		return error_memory(error, request->url);
	job->tag = request->tag;
	job->skip_robots = request->skip_robots;
	job->user_agent = request->user_agent;
	job->headers = request->headers;
	host_limit_rate(host, request->rate, request->connections);
	enqueue(fetcher, host, job, false);
	fetcher->unfinished++;
	if (!fetcher->started)
		fetcher->started = progress_clock();
	return 0;
}

/* Calls the callback with the result and frees the job. */
static void deliver_result(struct fetcher *fetcher, struct fetch_job *job,
	enum fetch_outcome outcome, const char *reason)
{
	char charset[64] = "", full_reason[600];
	struct transfer *transfer = &job->transfer;
	if (transfer->easy)
		transfer_charset(transfer, charset, sizeof charset);
	if (job->redirects && outcome != FETCH_DONE) {
		snprintf(full_reason, sizeof full_reason, "redirected to %.300s: %s", job->url,
			reason);
		reason = full_reason;
	}
	struct fetch_result result = {.outcome = outcome,
		.reason = reason,
		.missing = outcome == FETCH_REFUSED &&
			(transfer->status == 404 || transfer->status == 410),
		.bad_certificate = outcome == FETCH_FAILED && job->host->bad_certificate,
		.url = job->url,
		.bytes = transfer->bytes,
		.size = transfer->size,
		.charset = charset,
		.opted_out = transfer->easy && transfer_opts_out(transfer)};
	fetcher->callback(fetcher->context, job->tag, &result);
	transfer->bytes = result.bytes;
	fetcher->unfinished--;
	job_free(job);
}

static void make_unavailable(struct host *host, const char *reason)
{
	if (!*host->unavailable)
		snprintf(host->unavailable, sizeof host->unavailable, "%s", reason);
}

/* ---- robots.txt ---- */

static int request_robots(struct fetcher *fetcher, struct host *host)
{
	char *url = text_format("%s/robots.txt", host->origin);
	struct fetch_job *job = url ? create_job(fetcher, JOB_ROBOTS, url) : NULL;
	free(url);
	if (!job)
		return -1;
	job->tag = host; /* the rules apply to this host even if it redirects to another */
	host->robots_state = ROBOTS_REQUESTED;
	enqueue(fetcher, host, job, true);
	fetcher->unfinished++;
	return 0;
}

/* RFC 9309, 2.3.1: an unavailable robots.txt (4xx) allows all; an unreachable or unreadable one
 * disallows all. */
static void handle_robots(struct fetcher *fetcher, struct fetch_job *job,
	enum fetch_outcome outcome, const char *reason)
{
	struct host *host = job->tag;
	char why[200];
	const char *bytes = job->transfer.bytes ? (const char *)job->transfer.bytes : "";
	host->robots_state = ROBOTS_KNOWN;
	if (outcome == FETCH_DONE &&
		robots_parse(&host->robots, bytes, job->transfer.size, PRODUCT_TOKEN, NULL))
		make_unavailable(host, "robots.txt: out of memory");
	if (outcome == FETCH_FAILED ||
		(outcome == FETCH_REFUSED && job->transfer.status / 100 == 2)) {
		snprintf(why, sizeof why, "robots.txt: %s", reason);
		make_unavailable(host, job->transfer.responded ? why : reason);
	}
	fetcher->rules_size += host->robots.size;
	if (fetcher->rules_size > RULES_SIZE_MAXIMUM) {
		fetcher->rules_size -= host->robots.size;
		host_apply_robots(host);
	}
	fetcher->unfinished--;
	job_free(job);
}

static void finish_job(struct fetcher *fetcher, struct fetch_job *job, enum fetch_outcome outcome,
	const char *reason)
{
	fetcher->finished_count++;
	if (job->kind == JOB_ROBOTS)
		handle_robots(fetcher, job, outcome, reason);
	else
		deliver_result(fetcher, job, outcome, reason);
}

/* ---- outcomes of an attempt ---- */

static void follow_redirect(struct fetcher *fetcher, struct fetch_job *job)
{
	struct error error;
	if (++job->redirects > REDIRECTS_MAXIMUM) {
		finish_job(fetcher, job, FETCH_REFUSED, "too many redirects");
		return;
	}
	char *url = url_resolve(NULL, job->transfer.location, &error);
	if (!url) {
		char reason[600];
		snprintf(reason, sizeof reason, "redirected to %.300s: %.200s", error.object,
			error.reason);
		job->redirects = 0;
		finish_job(fetcher, job, error.kind == ERROR_MACHINE ? FETCH_FAILED : FETCH_REFUSED,
			reason);
		return;
	}
	transfer_free(&job->transfer);
	free(job->url);
	job->url = url;
	job->attempts = 0;
	job->robots_decision = UNDECIDED;
	struct host *host = host_table_find(&fetcher->hosts, url);
	/* They may contain a key, which was meant for the first host. */
	if (host != job->host)
		job->headers = NULL;
	/* So was the recipe's documented API. */
	if (host && host->rate_limit != job->host->rate_limit)
		job->skip_robots = false;
	if (host)
		enqueue(fetcher, host, job, false);
	else
		finish_job(fetcher, job, FETCH_FAILED, "out of memory");
}

static void record_unreachable(struct fetcher *fetcher, const struct fetch_job *job)
{
	if (!job->transfer.responded && !*fetcher->unreachable)
		snprintf(fetcher->unreachable, sizeof fetcher->unreachable, "%.100s: %s",
			job->host->origin, job->transfer.reason);
}

/* Queues the job again after a pause, or fails it, or all of its host's. */
static void retry_or_fail(struct fetcher *fetcher, struct fetch_job *job)
{
	struct host *host = job->host;
	double now = progress_clock(), retry_after = job->transfer.retry_after;
	char reason[200];
	snprintf(reason, sizeof reason, "%s", job->transfer.reason);
	record_unreachable(fetcher, job);
	if (!job->transfer.responded && host_count_failure(host, job, now) >= FAILURES_MAXIMUM)
		make_unavailable(host, reason);
	if (retry_after > fetcher->options.wait_maximum) {
		char why[sizeof host->unavailable];
		snprintf(reason, sizeof reason, "%.100s: Retry-After of %.0f seconds",
			job->transfer.reason, retry_after);
		snprintf(why, sizeof why, "%s: %.160s",
			job->kind == JOB_ROBOTS ? "robots.txt" : "another of its URLs", reason);
		make_unavailable(host, why);
	}
	int retries = fetcher->any_response || fetcher->options.retries < 1
		? fetcher->options.retries
		: 1;
	if (job->attempts > retries && !fetcher->any_response)
		make_unavailable(host, reason);
	bool last = job->attempts > retries || *host->unavailable;
	double pause = last ? 0 : job_backoff(job, fetcher->options.backoff, fetcher->seed);
	/* Retry-After holds for all later requests to the host, even if this one is not retried. */
	if (!*host->unavailable && pause < retry_after)
		pause = retry_after;
	job->not_before = now + pause;
	double *paused_until =
		job->transfer.responded ? &host->rate_limit->paused_until : &host->paused_until;
	*paused_until = fmax(*paused_until, job->not_before);
	if (last) {
		finish_job(fetcher, job, FETCH_FAILED, reason);
		return;
	}
	transfer_free(&job->transfer);
	enqueue(fetcher, host, job, true);
}

static void remove_running(struct fetcher *fetcher, struct fetch_job *job)
{
	struct fetch_job **link = &fetcher->running;
	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	job->host->rate_limit->active--;
	fetcher->active--;
	curl_multi_remove_handle(fetcher->reactor.multi, job->transfer.easy);
}

static void finish_attempt(struct fetcher *fetcher, struct fetch_job *job, CURLcode code)
{
	remove_running(fetcher, job);
	enum transfer_outcome outcome = transfer_finish(&job->transfer, code);
	if (job->transfer.responded) {
		fetcher->any_response = true;
		job->host->failures = 0;
	}
	switch (outcome) {
	case TRANSFER_COMPLETE:
		finish_job(fetcher, job, FETCH_DONE, "");
		break;
	case TRANSFER_REDIRECT:
		follow_redirect(fetcher, job);
		break;
	case TRANSFER_REFUSED:
		finish_job(fetcher, job, FETCH_REFUSED, job->transfer.reason);
		break;
	case TRANSFER_BAD_CERTIFICATE:
		job->host->bad_certificate = true;
		make_unavailable(job->host, job->transfer.reason);
		finish_job(fetcher, job, FETCH_FAILED, job->transfer.reason);
		break;
	case TRANSFER_TRANSIENT:
		retry_or_fail(fetcher, job);
		break;
	}
}

/* ---- starting ---- */

static int start_job(struct fetcher *fetcher, struct fetch_job *job, double now,
	struct error *error)
{
	struct transfer_limits *limits = &fetcher->limits[job->kind];
	double left = fetcher->started + first_contact_seconds - now;
	limits->connect_seconds = fetcher->any_response ? connect_seconds : left;
	/* Also before the timeout is so short that libcurl would round it to 0: none. */
	if (!fetcher->any_response && left < 0.01) {
		finish_job(fetcher, job, FETCH_FAILED, "no server can be reached");
		return 0;
	}
	if (transfer_init(&job->transfer, job->url, limits, error) ||
		transfer_set_headers(&job->transfer, job->user_agent, job->headers, error)) {
		finish_job(fetcher, job, FETCH_FAILED, "out of memory");
		return 0;
	}
	curl_easy_setopt(job->transfer.easy, CURLOPT_PRIVATE, job);
	CURLMcode code = curl_multi_add_handle(fetcher->reactor.multi, job->transfer.easy);
	if (code != CURLM_OK) {
		error_set(error, "network", "%s", curl_multi_strerror(code));
		finish_job(fetcher, job, FETCH_FAILED, error->reason);
		return -1;
	}
	job->attempts++;
	job->started = now;
	job->next = fetcher->running;
	fetcher->running = job;
	host_note_start(job->host, now);
	fetcher->active++;
	return 0;
}

/* Starts the jobs of one host that may start. */
static int start_on_host(struct fetcher *fetcher, struct host *host, double *wake_time,
	struct error *error)
{
	const struct start_conditions conditions = {!fetcher->options.ignore_robots,
		fetcher->images_held};
	struct fetch_job *job;
	while (*host->unavailable && (job = host_take_first(host)))
		finish_job(fetcher, job, FETCH_FAILED, host->unavailable);
	while (fetcher->active < fetcher->options.transfers) {
		double now = progress_clock();
		if (!(job = host_take_ready(host, now, &conditions, wake_time)))
			break;
		bool obeys_robots = job->kind != JOB_ROBOTS && !job->skip_robots;
		if (obeys_robots && job->robots_decision == UNDECIDED &&
			host->robots_state == ROBOTS_UNKNOWN) {
			enqueue(fetcher, host, job, true);
			if (request_robots(fetcher, host))
				return error_memory(error, host->origin);
		} else if (obeys_robots && !host_allows(host, job)) {
			finish_job(fetcher, job, FETCH_REFUSED, "robots.txt disallows it");
		} else if (start_job(fetcher, job, now, error))
			return -1;
	}
	return 0;
}

static void process_completed(struct fetcher *fetcher)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(fetcher->reactor.multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		char *job;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
		finish_attempt(fetcher, (struct fetch_job *)(void *)job, code);
	}
}

/* Starts all jobs that may start; removes hosts without queued jobs from the list. */
static int start_ready(struct fetcher *fetcher, double *wake_time, struct error *error)
{
	struct host *host;
	for (host = fetcher->busy; host; host = host->next)
		if (start_on_host(fetcher, host, wake_time, error))
			return -1;
	for (struct host **link = &fetcher->busy; (host = *link);) {
		host->busy = host->first;
		if (host->busy)
			link = &host->next;
		else
			*link = host->next;
	}
	return 0;
}

int fetcher_step(struct fetcher *fetcher, bool wake_expected, struct error *error)
{
	double wake_time = progress_clock() + idle_seconds;
	uint64_t finished = fetcher->finished_count;
	if (start_ready(fetcher, &wake_time, error))
		return -1;
	bool can_wait =
		fetcher->finished_count == finished && (fetcher->unfinished > 0 || wake_expected);
	if (reactor_run(&fetcher->reactor, can_wait ? wake_time - progress_clock() : 0, error))
		return -1;
	process_completed(fetcher);
	return fetcher->unfinished;
}

void fetcher_hold_images(struct fetcher *fetcher, bool images_held)
{
	fetcher->images_held = images_held;
}

void fetcher_wake(struct fetcher *fetcher)
{
	reactor_wake(&fetcher->reactor);
}

const char *fetcher_unreachable(const struct fetcher *fetcher)
{
	return fetcher->any_response || !*fetcher->unreachable ? NULL : fetcher->unreachable;
}

void fetcher_destroy(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	for (struct fetch_job *job; (job = fetcher->running);) {
		remove_running(fetcher, job);
		job_free(job);
	}
	host_table_free(&fetcher->hosts);
	reactor_destroy(&fetcher->reactor);
	free(fetcher);
}
