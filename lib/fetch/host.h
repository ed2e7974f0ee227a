/* What a fetcher knows of one host: who waits for it, how fast it may be asked, what its robots.txt says. */
#ifndef FETCH_HOST_H
#define FETCH_HOST_H

#include "fetch/robots.h"
#include "fetch/transfer.h"

#include <stdbool.h>
#include <stdint.h>

enum job_kind { JOB_PAGE, JOB_IMAGE, JOB_ROBOTS, JOB_KINDS };

enum job_verdict { UNDECIDED, ALLOWED, DISALLOWED };

/* A request on its way: waiting for its host, then in transfer. */
struct job {
	struct job *next;
	enum job_kind kind;
	char *url;         /* to ask next; owned */
	char *first_url;   /* as it was given, before redirects; owned */
	void *tag;         /* the caller's */
	const char *user_agent;          /* its own; NULL: everybody's */
	const struct text_list *headers; /* for its first host; NULL: none */
	bool skip_robots;  /* a documented interface, not a page for crawlers */
	enum job_verdict verdict; /* of robots.txt on `url` */
	int attempts, hops;
	double not_before, started; /* of progress_clock */
	uint64_t number;
	struct host *host;
	struct transfer transfer;
};

enum host_robots { ROBOTS_UNKNOWN, ROBOTS_ASKED, ROBOTS_KNOWN };

/* How fast all hosts of one name may be asked, whatever their schemes and ports. */
struct pace {
	int active;      /* in transfer */
	int connections; /* most at once */
	double interval; /* least seconds from one request to the next */
	double next_start, paused_until; /* of progress_clock */
};

struct host {
	struct host *next; /* that has jobs waiting, where this one is `busy` */
	bool busy;
	char *origin; /* "https://host:port"; owned */
	struct pace *pace;        /* its own, or that of another host */
	struct pace own_pace;
	struct job *first, *last; /* waiting */
	int strikes;              /* failures to talk to it in a row; those of requests that were under way at once are one */
	double last_strike;
	double paused_until;      /* for a failure to talk to it; what it answers pauses all of its name */
	char given_up[200];       /* why it is asked no more; empty: it is */
	bool untrusted;           /* it is its certificate */
	enum host_robots robots_state;
	struct robots robots;
};

/* A host without jobs, with the pace of `other`, which must outlive it; NULL: with its own, which has no limits but that of
 * transfers at once. NULL without memory. */
struct host *host_create(const char *origin, struct host *other);

void host_push(struct host *host, struct job *job);
void host_push_front(struct host *host, struct job *job);

/* What may start. */
struct host_rules {
	bool ask_robots;  /* nothing for which robots.txt counts, before it is known */
	bool hold_images; /* no image */
};

/* Takes the first job out that may start at `now`, or returns NULL; *wake is then lowered to when one may, if that is
 * known. */
struct job *host_take(struct host *host, double now, const struct host_rules *rules, double *wake);

/* Whether robots.txt, which is known, lets a job be done. */
bool host_allows(const struct host *host, const struct job *job);

/* Has robots.txt decide on all jobs that wait, and forgets it. */
void host_settle(struct host *host);

/* Takes the first job out, whether it may start or not; NULL when there is none. */
struct job *host_take_any(struct host *host);

/* Notes that a request starts at `now`. */
void host_count_start(struct host *host, double now);

/* Notes that a job could not talk to it. Returns how many strikes it has. */
int host_strike(struct host *host, const struct job *job, double now);

/* Lowers the limits of its pace; 0 leaves one as it is. */
void host_slow_down(struct host *host, double requests_per_second, int connections);

/* Seconds before the attempt that comes after job->attempts: `first`, doubled for each one made, times a number between half and
 * one and a half that depends on `seed` and the job. */
double job_pause(const struct job *job, double first, uint64_t seed);

/* Frees what waits too; NULL is allowed. */
void host_free(struct host *host);
void job_free(struct job *job);

#endif
