/* Hosts: the rate limit, the decisions of robots.txt, and back-off. */
#include "fetch/host.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct start_conditions no_conditions = {0};

static struct fetch_job *make_job(const char *url)
{
	struct fetch_job *job = calloc(1, sizeof *job);
	job->kind = JOB_IMAGE;
	job->url = strdup(url);
	return job;
}

static struct fetch_job *take_ready(struct host *host, double now, double *wake_time)
{
	*wake_time = INFINITY;
	return host_take_ready(host, now, &no_conditions, wake_time);
}

static void shared_rate_limit(void)
{
	double wake_time;
	struct host *http = host_create("http://h:80", NULL),
		    *https = host_create("https://h:443", http);
	struct fetch_job *jobs[4];
	for (int i = 0; i < 4; i++)
		host_push(i % 2 ? https : http, jobs[i] = make_job("http://h/"));
	host_limit_rate(http, 2, 0);
	host_limit_rate(https, 0, 3);
	ok(take_ready(http, 10, &wake_time) == jobs[0], "the first may start");
	host_note_start(http, 10);
	ok(!take_ready(https, 10.25, &wake_time) && wake_time == 10.5,
		"the next, with another scheme, half a second later");
	ok(take_ready(https, 10.5, &wake_time) == jobs[1], "then it may start");
	host_note_start(https, 10.5);
	ok(take_ready(http, 11, &wake_time) == jobs[2], "and a third");
	host_note_start(http, 11);
	ok(!take_ready(https, 20, &wake_time) && wake_time == INFINITY,
		"a fourth only after one of three has ended");
	http->rate_limit->active--;
	http->rate_limit->paused_until = 30;
	ok(!take_ready(https, 29, &wake_time) && wake_time == 30,
		"not while hosts of the name are paused");
	host_push(http, jobs[0]);
	http->paused_until = 40;
	ok(!take_ready(http, 39, &wake_time) && wake_time == 40,
		"a host that can't be connected to is paused");
	ok(take_ready(https, 30, &wake_time) == jobs[3], "the other is not paused with it");
	ok(take_ready(http, 40, &wake_time) == jobs[0], "the pause ends");
	host_limit_rate(http, 5, 9);
	is_near(http->rate_limit->interval, 0.5, 0, "limits are only lowered");
	is_integer(http->rate_limit->connections, 3, "of connections too");
	for (int i = 0; i < 4; i++)
		job_free(jobs[i]);
	host_free(https);
	host_free(http);
}

static void applying_robots(void)
{
	static const char rules[] = "User-agent: *\nDisallow: /a\n";
	struct host *host = host_create("http://h:80", NULL);
	struct fetch_job *jobs[2] = {make_job("http://h/a"), make_job("http://h/b")},
			 *late = make_job("http://h/a");
	ok(robots_parse(&host->robots, rules, strlen(rules), "millrace", NULL) == 0,
		"rules are parsed");
	host->robots_state = ROBOTS_KNOWN;
	host_push(host, jobs[0]);
	host_push(host, jobs[1]);
	ok(!host_allows(host, jobs[0]) && host_allows(host, jobs[1]), "are applied");
	host_apply_robots(host);
	ok(!host->robots.size && host->robots_state == ROBOTS_UNKNOWN, "are freed");
	ok(!host_allows(host, jobs[0]) && host_allows(host, jobs[1]), "their decisions are stored");
	ok(late->robots_decision == UNDECIDED, "but none on later jobs");
	job_free(late);
	host_free(host);
}

static void backoff(void)
{
	enum { COUNT = 1000 };
	double least[4], most[4], different = 0;
	for (int attempt = 1; attempt < 4; attempt++) {
		least[attempt] = INFINITY;
		most[attempt] = 0;
		for (uint64_t number = 0; number < COUNT; number++) {
			struct fetch_job job = {.number = number, .attempts = attempt};
			double delay = job_backoff(&job, 2, 7);
			least[attempt] = fmin(least[attempt], delay);
			most[attempt] = fmax(most[attempt], delay);
			different += job_backoff(&job, 2, 8) != delay;
		}
	}
	for (int attempt = 1; attempt < 4; attempt++) {
		double whole = ldexp(1, attempt);
		ok(least[attempt] >= whole / 2 && least[attempt] < whole * 0.55,
			"attempt %d: from 0.5", attempt);
		ok(most[attempt] < whole * 1.5 && most[attempt] > whole * 1.45,
			"attempt %d: to 1.5", attempt);
	}
	ok(different > 2.9 * COUNT, "another seed, other delays");
}

int main(void)
{
	shared_rate_limit();
	applying_robots();
	backoff();
	return done();
}
