/* Hosts: who may start when, and pauses. */
#include "fetch/host.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct host_rules any = {0};

static struct job *make_job(const char *url)
{
	struct job *job = calloc(1, sizeof *job);
	job->kind = JOB_IMAGE;
	job->url = strdup(url);
	return job;
}

static struct job *take(struct host *host, double now, double *wake)
{
	*wake = INFINITY;
	return host_take(host, now, &any, wake);
}

static void one_pace(void)
{
	double wake;
	struct host *plain = host_create("http://h:80", NULL), *secure = host_create("https://h:443", plain);
	struct job *jobs[4];
	for (int i = 0; i < 4; i++)
		host_push(i % 2 ? secure : plain, jobs[i] = make_job("http://h/"));
	host_slow_down(plain, 2, 0);
	host_slow_down(secure, 0, 3);
	ok(take(plain, 10, &wake) == jobs[0], "the first may start");
	host_count_start(plain, 10);
	ok(!take(secure, 10.25, &wake) && wake == 10.5, "the next, by another scheme, half a second later");
	ok(take(secure, 10.5, &wake) == jobs[1], "then it may");
	host_count_start(secure, 10.5);
	ok(take(plain, 11, &wake) == jobs[2], "and a third");
	host_count_start(plain, 11);
	ok(!take(secure, 20, &wake) && wake == INFINITY, "a fourth only when one of three has ended");
	plain->pace->active--;
	plain->pace->paused_until = 30;
	ok(!take(secure, 29, &wake) && wake == 30, "nor while the other is to be left alone");
	host_push(plain, jobs[0]);
	plain->paused_until = 40;
	ok(!take(plain, 39, &wake) && wake == 40, "one that can't be talked to is left alone");
	ok(take(secure, 30, &wake) == jobs[3], "but not the other for it");
	ok(take(plain, 40, &wake) == jobs[0], "nor for ever");
	host_slow_down(plain, 5, 9);
	is_near(plain->pace->interval, 0.5, 0, "limits are only lowered");
	is_integer(plain->pace->connections, 3, "both");
	for (int i = 0; i < 4; i++)
		job_free(jobs[i]);
	host_free(secure);
	host_free(plain);
}

static void settling(void)
{
	static const char rules[] = "User-agent: *\nDisallow: /a\n";
	struct host *host = host_create("http://h:80", NULL);
	struct job *jobs[2] = {make_job("http://h/a"), make_job("http://h/b")}, *late = make_job("http://h/a");
	ok(robots_parse(&host->robots, rules, strlen(rules), "millrace", NULL) == 0, "rules");
	host->robots_state = ROBOTS_KNOWN;
	host_push(host, jobs[0]);
	host_push(host, jobs[1]);
	ok(!host_allows(host, jobs[0]) && host_allows(host, jobs[1]), "decide");
	host_settle(host);
	ok(!host->robots.size && host->robots_state == ROBOTS_UNKNOWN, "are forgotten");
	ok(!host_allows(host, jobs[0]) && host_allows(host, jobs[1]), "and have decided");
	ok(late->verdict == UNDECIDED, "but not on what comes later");
	job_free(late);
	host_free(host);
}

static void pauses(void)
{
	enum { COUNT = 1000 };
	double least[4], most[4], apart = 0;
	for (int attempt = 1; attempt < 4; attempt++) {
		least[attempt] = INFINITY;
		most[attempt] = 0;
		for (uint64_t number = 0; number < COUNT; number++) {
			struct job job = {.number = number, .attempts = attempt};
			double pause = job_pause(&job, 2, 7);
			least[attempt] = fmin(least[attempt], pause);
			most[attempt] = fmax(most[attempt], pause);
			apart += job_pause(&job, 2, 8) != pause;
		}
	}
	for (int attempt = 1; attempt < 4; attempt++) {
		double whole = ldexp(1, attempt);
		ok(least[attempt] >= whole / 2 && least[attempt] < whole * 0.55, "attempt %d: from half", attempt);
		ok(most[attempt] < whole * 1.5 && most[attempt] > whole * 1.45, "attempt %d: to one and a half", attempt);
	}
	ok(apart > 2.9 * COUNT, "another seed, other pauses");
}

int main(void)
{
	one_pace();
	settling();
	pauses();
	return done();
}
