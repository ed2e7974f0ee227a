#include "sandbox/child.h"

#include "base/signals.h"
#include "sandbox/confine.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* On the wall, for each second of processor time. */
enum { PATIENCE = 5 };

/* In memory that both processes share. */
struct outcome {
	int result;
	struct error error;
};

void *child_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void child_memory_free(void *memory, size_t size)
{
	if (memory)
		munmap(memory, size);
}

/* This program's handlers remove its unfinished files and speak for it: that is the parent's to do. */
static void take_signals(void)
{
	static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGBUS};
	sigset_t none;
	for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
		signal(handled[i], SIG_DFL);
	sigemptyset(&none);
	signals_release(&none);
}

static int apply(const struct child_limits *limits, struct error *error)
{
	if (!CONFINE_POSSIBLE) {
		alarm(PATIENCE * limits->seconds);
		return 0;
	}
	return confine_resources(limits->memory, limits->seconds, error);
}

static int run(child_task *task, void *context, const struct child_limits *limits, struct error *error)
{
	clearenv();
	if (limits && apply(limits, error))
		return -1;
	/* What the C library says about a broken heap is no message for a user. */
	close(STDERR_FILENO);
	/* The limits hold on a kernel without these two. */
	if (limits && close_range(0, ~0u, 0) == 0 && CONFINE_POSSIBLE && confine_calls(NULL))
		errno = 0;
	return task(context, error);
}

/* What the child left, which is not to be trusted. */
static int take_outcome(struct outcome *outcome, struct error *error)
{
	if (outcome->result == 0 || outcome->result == CHILD_DIED)
		return outcome->result;
	outcome->error.object[sizeof outcome->error.object - 1] = 0;
	outcome->error.reason[sizeof outcome->error.reason - 1] = 0;
	return error_set(error, outcome->error.object, "%s", outcome->error.reason);
}

int child_run(child_task *task, void *context, const struct child_limits *limits, struct error *error)
{
	struct outcome *outcome = child_memory(sizeof *outcome);
	if (!outcome) {
		error_memory(error, "process");
		return CHILD_NONE;
	}
	outcome->result = CHILD_DIED;
	pid_t parent = getpid();
	sigset_t before;
	signals_hold(&before);
	pid_t child = fork();
	if (child == 0) {
		take_signals();
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
			outcome->result = run(task, context, limits, &outcome->error);
		_exit(0);
	}
	if (child < 0)
		error_system(error, "fork");
	signals_release(&before);
	/* Where the program was started with SIGCHLD ignored there is nothing to wait for in the end (ECHILD). */
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	int result = child < 0 ? CHILD_NONE : take_outcome(outcome, error);
	child_memory_free(outcome, sizeof *outcome);
	return result;
}
