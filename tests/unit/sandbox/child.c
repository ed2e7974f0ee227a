/* A task in a child process: its result is returned, and any other end does no harm. */
#include "sandbox/child.h"

#include "sandbox/confine.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int compare_numbers(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* glibc's qsort() asks for the size of memory the first time that it sorts more than 1024 bytes. */
static int sort_many(void *context, struct error *error)
{
	static int numbers[4096];
	(void)error;
	for (int i = 0; i < 4096; i++)
		numbers[i] = 4096 - i;
	qsort(numbers, 4096, sizeof *numbers, compare_numbers);
	*(int *)context = numbers[0];
	return 0;
}

static const struct child_limits limits = {64 << 20, 1};

static int succeed(void *context, struct error *error)
{
	(void)error;
	*(int *)context = 42;
	return 0;
}

static int fail(void *context, struct error *error)
{
	return error_set(error, context, "is refused");
}

static int crash(void *context, struct error *error)
{
	(void)error;
	*(volatile int *)context = 1;
	return 0;
}

static int exit_early(void *context, struct error *error)
{
	(void)context, (void)error;
	_exit(0);
}

static int spin(void *context, struct error *error)
{
	(void)error;
	while (*(volatile int *)context == 0)
		continue;
	return 0;
}

/* Returns 0 if it can allocate *context bytes. */
static int allocate(void *context, struct error *error)
{
	size_t size = *(size_t *)context;
	char *memory = malloc(size);
	if (!memory)
		return error_memory(error, "task");
	memset(memory, 1, size);
	free(memory);
	return 0;
}

static int open_file(void *context, struct error *error)
{
	(void)context;
	return open("/dev/null", O_RDONLY) >= 0 ? 0 : error_system(error, "file");
}

static int connect_out(void *context, struct error *error)
{
	(void)context, (void)error;
	socket(AF_INET, SOCK_STREAM, 0);
	return 0;
}

static int inspect_environment(void *context, struct error *error)
{
	(void)context;
	return getenv("PATH") || write(STDERR_FILENO, "x", 1) == 1
		? error_set(error, "task", "sees something")
		: 0;
}

static void results(void)
{
	struct error error = {0};
	int *number = child_memory(sizeof *number);
	if (!ok(number && *number == 0, "shared memory, zero"))
		return;
	ok(child_run(succeed, number, NULL, &error) == 0 && *number == 42, "a task without limits");
	*number = 0;
	ok(child_run(succeed, number, &limits, &error) == 0 && *number == 42, "a task with limits");
	ok(child_run(sort_many, number, &limits, &error) == 0 && *number == 1, "a task that sorts");
	ok(child_run(fail, "it", &limits, &error) == -1, "an error");
	is_text(error.object, "it", "... with its object");
	is_text(error.reason, "is refused", "... and its reason");
	ok(child_run(fail, "it", &limits, NULL) == -1, "an error without a place to store it");
	struct child first, second;
	ok(child_start(&first, succeed, number, &limits, &error) == 0 &&
			child_start(&second, crash, NULL, &limits, &error) == 0 &&
			child_wait(&second, &error) == CHILD_DIED &&
			child_wait(&first, &error) == 0,
		"two at the same time");
	ok(child_run(crash, NULL, &limits, &error) == CHILD_DIED, "a crash");
	ok(child_run(crash, NULL, NULL, &error) == CHILD_DIED, "a crash without limits");
	ok(child_run(exit_early, NULL, &limits, &error) == CHILD_DIED, "an early exit");
	ok(child_run(inspect_environment, NULL, NULL, &error) == 0,
		"no environment and no standard error");
	child_memory_free(number, sizeof *number);
	child_memory_free(NULL, 1);
}

static void bounds(void)
{
	struct error error;
	int number = 0;
	size_t little = 16 << 20, much = 256 << 20;
	ok(child_run(spin, &number, &limits, &error) == CHILD_DIED, "a task that does not end");
	if (!CONFINE_POSSIBLE)
		return;
	ok(child_run(allocate, &little, &limits, &error) == 0, "memory within the limit");
	ok(child_run(allocate, &much, &limits, &error) == -1, "memory beyond it");
	ok(child_run(allocate, &much, NULL, &error) == 0, "... which is there without a limit");
	ok(child_run(open_file, NULL, &limits, &error) == -1, "a file is not opened");
	ok(child_run(connect_out, NULL, &limits, &error) == CHILD_DIED, "a connection is not made");
}

/* malloc() in a thread other than the first uses other system calls. */
static int many_blocks(void *context, struct error *error)
{
	enum { BLOCKS = 400, SIZE = 50000 };
	static void *blocks[BLOCKS];
	(void)context;
	for (int i = 0; i < BLOCKS; i++)
		if (!(blocks[i] = malloc(SIZE)))
			return error_memory(error, "block");
	for (int i = BLOCKS - 1; i >= 0; i--)
		free(blocks[i]);
	return 0;
}

static void *run_in_thread(void *result)
{
	free(malloc(1000));
	*(int *)result = child_run(many_blocks, NULL, &limits, NULL);
	return NULL;
}

static void threads(void)
{
	pthread_t thread;
	int result = -1;
	if (pthread_create(&thread, NULL, run_in_thread, &result) == 0)
		pthread_join(thread, NULL);
	is_integer(result, 0, "a task of a thread allocates and frees");
}

static void handler(int number)
{
	(void)number;
	_exit(0);
}

static int raise_signal(void *context, struct error *error)
{
	(void)context, (void)error;
	raise(SIGTERM);
	return 0;
}

static void process_state(void)
{
	int *number = child_memory(sizeof *number);
	signal(SIGTERM, handler);
	ok(child_run(raise_signal, NULL, NULL, NULL) == CHILD_DIED,
		"signal handlers of this process are reset");
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_IGN);
	ok(child_run(succeed, number, &limits, NULL) == 0 && *number == 42, "with SIGCHLD ignored");
	signal(SIGCHLD, SIG_DFL);
	struct rlimit processes, none = {0, 0};
	getrlimit(RLIMIT_NPROC, &processes);
	none.rlim_max = processes.rlim_max;
	struct error error = {0};
	/* The limit does not hold for root, so either result is right. */
	setrlimit(RLIMIT_NPROC, &none);
	int result = child_run(succeed, number, &limits, &error);
	setrlimit(RLIMIT_NPROC, &processes);
	ok(result == 0 || (result == CHILD_NOT_STARTED && *error.reason),
		"no more processes allowed");
	child_memory_free(number, sizeof *number);
}

int main(void)
{
	setenv("PATH", "/bin", 1);
	results();
	bounds();
	threads();
	process_state();
	return done();
}
