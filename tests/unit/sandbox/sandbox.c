/* A task that does what a compromised decoder would: each attempt fails, and the sandbox goes
 * on. */
#include "base/parallel.h"
#include "sandbox/confine.h"
#include "sandbox/sandbox.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { INPUT = 300000, OUTPUT = 200 << 20, MEMORY = 512 << 20, SECONDS = 2, CALLS = 50 };

enum action {
	REVERSE, /* the normal one: output is the input reversed */
	WAIT,
	CALL_X32,
	OPEN,
	OPEN_OLD,
	SOCKET,
	FORK,
	EXECUTE,
	KILL_PARENT,
	TRACE,
	MAP_CODE,
	MAP_CHANNEL,
	MAKE_CODE,
	RAISE_LIMIT,
	SLEEP,
	ALLOCATE,
	COMPUTE,
	LOOP,
	SEGFAULT,
	SEGFAULT_LATER,
	RUN_OUT,
	ABORT,
	READ_PAST_END,
	WRITE_INPUT,
	EXIT,
	WRONG_SIZE,
	WRITE_STANDARD,
	USE_MEMORY
};

struct request {
	enum action action;
};

struct response {
	long result;
	int error, calls;
};

/* System calls by number: the library's own wrappers may do more. */
static long attempt(enum action action, const unsigned char *input)
{
	switch (action) {
	case OPEN:
		return open("/etc/passwd", O_RDONLY);
#ifdef SYS_open
	case OPEN_OLD:
		return syscall(SYS_open, "/etc/passwd", O_RDONLY);
#endif
#ifdef __x86_64__
	case CALL_X32:
		return syscall(0x40000000 + SYS_read, 0, NULL, 0);
#endif
	case SOCKET:
		return socket(AF_INET, SOCK_STREAM, 0);
	case FORK:
		return fork();
	case EXECUTE:
		return execl("/bin/true", "true", (char *)NULL);
	case KILL_PARENT:
		return kill(getppid(), SIGTERM);
	case TRACE:
		return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	case MAP_CODE:
		return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0) != MAP_FAILED;
	case MAP_CHANNEL:
		return mmap(NULL, 4096, PROT_READ, MAP_SHARED, 0, 0) != MAP_FAILED;
	case MAKE_CODE:
		return mprotect((void *)((uintptr_t)input & ~(uintptr_t)4095), 4096,
			PROT_READ | PROT_EXEC);
	case RAISE_LIMIT:
		return setrlimit(RLIMIT_CPU, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
	case SLEEP:
		return usleep(1);
	case WAIT:
		return read(0, &(char){0}, 1);
	case ABORT:
		abort();
	default:
		_exit(7);
	}
}

/* For 0.3 seconds. */
static void compute(void)
{
	struct timespec start, now;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec - start.tv_sec + 1e-9 * (double)(now.tv_nsec - start.tv_nsec) < 0.3);
}

static size_t misbehave(enum action action, const unsigned char *input, size_t size,
	struct response *response, unsigned char *output)
{
	static volatile int *volatile nowhere;
	void *memory;
	switch (action) {
	case ALLOCATE:
		memory = malloc((size_t)8 << 30);
		response->error = errno;
		response->result = memory != NULL;
		free(memory);
		return 0;
	case COMPUTE:
		compute();
		return 0;
	case LOOP:
		for (volatile int i = 0;; i++)
			continue;
	case SEGFAULT:
		*nowhere = 1;
		return 0;
	case SEGFAULT_LATER:
		if (response->calls > 1)
			*nowhere = 1;
		return 0;
	case RUN_OUT:
		_exit(SANDBOX_OUT_OF_MEMORY);
	case READ_PAST_END:
		response->result = *(const volatile unsigned char *)(input + size);
		return 0;
	case WRITE_INPUT:
		*(volatile unsigned char *)(uintptr_t)input = 1;
		return 0;
	case WRONG_SIZE:
		return (size_t)OUTPUT + 1;
	case WRITE_STANDARD:
		return write(1, "x", 1) + write(2, "x", 1) == -2 ? 0 : 1;
	case USE_MEMORY:
		memset(output, 7, OUTPUT);
		return OUTPUT;
	default:
		errno = 0;
		response->result = attempt(action, input);
		response->error = errno;
		return 0;
	}
}

