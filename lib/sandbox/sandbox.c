#include "sandbox/sandbox.h"

#include "base/signals.h"
#include "sandbox/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	RESIDENT_MAXIMUM =
		64 << 20, /* bytes of a worker's memory that stay resident for the next call */
	WALL_TIME_FACTOR =
		5, /* wall-clock seconds per second of CPU time: a worker may share its processor */
};

struct sandbox_worker {
	int number, channel; /* channel -1: is not running */
	clockid_t clock;     /* of its CPU time */
	double cpu_seconds;  /* by that clock, before this call */
	int calls;
	unsigned char *memory;
	size_t used; /* bytes of it, by this call */
	struct sandbox_worker *next;
};

struct sandbox {
	struct sandbox_config config;
	struct sandbox_layout layout;
	int control;
	pid_t supervisor;
	pthread_mutex_t supervisor_mutex,
		mutex; /* of calls to the supervisor; of the list `free` */
	pthread_cond_t freed;
	struct sandbox_worker *free; /* the last used one first: its memory is in the cache */
	struct sandbox_worker workers[SANDBOX_WORKERS_MAXIMUM];
};

static void close_channel(struct sandbox *sandbox, struct sandbox_worker *worker)
{
	if (worker->channel >= 0)
		close(worker->channel);
	if (worker->memory)
		munmap(worker->memory, sandbox->layout.size);
	*worker = (struct sandbox_worker){.number = worker->number,
		.channel = -1,
		.next = worker->next};
}

/* ---- requests to the supervisor ---- */

static ssize_t send_supervisor_request(int control, struct supervisor_request *request,
	const int descriptors[2])
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(2 * sizeof(int))] = {0};
	struct iovec part = {request, sizeof *request};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (request->start) {
		message.msg_control = space;
		message.msg_controllen = sizeof space;
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(header), descriptors, 2 * sizeof(int));
	}
	return sendmsg(control, &message, MSG_NOSIGNAL);
}

