#include "fetch/host.h"

#include "base/random.h"
#include "fetch/url.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As many as libcurl puts on one HTTP/2 connection: each one more would need one of its own, and a handshake. */
enum { AT_ONCE_MAXIMUM = 100 };

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
	host->own_pace.connections = AT_ONCE_MAXIMUM;
	host->pace = other ? other->pace : &host->own_pace;
	return host;
}

void host_push(struct host *host, struct job *job)
{
	job->next = NULL;
	job->host = host;
	if (host->last)
		host->last->next = job;
	else
		host->first = job;
	host->last = job;
}

void host_push_front(struct host *host, struct job *job)
{
	job->next = host->first;
	job->host = host;
	host->first = job;
	if (!host->last)
		host->last = job;
}

static struct job *take_after(struct host *host, struct job *before)
{
	struct job *job = before ? before->next : host->first;
	if (before)
		before->next = job->next;
	else
		host->first = job->next;
	if (host->last == job)
		host->last = before;
	job->next = NULL;
	return job;
}

struct job *host_take_any(struct host *host)
{
	return host->first ? take_after(host, NULL) : NULL;
}

static bool may_start(const struct host *host, const struct job *job, const struct host_rules *rules)
{
	if (rules->hold_images && job->kind == JOB_IMAGE)
		return false;
	return !rules->ask_robots || host->robots_state != ROBOTS_ASKED || job->kind == JOB_ROBOTS || job->skip_robots ||
		job->verdict != UNDECIDED;
}

struct job *host_take(struct host *host, double now, const struct host_rules *rules, double *wake)
{
	const struct pace *pace = host->pace;
	if (!host->first || pace->active >= pace->connections)
		return NULL;
	double earliest = fmax(pace->next_start, fmax(pace->paused_until, host->paused_until));
	if (earliest > now) {
		*wake = earliest < *wake ? earliest : *wake;
		return NULL;
	}
	struct job *before = NULL;
	for (struct job *job = host->first; job; before = job, job = job->next) {
		if (!may_start(host, job, rules))
			continue;
		if (job->not_before <= now)
			return take_after(host, before);
		*wake = job->not_before < *wake ? job->not_before : *wake;
	}
	return NULL;
}

void host_count_start(struct host *host, double now)
{
	host->pace->active++;
	host->pace->next_start = now + host->pace->interval;
}

bool host_allows(const struct host *host, const struct job *job)
{
	return job->verdict == UNDECIDED ? robots_allow(&host->robots, url_path(job->url)) : job->verdict == ALLOWED;
}

void host_settle(struct host *host)
{
	for (struct job *job = host->first; job; job = job->next)
		job->verdict = host_allows(host, job) ? ALLOWED : DISALLOWED;
	robots_free(&host->robots);
	host->robots_state = ROBOTS_UNKNOWN;
}

int host_strike(struct host *host, const struct job *job, double now)
{
	if (job->started >= host->last_strike) {
		host->strikes++;
		host->last_strike = now;
	}
	return host->strikes;
}

void host_slow_down(struct host *host, double requests_per_second, int connections)
{
	struct pace *pace = host->pace;
	if (requests_per_second > 0 && 1 / requests_per_second > pace->interval)
		pace->interval = 1 / requests_per_second;
	if (connections > 0 && connections < pace->connections)
		pace->connections = connections;
}

double job_pause(const struct job *job, double first, uint64_t seed)
{
	struct random random = random_start(seed, RANDOM_PAUSE, job->number, (uint64_t)job->attempts);
	return first * ldexp(1, job->attempts - 1) * (0.5 + (double)random_uniform(&random));
}

void job_free(struct job *job)
{
	transfer_free(&job->transfer);
	free(job->url);
	free(job->first_url);
	free(job);
}

void host_free(struct host *host)
{
	if (!host)
		return;
	for (struct job *job; (job = host_take_any(host));)
		job_free(job);
	robots_free(&host->robots);
	free(host->origin);
	free(host);
}