static size_t task(const void *message, const unsigned char *input, size_t size, void *reply,
	unsigned char *output)
{
	static int calls;
	const struct request *request = message;
	struct response *response = reply;
	response->calls = ++calls;
	if (request->action != REVERSE)
		return misbehave(request->action, input, size, response, output);
	for (size_t i = 0; i < size; i++)
		output[i] = input[size - 1 - i];
	return size;
}

static struct sandbox *sandbox;

static int start_with(struct sandbox **started, int seconds, struct error *error)
{
	const struct sandbox_config work = {task, "helper", sizeof(struct request),
		sizeof(struct response), INPUT, OUTPUT, MEMORY, seconds, CALLS};
	return sandbox_start(started, &work, error);
}

/* A call with `size` bytes of input. Returns whether the output is right. */
static bool honest(size_t size, unsigned first, struct response *response)
{
	struct sandbox_result result;
	unsigned char *input = calloc(1, size + 1);
	for (size_t i = 0; i < size; i++)
		input[i] = (unsigned char)(first + i * 31);
	bool good = sandbox_run(sandbox, "good", &(struct request){REVERSE}, input, size, response,
			    &result, NULL) == 0;
	if (good) {
		good = result.size == size;
		for (size_t i = 0; good && i < size; i++)
			good = result.output[i] == input[size - 1 - i];
		sandbox_release(sandbox, &result);
	}
	free(input);
	return good;
}

static void start(void)
{
	struct error error = {0};
	if (!ok(start_with(&sandbox, SECONDS, &error) == 0, "a sandbox starts")) {
		note("%s: %s", error.object, error.reason);
		exit(done());
	}
}

static void sizes(void)
{
	struct response response;
	struct sandbox_result result;
	struct error error;
	bool good = true;
	static const size_t some[] = {0, 1, 4095, 4096, 4097, INPUT};
	for (size_t i = 0; i < sizeof some / sizeof *some; i++)
		good &= honest(some[i], (unsigned)i, &response);
	ok(good, "input of any size comes back reversed");
	int big = sandbox_run(sandbox, "big", &(struct request){REVERSE}, NULL, INPUT + 1,
		&response, &result, &error);
	ok(big == -1 && !result.worker, "more than the maximum is refused");
	is_text(error.object, "big", "  and named");
}

/* The call fails with this reason, and the next one succeeds. */
static void fatal(enum action action, const char *reason)
{
	struct response response;
	struct sandbox_result result;
	struct error error = {0};
	int failed = sandbox_run(sandbox, "bad", &(struct request){action},
		(const unsigned char *)"in", 2, &response, &result, &error);
	ok(failed == -1 && strcmp(error.object, "bad") == 0 && error.kind == ERROR_OBJECT,
		"fails as a fault of the object: %s", reason);
	is_text(error.reason, reason, "  with this reason");
	if (!failed)
		note("it returned %ld, errno %d", response.result, response.error);
	ok(honest(5000, action, &response) && response.calls == 1, "  and another worker goes on");
}

static void harmless(enum action action, long expected, int number, const char *name)
{
	struct response response = {0};
	struct sandbox_result result;
	int failed = sandbox_run(sandbox, "x", &(struct request){action},
		(const unsigned char *)"in", 2, &response, &result, NULL);
	ok(failed == 0 && response.result == expected && response.error == number, "%s", name);
	if (!failed)
		sandbox_release(sandbox, &result);
}

#define FORBIDDEN "the helper made a forbidden system call (signal 31)"