static ssize_t receive_supervisor_response(int control, struct supervisor_response *response)
{
	ssize_t got;
	do
		got = recv(control, response, sizeof *response, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

/* With `descriptors` NULL the worker is only ended. */
static int call_supervisor(struct sandbox *sandbox, int number, const int *descriptors,
	struct supervisor_response *response, struct error *error)
{
	struct supervisor_request request = {number, descriptors != NULL};
	pthread_mutex_lock(&sandbox->supervisor_mutex);
	bool done = send_supervisor_request(sandbox->control, &request, descriptors) ==
			(ssize_t)sizeof request &&
		receive_supervisor_response(sandbox->control, response) ==
			(ssize_t)sizeof *response;
	pthread_mutex_unlock(&sandbox->supervisor_mutex);
	return done ? 0 : error_machine(error, "sandbox", "its supervisor has ended");
}

/* ---- starting a worker ---- */

enum call_result { RESPONDED, DIED, TIMED_OUT, INVALID };

/* Whether a worker can cause this signal itself. */
static bool is_own_signal(int number)
{
	static const int numbers[] = {SIGSEGV, SIGABRT, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGXCPU};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static double read_clock(clockid_t clock)
{
	struct timespec time = {0, 0};
	clock_gettime(clock, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Waits for a message of exactly `size` bytes. Each poll counts for at most its timeout of a
 * second: time in which the program itself was stopped does not count; and for no more than it
 * lasted, as signals interrupt some. */
static enum call_result wait_for_message(const struct sandbox *sandbox,
	const struct sandbox_worker *worker, void *message, size_t size)
{
	struct pollfd channel = {worker->channel, POLLIN, 0};
	int seconds = sandbox->config.seconds_maximum;
	double waited = 0, before = read_clock(CLOCK_MONOTONIC);
	while (poll(&channel, 1, 1000) <= 0) {
		double now = read_clock(CLOCK_MONOTONIC);
		waited += now - before < 1 ? now - before : 1;
		before = now;
		if (waited >= WALL_TIME_FACTOR * seconds ||
			read_clock(worker->clock) - worker->cpu_seconds >= seconds)
			return TIMED_OUT;
	}
	ssize_t got = recv(worker->channel, message, size, MSG_DONTWAIT);
	return got == (ssize_t)size ? RESPONDED : got > 0 ? INVALID : DIED;
}

/* Its size is sealed: if the file were truncated, this program would get SIGBUS at its next
 * access. */
static int create_memory(struct sandbox *sandbox, struct sandbox_worker *worker)
{
	int file = memfd_create("sandbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0)
		return -1;
	void *memory = MAP_FAILED;
	if (ftruncate(file, (off_t)sandbox->layout.size) == 0 &&
		fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		memory = mmap(NULL, sandbox->layout.size, PROT_READ | PROT_WRITE, MAP_SHARED, file,
			0);
	if (memory == MAP_FAILED) {
		close(file);
		return -1;
	}
	worker->memory = memory;
	return file;
}

static int start_worker(struct sandbox *sandbox, struct sandbox_worker *worker, struct error *error)
{
	struct supervisor_response response;
	struct worker_startup startup;
	int channels[2] = {-1, -1};
	close_channel(sandbox, worker);
	int memory = create_memory(sandbox, worker);
	if (memory < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channels)) {
		int failed = error_system(error, "sandbox");
		if (memory >= 0)
			close(memory);
		return failed;
	}
	worker->channel = channels[0];
	int result = call_supervisor(sandbox, worker->number, (int[]){channels[1], memory},
		&response, error);
	close(channels[1]);
	close(memory);
	if (result)
		return -1;
	errno = response.failure ? response.failure
				 : clock_getcpuclockid(response.worker, &worker->clock);
	if (errno)
		return error_system(error, "sandbox");
	if (wait_for_message(sandbox, worker, &startup, sizeof startup) != RESPONDED)
		return error_machine(error, "sandbox", "a %s did not start", sandbox->config.name);
	return startup.failed
		? error_machine(error, startup.error.object, "%s", startup.error.reason)
		: 0;
}

static int restart_worker(struct sandbox *sandbox, struct sandbox_worker *worker,
	struct error *error)
{
	if (start_worker(sandbox, worker, error) == 0)
		return 0;
	close_channel(sandbox, worker);
	return -1;
}

/* ---- calls ---- */

static struct sandbox_worker *acquire_worker(struct sandbox *sandbox)
{
	pthread_mutex_lock(&sandbox->mutex);
	while (!sandbox->free)
		pthread_cond_wait(&sandbox->freed, &sandbox->mutex);
	struct sandbox_worker *worker = sandbox->free;
	sandbox->free = worker->next;
	pthread_mutex_unlock(&sandbox->mutex);
	return worker;
}

static void release_worker(struct sandbox *sandbox, struct sandbox_worker *worker)
{
	pthread_mutex_lock(&sandbox->mutex);
	worker->next = sandbox->free;
	sandbox->free = worker;
	pthread_cond_signal(&sandbox->freed);
	pthread_mutex_unlock(&sandbox->mutex);
}

static bool send_request(struct sandbox *sandbox, struct sandbox_worker *worker,
	const void *request, const unsigned char *input, size_t size)
{
	struct worker_request message = {.size = size};
	size_t message_size =
		offsetof(struct worker_request, request) + sandbox->config.request_size;
	if (worker->channel < 0)
		return false;
	memcpy(message.request, request, sandbox->config.request_size);
	memcpy(worker->memory + sandbox->layout.input_end - size, input, size);
	worker->used = size;
	return send(worker->channel, &message, message_size, MSG_NOSIGNAL) == (ssize_t)message_size;
}

/* A worker that has reached its limit of calls or time is replaced first, and one that ended since
 * its last call too. */
static int begin_call(struct sandbox *sandbox, struct sandbox_worker *worker, const void *request,
	const unsigned char *input, size_t size, struct error *error)
{
	bool is_expired = worker->calls >= sandbox->config.calls_maximum ||
		worker->cpu_seconds >= sandbox->config.seconds_maximum;
	if (!is_expired && send_request(sandbox, worker, request, input, size))
		return 0;
	if (restart_worker(sandbox, worker, error))
		return -1;
	if (send_request(sandbox, worker, request, input, size))
		return 0;
	return error_machine(error, "sandbox", "a %s does not answer: %s", sandbox->config.name,
		strerror(errno));
}

/* Whether the machine has less memory than a worker may use. */
static bool is_memory_short(const struct sandbox *sandbox)
{
	size_t size = sandbox->config.memory_maximum;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		munmap(memory, size);
	return memory == MAP_FAILED;
}

/* Sets the error for a worker that ended: how, and whether the object or the machine was at
 * fault. */
static int set_worker_error(const struct sandbox *sandbox, const char *name, int status,
	struct error *error)
{
	const char *what = sandbox->config.name;
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (number == SIGXCPU)
		return error_set(error, name, "the %s took longer than %d s", what,
			sandbox->config.seconds_maximum);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_CHANNEL_BROKEN)
		return error_machine(error, name, "the %s lost its connection", what);
	if (is_memory_short(sandbox)) /* without memory some libraries crash */
		return error_memory(error, name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_OUT_OF_MEMORY)
		return error_set(error, name, "the %s took more than %zu MB of memory", what,
			sandbox->config.memory_maximum >> 20);
	if (number == SIGSYS)
		return error_set(error, name, "the %s made a forbidden system call (signal %d)",
			what, number);
	if (number && !is_own_signal(number))
		return error_machine(error, name,
			"the %s was killed by another process (signal %d)", what, number);
	if (number)
		return error_set(error, name, "the %s crashed (signal %d)", what, number);
	return error_set(error, name, "the %s ended without a response", what);
}

/* Ends a worker that did not respond, and sets the error. */
static int end_call(struct sandbox *sandbox, struct sandbox_worker *worker, const char *name,
	enum call_result outcome, struct error *error)
{
	const char *what = sandbox->config.name;
	struct supervisor_response response;
	close_channel(sandbox, worker);
	if (call_supervisor(sandbox, worker->number, NULL, &response, error))
		return error_within(error, name);
	if (outcome == INVALID)
		return error_set(error, name, "invalid response from the %s", what);
	if (outcome == TIMED_OUT)
		return error_set(error, name, "the %s took longer than %d s", what,
			sandbox->config.seconds_maximum);
	return set_worker_error(sandbox, name, response.status, error);
}

/* Unless it returns RESPONDED, the worker's channel is closed and `error` is set. */
static enum call_result call(struct sandbox *sandbox, struct sandbox_worker *worker,
	const char *name, struct worker_response *response, struct error *error)
{
	size_t response_size =
		offsetof(struct worker_response, response) + sandbox->config.response_size;
	enum call_result outcome = wait_for_message(sandbox, worker, response, response_size);
	if (outcome == RESPONDED && response->size > sandbox->config.output_maximum)
		outcome = INVALID;
	if (outcome != RESPONDED) {
		end_call(sandbox, worker, name, outcome, error);
		return outcome;
	}
	worker->calls++;
	worker->cpu_seconds = read_clock(worker->clock);
	worker->used += response->size;
	return RESPONDED;
}

/* A worker that died may have been killed by another process, or by what an earlier input did to
 * its memory: a new one tries again. */
static enum call_result call_with_retry(struct sandbox *sandbox, struct sandbox_worker *worker,
	const char *name, const void *request, const unsigned char *input, size_t size,
	struct worker_response *response, struct error *error)
{
	enum call_result outcome = DIED;
	for (int attempt = 0; attempt < 2 && outcome == DIED; attempt++) {
		if (begin_call(sandbox, worker, request, input, size, error)) {
			error_within(error, name);
			return DIED;
		}
		outcome = call(sandbox, worker, name, response, error);
	}
	return outcome;
}

int sandbox_run(struct sandbox *sandbox, const char *name, const void *request,
	const unsigned char *input, size_t size, void *response, struct sandbox_result *result,
	struct error *error)
{
	struct worker_response message;
	*result = (struct sandbox_result){0};
	if (size > sandbox->config.input_maximum)
		return error_set(error, name, "larger than %zu bytes",
			sandbox->config.input_maximum);
	struct sandbox_worker *worker = acquire_worker(sandbox);
	if (call_with_retry(sandbox, worker, name, request, input, size, &message, error) !=
		RESPONDED) {
		release_worker(sandbox, worker);
		return -1;
	}
	memcpy(response, message.response, sandbox->config.response_size);
	*result = (struct sandbox_result){worker, worker->memory + sandbox->layout.output_start,
		message.size};
	return 0;
}

void sandbox_release(struct sandbox *sandbox, struct sandbox_result *result)
{
	struct sandbox_worker *worker = result->worker;
	if (worker->used > RESIDENT_MAXIMUM)
		madvise(worker->memory, sandbox->layout.size, MADV_REMOVE);
	release_worker(sandbox, worker);
	*result = (struct sandbox_result){0};
}

/* ---- start and stop ---- */

static int fork_supervisor(struct sandbox *sandbox, struct error *error)
{
	int control[2];
	sigset_t before;
	pid_t parent = getpid();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control))
		return error_system(error, "sandbox");
	signals_block(&before);
	sandbox->supervisor = fork();
	if (sandbox->supervisor == 0) {
		/* A terminal sends these to all processes; the supervisor ends when the program
		 * does. */
		static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
		for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
			signal(numbers[i], SIG_IGN);
		signal(SIGCHLD, SIG_DFL); /* inherited as ignored, it would lose the exit status of
		                             workers */
		signals_unblock(&before);
		supervisor_run(&sandbox->config, control[1], parent);
	}
	int failed = sandbox->supervisor < 0 ? error_system(error, "sandbox") : 0;
	signals_unblock(&before);
	close(control[1]);
	sandbox->control = control[0];
	return failed;
}

int sandbox_start(struct sandbox **out, const struct sandbox_config *config, struct error *error)
{
	*out = NULL;
	struct sandbox *sandbox = calloc(1, sizeof *sandbox);
	if (!sandbox)
		return error_memory(error, "sandbox");
	sandbox->config = *config;
	sandbox->layout = sandbox_layout(config);
	pthread_mutex_init(&sandbox->supervisor_mutex, NULL);
	pthread_mutex_init(&sandbox->mutex, NULL);
	pthread_cond_init(&sandbox->freed, NULL);
	for (int i = SANDBOX_WORKERS_MAXIMUM - 1; i >= 0; i--) {
		sandbox->workers[i] =
			(struct sandbox_worker){.number = i, .channel = -1, .next = sandbox->free};
		sandbox->free = &sandbox->workers[i];
	}
	sandbox->control = -1;
	if (fork_supervisor(sandbox, error) || restart_worker(sandbox, sandbox->free, error)) {
		sandbox_stop(sandbox);
		return -1;
	}
	*out = sandbox;
	return 0;
}

void sandbox_stop(struct sandbox *sandbox)
{
	if (!sandbox)
		return;
	if (sandbox->control >= 0)
		close(sandbox->control);
	while (sandbox->supervisor > 0 && waitpid(sandbox->supervisor, NULL, 0) < 0 &&
		errno == EINTR)
		continue;
	for (int i = 0; i < SANDBOX_WORKERS_MAXIMUM; i++)
		close_channel(sandbox, &sandbox->workers[i]);
	pthread_cond_destroy(&sandbox->freed);
	pthread_mutex_destroy(&sandbox->mutex);
	pthread_mutex_destroy(&sandbox->supervisor_mutex);
	free(sandbox);
}
