#include "sandbox/child.h"

#include "base/signals.h"
#include "sandbox/confine.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Wall-clock seconds per second of CPU time. */
enum { WALL_TIME_FACTOR = 5 };

/* In memory that both processes share. */
struct child_result {
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

/* This program's handlers remove its unfinished files and print messages: only the parent may do
 * that. */
static void reset_signals(void)
{
	static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGBUS};
	sigset_t none;
	for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
		signal(handled[i], SIG_DFL);
	sigemptyset(&none);
	signals_unblock(&none);
}

static int apply_limits(const struct child_limits *limits, struct error *error)
{
	if (!CONFINE_POSSIBLE) {
		alarm(WALL_TIME_FACTOR * limits->seconds);
		return 0;
	}
	return confine_resources(limits->memory, limits->seconds, error);
}

static int run_task(child_task *task, void *context, const struct child_limits *limits,
	struct error *error)
{
	clearenv();
	if (limits && apply_limits(limits, error))
		return -1;
	/* Messages of the C library about a corrupted heap are not for users. */
	close(STDERR_FILENO);
	/* On a kernel without these two calls the limits still hold. */
	if (limits && close_range(0, ~0u, 0) == 0 && CONFINE_POSSIBLE && confine_calls(NULL))
		errno = 0;
	return task(context, error);
}

/* Reads the child's result, which is untrusted. */
static int read_result(struct child_result *shared, struct error *error)
{
	if (shared->result == 0 || shared->result == CHILD_DIED)
		return shared->result;
	shared->error.object[sizeof shared->error.object - 1] = 0;
	shared->error.reason[sizeof shared->error.reason - 1] = 0;
	return error_set(error, shared->error.object, "%s", shared->error.reason);
}

int child_start(struct child *child, child_task *task, void *context,
	const struct child_limits *limits, struct error *error)
{
	struct child_result *shared = child_memory(sizeof *shared);
	if (!shared) {
		error_memory(error, "process");
		return CHILD_NOT_STARTED;
	}
	shared->result = CHILD_DIED;
	pid_t parent = getpid();
	sigset_t before;
	signals_block(&before);
	*child = (struct child){fork(), shared};
	if (child->process == 0) {
		reset_signals();
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
			shared->result = run_task(task, context, limits, &shared->error);
		_exit(0);
	}
	if (child->process < 0)
		error_system(error, "fork");
	signals_unblock(&before);
	if (child->process > 0)
		return 0;
	child_memory_free(shared, sizeof *shared);
	return CHILD_NOT_STARTED;
}

int child_wait(struct child *child, struct error *error)
{
	/* If the program was started with SIGCHLD ignored, this ends with ECHILD. */
	while (waitpid(child->process, NULL, 0) < 0 && errno == EINTR)
		continue;
	int result = read_result(child->shared, error);
	child_memory_free(child->shared, sizeof *child->shared);
	return result;
}

int child_run(child_task *task, void *context, const struct child_limits *limits,
	struct error *error)
{
	struct child child;
	return child_start(&child, task, context, limits, error) ? CHILD_NOT_STARTED
								 : child_wait(&child, error);
}