static void forbidden_actions(void)
{
	struct response response;
	struct sandbox_result result;
	harmless(OPEN, -1, EPERM, "open() fails and no more");
	harmless(ALLOCATE, 0, ENOMEM, "8 GB cannot be allocated");
#ifdef SYS_open
	fatal(OPEN_OLD, FORBIDDEN);
#endif
#ifdef __x86_64__
	fatal(CALL_X32, FORBIDDEN);
#endif
	static const enum action forbidden[] = {SOCKET, FORK, EXECUTE, KILL_PARENT, TRACE, MAP_CODE,
		MAP_CHANNEL, MAKE_CODE, RAISE_LIMIT, SLEEP};
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
		fatal(forbidden[i], FORBIDDEN);
	fatal(SEGFAULT, "the helper crashed (signal 11)");
	fatal(READ_PAST_END, "the helper crashed (signal 11)");
	fatal(WRITE_INPUT, "the helper crashed (signal 11)");
	fatal(ABORT, FORBIDDEN); /* not even signals are sent */
	fatal(LOOP, "the helper took longer than 2 s");
	fatal(EXIT, "the helper ended without a response");
	fatal(RUN_OUT, "the helper took more than 512 MB of memory");
	fatal(WRONG_SIZE, "invalid response from the helper");
	harmless(WRITE_STANDARD, 0, 0, "there is no standard output or error to write to");
	bool full = sandbox_run(sandbox, "x", &(struct request){USE_MEMORY}, NULL, 0, &response,
			    &result, NULL) == 0;
	ok(full && result.size == OUTPUT && result.output[0] == 7 && result.output[OUTPUT - 1] == 7,
		"output up to the maximum");
	if (full)
		sandbox_release(sandbox, &result);
}

static void replaced(void)
{
	struct response response;
	int most = 0, ones = 0;
	for (int i = 0; i < 3 * CALLS; i++) {
		if (!honest(10, (unsigned)i, &response))
			most = -1000;
		most = response.calls > most ? response.calls : most;
		ones += response.calls == 1;
	}
	is_integer(most, CALLS, "a worker does the maximum of calls");
	is_integer(ones, 3, "  and is replaced by a new one");
}

/* ---- processes ---- */

/* Appends the children of a process. */
static int children_of(pid_t parent, pid_t *children, int count)
{
	char path[64];
	int child;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
	FILE *stream = fopen(path, "r");
	while (stream && count < 16 && fscanf(stream, "%d", &child) == 1)
		children[count++] = child;
	if (stream)
		fclose(stream);
	return count;
}

/* The supervisor, child of `parent`, and its workers. */
static int family_of(pid_t parent, pid_t *family)
{
	int count = children_of(parent, family, 0);
	for (int i = 0, direct = count; i < direct; i++)
		count = children_of(family[i], family, count);
	return count;
}

/* Waits up to 5 s until all are gone or dead. */
static bool all_end(const pid_t *processes, int count)
{
	int alive = 1;
	for (int tries = 0; alive && tries < 500; tries++) {
		alive = 0;
		for (int i = 0; i < count; i++) {
			char path[64], state = 'Z';
			snprintf(path, sizeof path, "/proc/%d/stat", (int)processes[i]);
			FILE *stream = fopen(path, "r");
			if (stream && fscanf(stream, "%*d (%*[^)]) %c", &state) != 1)
				state = 'Z';
			if (stream)
				fclose(stream);
			alive += state != 'Z' && state != 'X';
		}
		if (alive)
			usleep(10000);
	}
	return !alive;
}

static void killed_while_idle(void)
{
	struct response response;
	pid_t family[16];
	int count = family_of(getpid(), family);
	if (!ok(count == 2, "a supervisor and one worker are running"))
		note("%d processes", count);
	kill(family[1], SIGKILL);
	ok(all_end(family + 1, 1) && honest(100, 1, &response) && response.calls == 1,
		"a worker killed between calls is replaced");
}

