/* resource_usage COMMAND...: runs it without output; prints the elapsed seconds, the seconds of
 * processor time, and the peak memory in MB. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	pid_t child;
	int status;
	if (argc < 2)
		return 2;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	double start = now();
	if (posix_spawnp(&child, argv[1], &actions, NULL, argv + 1, environ) ||
		wait4(child, &status, 0, &usage) < 0 || status) {
		fprintf(stderr, "resource_usage: %s: failed\n", argv[1]);
		return 1;
	}
	double elapsed = now() - start;
	printf("%.6f %.6f %.1f\n", elapsed, seconds(usage.ru_utime) + seconds(usage.ru_stime),
		(double)usage.ru_maxrss / 1024);
	posix_spawn_file_actions_destroy(&actions);
	return 0;
}
