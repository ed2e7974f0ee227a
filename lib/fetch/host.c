#include "fetch/host.h"

#include "base/random.h"
#include "fetch/url.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* libcurl's limit of streams on one HTTP/2 connection: more would need a second connection, and a
 * handshake. */
enum { CONNECTIONS_MAXIMUM = 100 };

struct host *host_create(const char *origin, struct host *other)
{
	struct host *host = calloc(1, sizeof *host);
	char *copy = strdup(origin);
	if (!host || !copy) {
		free(host);
		free(copy);
		return NULL;
	}
	host->origin = copy;
	host->own_rate_limit.connections = CONNECTIONS_MAXIMUM;
	host->rate_limit = other ? other->rate_limit : &host->own_rate_limit;
	return host;
}

void host_push(struct host *host, struct fetch_job *job)
{
	job->next = NULL;
	job->host = host;
	if (host->last)
		host->last->next = job;
	else
		host->first = job;
	host->last = job;
}

void host_push_front(struct host *host, struct fetch_job *job)
{
	job->next = host->first;
	job->host = host;
	host->first = job;
	if (!host->last)
		host->last = job;
}

static struct fetch_job *remove_after(struct host *host, struct fetch_job *before)
{
	struct fetch_job *job = before ? before->next : host->first;
	if (before)
		before->next = job->next;
	else
		host->first = job->next;
	if (host->last == job)
		host->last = before;
	job->next = NULL;
	return job;
}

struct fetch_job *host_take_first(struct host *host)
{
	return host->first ? remove_after(host, NULL) : NULL;
}

static bool can_start(const struct host *host, const struct fetch_job *job,
	const struct start_conditions *conditions)
{
	if (conditions->hold_images && job->kind == JOB_IMAGE)
		return false;
	return !conditions->await_robots || host->robots_state != ROBOTS_REQUESTED ||
		job->kind == JOB_ROBOTS || job->skip_robots || job->robots_decision != UNDECIDED;
}

struct fetch_job *host_take_ready(struct host *host, double now,
	const struct start_conditions *conditions, double *wake_time)
{
	const struct rate_limit *rate_limit = host->rate_limit;
	if (!host->first || rate_limit->active >= rate_limit->connections)
		return NULL;
	double earliest =
		fmax(rate_limit->next_start, fmax(rate_limit->paused_until, host->paused_until));
	if (earliest > now) {
		*wake_time = earliest < *wake_time ? earliest : *wake_time;
		return NULL;
	}
	struct fetch_job *before = NULL;
	for (struct fetch_job *job = host->first; job; before = job, job = job->next) {
		if (!can_start(host, job, conditions))
			continue;
		if (job->not_before <= now)
			return remove_after(host, before);
		*wake_time = job->not_before < *wake_time ? job->not_before : *wake_time;
	}
	return NULL;
}

void host_note_start(struct host *host, double now)
{
	host->rate_limit->active++;
	host->rate_limit->next_start = now + host->rate_limit->interval;
}

bool host_allows(const struct host *host, const struct fetch_job *job)
{
	return job->robots_decision == UNDECIDED
		? robots_allow(&host->robots, url_path_and_query(job->url))
		: job->robots_decision == ALLOWED;
}

void host_apply_robots(struct host *host)
{
	for (struct fetch_job *job = host->first; job; job = job->next)
		job->robots_decision = host_allows(host, job) ? ALLOWED : DISALLOWED;
	robots_free(&host->robots);
	host->robots_state = ROBOTS_UNKNOWN;
}

int host_count_failure(struct host *host, const struct fetch_job *job, double now)
{
	if (job->started >= host->last_failure) {
		host->failures++;
		host->last_failure = now;
	}
	return host->failures;
}

void host_limit_rate(struct host *host, double requests_per_second, int connections)
{
	struct rate_limit *rate_limit = host->rate_limit;
	if (requests_per_second > 0 && 1 / requests_per_second > rate_limit->interval)
		rate_limit->interval = 1 / requests_per_second;
	if (connections > 0 && connections < rate_limit->connections)
		rate_limit->connections = connections;
}

double job_backoff(const struct fetch_job *job, double first, uint64_t seed)
{
	struct random random =
		random_start(seed, RANDOM_PAUSE, job->number, (uint64_t)job->attempts);
	return first * ldexp(1, job->attempts - 1) * (0.5 + (double)random_uniform(&random));
}

void job_free(struct fetch_job *job)
{
	transfer_free(&job->transfer);
	free(job->url);
	free(job);
}

void host_free(struct host *host)
{
	if (!host)
		return;
	for (struct fetch_job *job; (job = host_take_first(host));)
		job_free(job);
	robots_free(&host->robots);
	free(host->origin);
	free(host);
}
