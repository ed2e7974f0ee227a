#include "fetch/fetch.h"

#include "base/array.h"
#include "base/digest_table.h"
#include "base/progress.h"
#include "base/text.h"
#include "base/version.h"
#include "fetch/address.h"
#include "fetch/host.h"
#include "fetch/reactor.h"
#include "fetch/url.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROBOT "millrace"

/* Rules of robots.txt are kept up to so many bytes in all; a host that has more is asked for them again when it is needed. */
enum { RULES_SIZE_MAXIMUM = 32 << 20 };

enum { REDIRECTS_MAXIMUM = 5, STRIKES_MAXIMUM = 8 };

/* How much free memory malloc keeps, and from which size on it does not keep a block. */
enum { KEPT_BYTES = 64 << 20, UNKEPT_BLOCK = 4 << 20 };

static const double connect_seconds = 15, offline_seconds = 8, idle_seconds = 0.5;

struct fetcher {
	struct fetch_options options;
	fetch_callback *callback;
	void *context;
	struct reactor reactor;
	struct host **hosts;
	size_t host_count;
	struct digest_table known; /* index of a host by its origin, and of the first one by its name */
	size_t rules_size;   /* of robots.txt, in all hosts */
	uint64_t seed;       /* of pauses */
	struct host *busy;   /* those for which jobs wait */
	struct job *running; /* in transfer, in no host's queue */
	struct transfer_limits limits[JOB_KINDS];
	char user_agent[256];
	int unfinished, active;
	uint64_t jobs, ended; /* in all */
	double started;   /* when the first request was added */
	bool held;        /* images do not start */
	bool contacted;   /* some server has answered */
	char unreachable[300];
};

/* Bodies come and go by the hundred: given back to the system each time, their memory would have to be cleared anew for the next,
 * which took a quarter of the processor time of fetching. */
static void keep_memory(void)
{
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	mallopt(M_MMAP_THRESHOLD, UNKEPT_BLOCK);
}

/* Other in each run: those who begin together are not to come back together. */
static uint64_t seed_of_run(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec ^ (uint64_t)getpid() << 42;
}

int fetcher_create(struct fetcher **out, const struct fetch_options *options, fetch_callback *callback, void *context,
	struct error *error)
{
	struct fetcher *fetcher = *out = calloc(1, sizeof *fetcher);
	if (!fetcher)
		return error_memory(error, "network");
	*fetcher = (struct fetcher){.options = *options, .callback = callback, .context = context};
	snprintf(fetcher->user_agent, sizeof fetcher->user_agent, ROBOT "/" MILLRACE_VERSION " (collects images%s%s)",
		options->contact ? "; contact: " : "", options->contact ? options->contact : "");
	fetcher->seed = seed_of_run();
	const size_t bytes[JOB_KINDS] = {options->page_bytes, options->image_bytes, ROBOTS_BYTES_MAXIMUM};
	for (int kind = 0; kind < JOB_KINDS; kind++)
		fetcher->limits[kind] = (struct transfer_limits){.total_seconds = options->timeout,
			.bytes = bytes[kind], .allow_private = options->allow_private, .decode = kind != JOB_IMAGE,
			.cut = kind == JOB_ROBOTS, .user_agent = fetcher->user_agent, .ca_file = options->ca_file};
	keep_memory();
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		error_memory(error, "network");
	else if ((!options->ca_file || transfer_check_ca_file(options->ca_file, error) == 0) &&
		reactor_create(&fetcher->reactor, options->transfers, error) == 0)
		return 0;
	free(fetcher);
	*out = NULL;
	return -1;
}

/* ---- hosts ---- */

/* The host known by an origin, or a first one known by a name; NULL: none. */
static struct host *known_host(const struct fetcher *fetcher, const char *text)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(text, key);
	int index = digest_table_get(&fetcher->known, key);
	return index < 0 ? NULL : fetcher->hosts[index];
}

static int make_known(struct fetcher *fetcher, const char *text)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(text, key);
	return digest_table_set(&fetcher->known, key, (int)fetcher->host_count, NULL);
}