/* A worker whose memory an earlier input damaged says nothing about a later input. */
static void retried(void)
{
	struct response response = {0};
	struct sandbox_result result;
	bool good = honest(10, 1, &response) &&
		sandbox_run(sandbox, "x", &(struct request){SEGFAULT_LATER}, NULL, 0, &response,
			&result, NULL) == 0;
	ok(good && response.calls == 1,
		"an input that kills a used worker is tried again in a new one");
	if (good)
		sandbox_release(sandbox, &result);
}

struct killer {
	int maximum; /* number of workers to kill */
	atomic_int killed;
	atomic_bool stop;
};

/* Kills a worker as soon as it has used CPU time, so that it is busy. */
static void *kill_workers(void *argument)
{
	struct killer *killer = argument;
	pid_t family[16], last = 0;
	while (!killer->stop && killer->killed < killer->maximum) {
		clockid_t clock;
		struct timespec spent;
		int count = family_of(getpid(), family);
		if (count >= 2 && family[1] != last &&
			clock_getcpuclockid(family[1], &clock) == 0 &&
			clock_gettime(clock, &spent) == 0 && spent.tv_nsec > 50000000 &&
			kill(family[1], SIGKILL) == 0) {
			last = family[1];
			killer->killed++;
		}
		usleep(1000);
	}
	return NULL;
}

enum { ATTEMPTS = 50 };

static int run_with_killer(struct killer *killer, enum action action, struct error *error)
{
	struct response response;
	struct sandbox_result result;
	pthread_t thread;
	if (pthread_create(&thread, NULL, kill_workers, killer))
		exit(1);
	int failed = sandbox_run(sandbox, "x", &(struct request){action}, NULL, 0, &response,
		&result, error);
	if (!failed)
		sandbox_release(sandbox, &result);
	killer->stop = true;
	pthread_join(thread, NULL);
	return failed;
}

/* A worker killed by another process says nothing about its input. */
static void killed_while_busy(void)
{
	struct killer once = {.maximum = 1}, always = {.maximum = 1000};
	struct response response;
	struct error error = {0};
	/* On a busy machine the worker may finish before it is found. */
	int failed = 0;
	for (int i = 0; i < ATTEMPTS && !failed && !once.killed; i++) {
		once.stop = false;
		failed = run_with_killer(&once, COMPUTE, &error);
	}
	ok(!failed && once.killed == 1, "the input of a killed worker is done by another");
	ok(run_with_killer(&always, LOOP, &error) == -1 && always.killed >= 2,
		"if that is killed too, the call fails");
	is_text(error.reason, "the helper was killed by another process (signal 9)",
		"  for this reason");
	ok(error.kind == ERROR_MACHINE && strcmp(error.object, "x") == 0,
		"  which is a fault of the machine");
	ok(honest(100, 1, &response), "  and another worker goes on");
}

/* The machine has, or a limit of the program leaves, less memory than a worker may use. */
static void short_memory(void)
{
	struct response response;
	struct sandbox_result result;
	struct error error = {0};
	struct rlimit before, little = {0};
	unsigned long pages = 0;
	FILE *stream = fopen("/proc/self/statm", "r");
	if (!stream || fscanf(stream, "%lu", &pages) != 1 || fclose(stream) ||
		getrlimit(RLIMIT_AS, &before))
		exit(1);
	little = (struct rlimit){pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY / 4,
		before.rlim_max};
	bool warm = honest(10, 1, &response);
	int limited = setrlimit(RLIMIT_AS, &little);
	int failed = sandbox_run(sandbox, "x", &(struct request){RUN_OUT}, NULL, 0, &response,
		&result, &error);
	setrlimit(RLIMIT_AS, &before);
	ok(warm && limited == 0 && failed == -1 && error.kind == ERROR_MACHINE,
		"a lack of memory is a fault of the machine: %s", error.reason);
	ok(honest(100, 1, &response), "  and the next call succeeds");
}

