/* One host of a fetcher: its queue of jobs, its rate limit, its robots.txt. */
#ifndef FETCH_HOST_H
#define FETCH_HOST_H

#include "fetch/robots.h"
#include "fetch/transfer.h"

#include <stdbool.h>
#include <stdint.h>

enum job_kind { JOB_PAGE, JOB_IMAGE, JOB_ROBOTS, JOB_KINDS };

enum robots_decision { UNDECIDED, ALLOWED, DISALLOWED };

/* A request: queued at its host, then in transfer. */
struct fetch_job {
	struct fetch_job *next;
	enum job_kind kind;
	char *url;                            /* to request next; owned */
	void *tag;                            /* the caller's */
	const char *user_agent;               /* NULL: the default */
	const struct text_list *headers;      /* sent to the first host only; NULL: none */
	bool skip_robots;                     /* a documented API */
	enum robots_decision robots_decision; /* of robots.txt on `url` */
	int attempts, redirects;
	double not_before, started; /* of progress_clock */
	uint64_t number;            /* counted from 0 */
	struct host *host;
	struct transfer transfer;
};

enum robots_state { ROBOTS_UNKNOWN, ROBOTS_REQUESTED, ROBOTS_KNOWN };

/* The rate limit of all hosts of one name, whatever their schemes and ports. */
struct rate_limit {
	int active;                      /* jobs in transfer */
	int connections;                 /* maximum of `active` */
	double interval;                 /* minimum seconds between the starts of two requests */
	double next_start, paused_until; /* of progress_clock */
};

struct host {
	struct host *next; /* with queued jobs, if this one is `busy` */
	bool busy;         /* in the fetcher's list of hosts with queued jobs */
	char *origin;      /* "https://host:port"; owned */
	struct rate_limit
		*rate_limit; /* own_rate_limit, or that of another host of the same name */
	struct rate_limit own_rate_limit;
	struct fetch_job *first, *last; /* the queue */
	int failures; /* consecutive failures to connect; those of concurrent requests count once */
	double last_failure;
	double paused_until;   /* after a failure to connect; a response pauses all hosts of the
	                        * name */
	char unavailable[200]; /* why it gets no more requests; empty: it does */
	bool bad_certificate;  /* that is the reason */
	enum robots_state robots_state;
	struct robots robots;
};

/* A host without jobs. It shares the rate limit of `other`, which must outlive it; NULL: it has its
 * own, which limits only the number of connections. NULL without memory. */
struct host *host_create(const char *origin, struct host *other);

/* Add a job to the end or the front of the queue. */
void host_push(struct host *host, struct fetch_job *job);
void host_push_front(struct host *host, struct fetch_job *job);

/* Which jobs may start. */
struct start_conditions {
	bool await_robots; /* jobs subject to robots.txt wait until it is known */
	bool hold_images;  /* images wait */
};

/* Removes and returns the first job that may start at `now`, or NULL: then *wake_time is lowered to
 * the time when one may, if that is known. */
struct fetch_job *host_take_ready(struct host *host, double now,
	const struct start_conditions *conditions, double *wake_time);

/* Whether robots.txt, which must be known, allows a job. */
bool host_allows(const struct host *host, const struct fetch_job *job);

/* Stores the decision of robots.txt on all queued jobs, and frees its rules. */
void host_apply_robots(struct host *host);

/* Removes and returns the first job, whether it may start or not; NULL: there is none. */
struct fetch_job *host_take_first(struct host *host);

/* Records that a job starts at `now`, for the rate limit. */
void host_note_start(struct host *host, double now);

/* Records that a job could not connect. Returns the number of consecutive failures. */
int host_count_failure(struct host *host, const struct fetch_job *job, double now);

/* Lowers the rate limit; 0 leaves a limit unchanged, as does a higher one. */
void host_limit_rate(struct host *host, double requests_per_second, int connections);

/* Exponential back-off with jitter: seconds before the next attempt, `first` doubled for each
 * attempt made after the first, times a random factor from 0.5 to 1.5 that depends on `seed` and
 * the job. */
double job_backoff(const struct fetch_job *job, double first, uint64_t seed);

/* Frees queued jobs too; NULL is allowed. */
void host_free(struct host *host);
void job_free(struct fetch_job *job);

#endif