static struct host *add_host(struct fetcher *fetcher, const char *origin, const char *name)
{
	struct host *namesake = known_host(fetcher, name);
	struct host **hosts = array_grow(fetcher->hosts, fetcher->host_count, sizeof *hosts);
	if (!hosts)
		return NULL;
	fetcher->hosts = hosts;
	struct host *host = host_create(origin, namesake);
	if (!host || make_known(fetcher, origin) || (!namesake && make_known(fetcher, name))) {
		host_free(host);
		return NULL;
	}
	if (!address_is_loopback_name(name))
		host_slow_down(host, fetcher->options.rate, fetcher->options.connections);
	if (fetcher->options.ignore_robots)
		host->robots_state = ROBOTS_KNOWN;
	return hosts[fetcher->host_count++] = host;
}

static struct host *find_host(struct fetcher *fetcher, const char *url)
{
	char *origin = url_origin(url), *name = origin ? url_origin_name(origin) : NULL;
	struct host *host = name ? known_host(fetcher, origin) : NULL;
	if (name && !host)
		host = add_host(fetcher, origin, name);
	free(name);
	free(origin);
	return host;
}

/* Has a job wait for its host; in front of others when it has been there before. */
static void wait_for(struct fetcher *fetcher, struct host *host, struct job *job, bool in_front)
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
	job->user_agent = request->user_agent;
	job->headers = request->headers;
	host_slow_down(host, request->rate, request->connections);
	wait_for(fetcher, host, job, false);
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
	struct fetch_result result = {.outcome = outcome, .reason = reason,
		.missing = outcome == FETCH_REFUSED && (transfer->status == 404 || transfer->status == 410),
		.untrusted = outcome == FETCH_FAILED && job->host->untrusted, .url = job->url, .bytes = transfer->bytes, .size = transfer->size, .charset = charset, .opted_out = transfer->easy && transfer_opts_out(transfer)};
	fetcher->callback(fetcher->context, job->tag, &result);
	transfer->bytes = result.bytes;
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
	wait_for(fetcher, host, job, true);
	fetcher->unfinished++;
	return 0;
}

/* RFC 9309, 2.3.1: what is not there allows all; what can't be reached, or is there and can't be read, disallows all. */
static void take_robots(struct fetcher *fetcher, struct job *job, enum fetch_outcome outcome, const char *reason)
{
	struct host *host = job->tag;
	char why[200];
	const char *bytes = job->transfer.bytes ? (const char *)job->transfer.bytes : "";
	host->robots_state = ROBOTS_KNOWN;
	if (outcome == FETCH_DONE && robots_parse(&host->robots, bytes, job->transfer.size, ROBOT, NULL))
		give_up(host, "robots.txt: out of memory");
	if (outcome == FETCH_FAILED || (outcome == FETCH_REFUSED && job->transfer.status / 100 == 2)) {
		snprintf(why, sizeof why, "robots.txt: %s", reason);
		give_up(host, job->transfer.reached ? why : reason);
	}
	fetcher->rules_size += host->robots.size;
	if (fetcher->rules_size > RULES_SIZE_MAXIMUM) {
		fetcher->rules_size -= host->robots.size;
		host_settle(host);
	}
	fetcher->unfinished--;
	job_free(job);
}