/* A program with a busy worker is ended by signal `number`: no process remains. */
static void ended_by(int number)
{
	pid_t family[16];
	int ready[2], count;
	if (pipe(ready))
		exit(1);
	pid_t program = fork();
	if (program == 0) {
		struct response response;
		struct sandbox_result result;
		sandbox = NULL;
		if (start_with(&sandbox, 100, NULL) || write(ready[1], "x", 1) != 1)
			_exit(1);
		_exit(sandbox_run(sandbox, "x", &(struct request){LOOP}, NULL, 0, &response,
			&result, NULL));
	}
	char byte;
	ok(read(ready[0], &byte, 1) == 1, "a program starts a sandbox");
	usleep(50000);
	count = family_of(program, family);
	ok(count == 2, "  it has a supervisor and a worker");
	kill(program, number);
	waitpid(program, NULL, 0);
	ok(all_end(family, count), "  and ended by signal %d leaves no process", number);
	close(ready[0]);
	close(ready[1]);
}

/* A worker that only waits uses no CPU time: the limit of wall-clock time ends it. */
static void waiting(void)
{
	struct response response;
	struct sandbox_result result;
	struct sandbox *other;
	struct error error = {0};
	if (!ok(start_with(&other, 1, NULL) == 0, "a second sandbox starts"))
		return;
	ok(sandbox_run(other, "x", &(struct request){WAIT}, NULL, 0, &response, &result, &error) ==
			-1,
		"waiting for nothing fails");
	is_text(error.reason, "the helper took longer than 1 s", "  with this reason");
	sandbox_stop(other);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

/* Interrupted waits do not count as time waited, nor as the end of the supervisor. */
static void interrupted(void)
{
	struct response response;
	struct sandbox_result result;
	struct sandbox *saved = sandbox;
	struct error error = {0};
	struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = count_signal}, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	int started = start_with(&sandbox, 1, &error);
	int failed = started ? -1
			     : sandbox_run(sandbox, "x", &(struct request){COMPUTE}, NULL, 0,
				       &response, &result, &error);
	int before = signals;
	if (!failed)
		sandbox_release(sandbox, &result);
	bool restarted = !started;
	for (int i = 0; i < 20 && restarted; i++)
		restarted = sandbox_run(sandbox, "x", &(struct request){SEGFAULT}, NULL, 0,
				    &response, &result, &error) == -1 &&
			strcmp(error.reason, "the helper crashed (signal 11)") == 0 &&
			honest(100, 1, &response) && response.calls == 1;
	setitimer(ITIMER_REAL, &never, NULL);
	if (!ok(started == 0 && failed == 0 && before > 5, "a call goes on under %d signals",
		    before))
		note("%s: %s", error.object, error.reason);
	if (!ok(restarted, "  and so do workers that end and start"))
		note("%s: %s", error.object, error.reason);
	sandbox_stop(sandbox);
	sandbox = saved;
}

/* Opens the memory that this program shares with a worker; -1: not permitted. */
static int open_memory(void)
{
	char line[512], name[64];
	unsigned long from, to;
	int file = -1;
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps && file < 0 && fgets(line, sizeof line, maps))
		if (strstr(line, "memfd:sandbox") && sscanf(line, "%lx-%lx", &from, &to) == 2) {
			snprintf(name, sizeof name, "/proc/self/map_files/%lx-%lx", from, to);
			file = open(name, O_RDWR | O_CLOEXEC);
		}
	if (maps)
		fclose(maps);
	return file;
}

