#include "sandbox/child.h"

#include "base/signals.h"
#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
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
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
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

/* `announcements` is the writing end of the pipe. */
static int run_task(child_task *task, void *context, const struct child_limits *limits,
	int announcements, struct error *error)
{
	clearenv();
	/* Else the C library would look at /etc/localtime later, where libzip asks for a date. */
	setenv("TZ", "UTC0", 1);
	tzset();
	/* Messages of the C library about a corrupted heap are not for users. */
	close(STDERR_FILENO);
	/* On a kernel without close_range() or seccomp the limits still hold. */
	if (limits && confine_descriptors(announcements))
		errno = 0;
	if (limits && apply_limits(limits, error))
		return -1;
	if (limits && CONFINE_POSSIBLE && confine_calls(NULL))
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
	int ends[2];
	if (pipe2(ends, O_CLOEXEC)) {
		error_system(error, "pipe");
		child_memory_free(shared, sizeof *shared);
		return CHILD_NOT_STARTED;
	}
	shared->result = CHILD_DIED;
	pid_t parent = getpid();
	sigset_t before;
	signals_block(&before);
	*child = (struct child){fork(), shared, ends[0]};
	if (child->process == 0) {
		reset_signals();
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
			shared->result = run_task(task, context, limits, ends[1], &shared->error);
		_exit(0);
	}
	if (child->process < 0)
		error_system(error, "fork");
	signals_unblock(&before);
	close(ends[1]);
	if (child->process > 0)
		return 0;
	close(ends[0]);
	child_memory_free(shared, sizeof *shared);
	return CHILD_NOT_STARTED;
}

void child_announce(void)
{
	ssize_t written = write(0, "", 1);
	(void)written; /* a caller that is gone needs none */
}

int child_await(const struct child *child)
{
	char byte;
	ssize_t size;
	while ((size = read(child->announcements, &byte, 1)) < 0 && errno == EINTR)
		continue;
	return size == 1;
}

int child_wait(struct child *child, struct error *error)
{
	/* If the program was started with SIGCHLD ignored, this ends with ECHILD. */
	while (waitpid(child->process, NULL, 0) < 0 && errno == EINTR)
		continue;
	close(child->announcements);
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