static void finish_job(struct fetcher *fetcher, struct job *job, enum fetch_outcome outcome, const char *reason)
{
	fetcher->ended++;
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
	job->verdict = UNDECIDED;
	struct host *host = find_host(fetcher, url);
	/* What they hold, a key perhaps, was meant for the first host. */
	if (host != job->host)
		job->headers = NULL;
	/* So was what a recipe declares. */
	if (host && host->pace != job->host->pace)
		job->skip_robots = false;
	if (host)
		wait_for(fetcher, host, job, false);
	else
		finish_job(fetcher, job, FETCH_FAILED, "out of memory");
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
	if (!job->transfer.reached && host_strike(host, job, now) >= STRIKES_MAXIMUM)
		give_up(host, reason);
	if (asked > fetcher->options.wait_maximum) {
		char why[sizeof host->given_up];
		snprintf(reason, sizeof reason, "%.100s: asked to wait %.0f seconds", job->transfer.reason, asked);
		snprintf(why, sizeof why, "%s: %.160s", job->kind == JOB_ROBOTS ? "robots.txt" : "another of its addresses", reason);
		give_up(host, why);
	}
	int retries = fetcher->contacted || fetcher->options.retries < 1 ? fetcher->options.retries : 1;
	if (job->attempts > retries && !fetcher->contacted)
		give_up(host, reason);
	bool last = job->attempts > retries || *host->given_up;
	double pause = last ? 0 : job_pause(job, fetcher->options.backoff, fetcher->seed);
	/* What was asked for holds for all requests to come, even where this one gives up. */
	if (!*host->given_up && pause < asked)
		pause = asked;
	job->not_before = now + pause;
	double *paused_until = job->transfer.reached ? &host->pace->paused_until : &host->paused_until;
	*paused_until = fmax(*paused_until, job->not_before);
	if (last) {
		finish_job(fetcher, job, FETCH_FAILED, reason);
		return;
	}
	transfer_free(&job->transfer);
	wait_for(fetcher, host, job, true);
}

static void leave_running(struct fetcher *fetcher, struct job *job)
{
	struct job **link = &fetcher->running;
	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	job->host->pace->active--;
	fetcher->active--;
	curl_multi_remove_handle(fetcher->reactor.multi, job->transfer.easy);
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
	case TRANSFER_UNTRUSTED:
		job->host->untrusted = true;
		give_up(job->host, job->transfer.reason);
		finish_job(fetcher, job, FETCH_FAILED, job->transfer.reason);
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
	if (transfer_start(&job->transfer, job->url, limits, error) ||
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
		if (!(job = host_take(host, now, &(struct host_rules){!fetcher->options.ignore_robots, fetcher->held}, wake)))
			break;
		bool obeys = job->kind != JOB_ROBOTS && !job->skip_robots;
		if (obeys && job->verdict == UNDECIDED && host->robots_state == ROBOTS_UNKNOWN) {
			wait_for(fetcher, host, job, true);
			if (ask_robots(fetcher, host))
				return error_memory(error, host->origin);
		} else if (obeys && !host_allows(host, job)) {
			finish_job(fetcher, job, FETCH_REFUSED, "robots.txt disallows it");
		} else if (start_job(fetcher, job, now, error))
			return -1;
	}
	return 0;
}

static void take_ended(struct fetcher *fetcher)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(fetcher->reactor.multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		char *job;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
		end_attempt(fetcher, (struct job *)(void *)job, code);
	}
}

/* Starts what may start; hosts for which nothing waits any more leave the list. */
static int start_jobs(struct fetcher *fetcher, double *wake, struct error *error)
{
	struct host *host;
	for (host = fetcher->busy; host; host = host->next)
		if (start_on_host(fetcher, host, wake, error))
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

int fetcher_step(struct fetcher *fetcher, bool expected, struct error *error)
{
	double wake = progress_clock() + idle_seconds;
	uint64_t ended = fetcher->ended;
	if (start_jobs(fetcher, &wake, error))
		return -1;
	bool waits = fetcher->ended == ended && (fetcher->unfinished > 0 || expected);
	if (reactor_run(&fetcher->reactor, waits ? wake - progress_clock() : 0, error))
		return -1;
	take_ended(fetcher);
	return fetcher->unfinished;
}

void fetcher_hold(struct fetcher *fetcher, bool held)
{
	fetcher->held = held;
}

void fetcher_wake(struct fetcher *fetcher)
{
	reactor_wake(&fetcher->reactor);
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
	for (size_t i = 0; i < fetcher->host_count; i++)
		host_free(fetcher->hosts[i]);
	free(fetcher->hosts);
	digest_table_free(&fetcher->known);
	reactor_destroy(&fetcher->reactor);
	free(fetcher);
}