/* The shared memory cannot be truncated, which would end this program (SIGBUS). */
static void sealed(void)
{
	struct response response;
	ok(honest(100, 1, &response), "a worker has memory");
	int memory = open_memory();
	if (memory < 0) {
		ok(true,
			"  which cannot be truncated # SKIP it cannot be opened without a "
			"capability");
		return;
	}
	ok(ftruncate(memory, 0) == -1 && errno == EPERM, "  which cannot be truncated");
	ok(ftruncate(memory, (off_t)1 << 40) == -1 && errno == EPERM, "  nor extended");
	ok(honest(100, 1, &response), "  and goes on");
	close(memory);
}

/* Without its supervisor a sandbox has no workers, and fails call by call. */
static void without_supervisor(void)
{
	struct response response;
	struct sandbox_result result;
	struct sandbox *saved = sandbox;
	struct error error = {0};
	pid_t family[16];
	int before = children_of(getpid(), family, 0);
	ok(start_with(&sandbox, 1, NULL) == 0, "a third sandbox starts");
	ok(children_of(getpid(), family, 0) == before + 1, "  with a supervisor");
	int count = children_of(family[before], family, before + 1);
	kill(family[before], SIGKILL);
	ok(all_end(family + before, count - before), "killed, it ends the worker too");
	for (int i = 0; i < 2; i++) {
		ok(sandbox_run(sandbox, "x", &(struct request){REVERSE}, NULL, 0, &response,
			   &result, &error) == -1,
			"a call fails");
		is_text(error.object, "x: sandbox", "  for a reason that is not the input's");
		is_text(error.reason, "its supervisor has ended", "  but this");
		is_integer(error.kind, ERROR_MACHINE, "  which is a fault of the machine");
	}
	sandbox_stop(sandbox);
	sandbox = saved;
}

static void stopped(void)
{
	pid_t family[16];
	int count = family_of(getpid(), family);
	sandbox_stop(sandbox);
	ok(all_end(family, count) && family_of(getpid(), family) == 0,
		"stopped, it leaves no process and no child to wait for");
	sandbox_stop(NULL);
}

/* ---- threads ---- */

static atomic_int right, wrong;

static void one_of_many(void *context, int index, int worker)
{
	struct response response;
	struct sandbox_result result;
	(void)context, (void)worker;
	bool bad = index % 7 == 3;
	if (!bad)
		atomic_fetch_add(honest((size_t)(index * 97 % 9000), (unsigned)index, &response)
				? &right
				: &wrong,
			1);
	else if (sandbox_run(sandbox, "x", &(struct request){SEGFAULT}, NULL, 0, &response, &result,
			 NULL) == 0)
		atomic_fetch_add(&wrong, 1);
}

static void threads(void)
{
	struct parallel *pool;
	pid_t family[16];
	if (!ok(parallel_create(&pool, 5, NULL) == 0, "five threads"))
		return;
	parallel_for(pool, 700, one_of_many, NULL);
	is_integer(wrong, 0, "700 calls of five threads, every seventh a crash: none is wrong");
	is_integer(right, 600, "  and every other one is right");
	int count = family_of(getpid(), family);
	/* On a busy machine one worker may have been enough. */
	for (int i = 0; i < ATTEMPTS && count <= 2; i++) {
		parallel_for(pool, 700, one_of_many, NULL);
		count = family_of(getpid(), family);
	}
	ok(count > 2 && count <= 6, "  by several workers, no more than threads (%d)", count - 1);
	parallel_destroy(pool);
}

int main(void)
{
	if (!CONFINE_POSSIBLE) {
		puts("1..0 # SKIP sanitizers and sandboxes exclude each other");
		return 0;
	}
	signal(SIGINT, SIG_DFL); /* a shell starts background commands with it ignored */
	start();
	sizes();
	forbidden_actions();
	replaced();
	killed_while_idle();
	retried();
	killed_while_busy();
	short_memory();
	threads();
	waiting();
	interrupted();
	sealed();
	without_supervisor();
	stopped();
	ended_by(SIGINT);
	ended_by(SIGTERM);
	ended_by(SIGKILL);
	return done();
}
