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
	MEMORY_KEPT = 64 << 20, /* bytes in use by a worker's memory that stay for the next call */
	PATIENCE = 5,           /* seconds to wait for one of a worker's: it may share its processor */
};

struct sandbox_worker {
	int number, channel; /* -1: is not running */
	clockid_t clock;     /* of its processor time */
	double spent;        /* seconds by that clock, up to this call */
	int calls;
	unsigned char *memory;
	size_t used;         /* bytes of it, in this call */
	struct sandbox_worker *next;
};

struct sandbox {
	struct sandbox_work work;
	struct sandbox_layout layout;
	int control;
	pid_t keeper;
	pthread_mutex_t orders, mutex; /* of the keeper; of what is free */
	pthread_cond_t freed;
	struct sandbox_worker *free; /* the one used last comes first: its memory is warm */
	struct sandbox_worker workers[SANDBOX_WORKERS_MAXIMUM];
};

static void close_channel(struct sandbox *sandbox, struct sandbox_worker *worker)
{
	if (worker->channel >= 0)
		close(worker->channel);
	if (worker->memory)
		munmap(worker->memory, sandbox->layout.size);
	*worker = (struct sandbox_worker){.number = worker->number, .channel = -1, .next = worker->next};
}

/* ---- orders to the keeper ---- */

static ssize_t send_order(int control, struct sandbox_order *order, const int descriptors[2])
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(2 * sizeof(int))] = {0};
	struct iovec part = {order, sizeof *order};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (order->start) {
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

static ssize_t receive_report(int control, struct sandbox_report *report)
{
	ssize_t got;
	do
		got = recv(control, report, sizeof *report, 0);
	while (got < 0 && errno == EINTR);
	return got;
}

/* `descriptors` is NULL to end the worker only. */
static int give_order(struct sandbox *sandbox, int number, const int *descriptors, struct sandbox_report *report,
	struct error *error)
{
	struct sandbox_order order = {number, descriptors != NULL};
	pthread_mutex_lock(&sandbox->orders);
	bool taken = send_order(sandbox->control, &order, descriptors) == (ssize_t)sizeof order &&
		receive_report(sandbox->control, report) == (ssize_t)sizeof *report;
	pthread_mutex_unlock(&sandbox->orders);
	return taken ? 0 : error_machine(error, "sandbox", "its keeper has ended");
}

/* ---- starting a worker ---- */

enum outcome { ANSWERED, DIED, OVERDUE, WRONG };

/* Whether `number` is of a signal that a worker can bring about by what it does. */
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

/* Waits for a message of exactly `size` bytes. No wait counts for more than the second it was to last: where the program
 * was stopped meanwhile, that is not the worker's. Nor for more than it lasted, as signals cut some short. */
static enum outcome await(const struct sandbox *sandbox, const struct sandbox_worker *worker, void *message, size_t size)
{
	struct pollfd channel = {worker->channel, POLLIN, 0};
	int most = sandbox->work.seconds_maximum;
	double waited = 0, before = read_clock(CLOCK_MONOTONIC);
	while (poll(&channel, 1, 1000) <= 0) {
		double now = read_clock(CLOCK_MONOTONIC);
		waited += now - before < 1 ? now - before : 1;
		before = now;
		if (waited >= PATIENCE * most || read_clock(worker->clock) - worker->spent >= most)
			return OVERDUE;
	}
	ssize_t got = recv(worker->channel, message, size, MSG_DONTWAIT);
	return got == (ssize_t)size ? ANSWERED : got > 0 ? WRONG : DIED;
}

/* Its size is sealed: were the file cut, this program would end when it next touched the memory. */
static int create_memory(struct sandbox *sandbox, struct sandbox_worker *worker)
{
	int file = memfd_create("sandbox", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (file < 0)
		return -1;
	void *memory = MAP_FAILED;
	if (ftruncate(file, (off_t)sandbox->layout.size) == 0 &&
		fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		memory = mmap(NULL, sandbox->layout.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (memory == MAP_FAILED) {
		close(file);
		return -1;
	}
	worker->memory = memory;
	return file;
}

static int start_worker(struct sandbox *sandbox, struct sandbox_worker *worker, struct error *error)
{
	struct sandbox_report report;
	struct sandbox_hello hello;
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
	int result = give_order(sandbox, worker->number, (int[]){channels[1], memory}, &report, error);
	close(channels[1]);
	close(memory);
	if (result)
		return -1;
	errno = report.failure ? report.failure : clock_getcpuclockid(report.worker, &worker->clock);
	if (errno)
		return error_system(error, "sandbox");
	if (await(sandbox, worker, &hello, sizeof hello) != ANSWERED)
		return error_machine(error, "sandbox", "a %s does not start", sandbox->work.name);
	return hello.failed ? error_machine(error, hello.error.object, "%s", hello.error.reason) : 0;
}

static int renew_worker(struct sandbox *sandbox, struct sandbox_worker *worker, struct error *error)
{
	if (start_worker(sandbox, worker, error) == 0)
		return 0;
	close_channel(sandbox, worker);
	return -1;
}

/* ---- calls ---- */

static struct sandbox_worker *take_worker(struct sandbox *sandbox)
{
	pthread_mutex_lock(&sandbox->mutex);
	while (!sandbox->free)
		pthread_cond_wait(&sandbox->freed, &sandbox->mutex);
	struct sandbox_worker *worker = sandbox->free;
	sandbox->free = worker->next;
	pthread_mutex_unlock(&sandbox->mutex);
	return worker;
}

static void give_back_worker(struct sandbox *sandbox, struct sandbox_worker *worker)
{
	pthread_mutex_lock(&sandbox->mutex);
	worker->next = sandbox->free;
	sandbox->free = worker;
	pthread_cond_signal(&sandbox->freed);
	pthread_mutex_unlock(&sandbox->mutex);
}

static bool send_request(struct sandbox *sandbox, struct sandbox_worker *worker, const void *request,
	const unsigned char *input, size_t size)
{
	struct sandbox_request message = {.size = size};
	size_t message_size = offsetof(struct sandbox_request, request) + sandbox->work.request_size;
	if (worker->channel < 0)
		return false;
	memcpy(message.request, request, sandbox->work.request_size);
	memcpy(worker->memory + sandbox->layout.input_end - size, input, size);
	worker->used = size;
	return send(worker->channel, &message, message_size, MSG_NOSIGNAL) == (ssize_t)message_size;
}

/* A worker that has done its share is replaced first, and one that ended since its last call is, too. */
static int begin_call(struct sandbox *sandbox, struct sandbox_worker *worker, const void *request,
	const unsigned char *input, size_t size, struct error *error)
{
	bool worn = worker->calls >= sandbox->work.calls_maximum || worker->spent >= sandbox->work.seconds_maximum;
	if (!worn && send_request(sandbox, worker, request, input, size))
		return 0;
	if (renew_worker(sandbox, worker, error))
		return -1;
	if (send_request(sandbox, worker, request, input, size))
		return 0;
	return error_machine(error, "sandbox", "a %s does not answer: %s", sandbox->work.name, strerror(errno));
}

/* Whether the machine cannot give what a worker may take: it had less then. */
static bool is_memory_short(const struct sandbox *sandbox)
{
	size_t size = sandbox->work.memory_maximum;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		munmap(memory, size);
	return memory == MAP_FAILED;
}

/* Says of whom it was the fault that a worker ended, and how it did. */
static int tell_end(const struct sandbox *sandbox, const char *name, int status, struct error *error)
{
	const char *what = sandbox->work.name;
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (number == SIGXCPU)
		return error_set(error, name, "the %s took longer than %d s", what, sandbox->work.seconds_maximum);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_CHANNEL_BROKEN)
		return error_machine(error, name, "the %s lost its connection", what);
	if (is_memory_short(sandbox)) /* without memory some libraries crash */
		return error_memory(error, name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SANDBOX_OUT_OF_MEMORY)
		return error_set(error, name, "the %s took more than %zu MB of memory", what, sandbox->work.memory_maximum >> 20);
	if (number == SIGSYS)
		return error_set(error, name, "the %s tried what it may not do (signal %d)", what, number);
	if (number && !is_own_signal(number))
		return error_machine(error, name, "the %s was ended from outside (signal %d)", what, number);
	if (number)
		return error_set(error, name, "the %s crashed (signal %d)", what, number);
	return error_set(error, name, "the %s ended without an answer", what);
}

/* Ends a worker that did not answer, and says how it had ended. */
static int end_call(struct sandbox *sandbox, struct sandbox_worker *worker, const char *name,
	enum outcome outcome, struct error *error)
{
	const char *what = sandbox->work.name;
	struct sandbox_report report;
	close_channel(sandbox, worker);
	if (give_order(sandbox, worker->number, NULL, &report, error))
		return error_within(error, name);
	if (outcome == WRONG)
		return error_set(error, name, "the %s's answer makes no sense", what);
	if (outcome == OVERDUE)
		return error_set(error, name, "the %s took longer than %d s", what, sandbox->work.seconds_maximum);
	return tell_end(sandbox, name, report.status, error);
}

/* Returns how the worker took it; but for ANSWERED, its channel is closed and `error` is set. */
static enum outcome call(struct sandbox *sandbox, struct sandbox_worker *worker, const char *name,
	struct sandbox_answer *answer, struct error *error)
{
	size_t answer_size = offsetof(struct sandbox_answer, answer) + sandbox->work.answer_size;
	enum outcome outcome = await(sandbox, worker, answer, answer_size);
	if (outcome == ANSWERED && answer->size > sandbox->work.output_maximum)
		outcome = WRONG;
	if (outcome != ANSWERED) {
		end_call(sandbox, worker, name, outcome, error);
		return outcome;
	}
	worker->calls++;
	worker->spent = read_clock(worker->clock);
	worker->used += answer->size;
	return ANSWERED;
}

/* A worker that died may have been ended from outside, or by what an earlier input left behind in it: a fresh one tries
 * again. */
static enum outcome call_twice(struct sandbox *sandbox, struct sandbox_worker *worker, const char *name, const void *request,
	const unsigned char *input, size_t size, struct sandbox_answer *answer, struct error *error)
{
	enum outcome outcome = DIED;
	for (int attempt = 0; attempt < 2 && outcome == DIED; attempt++) {
		if (begin_call(sandbox, worker, request, input, size, error)) {
			error_within(error, name);
			return DIED;
		}
		outcome = call(sandbox, worker, name, answer, error);
	}
	return outcome;
}

int sandbox_run(struct sandbox *sandbox, const char *name, const void *request, const unsigned char *input, size_t size,
	void *answer, struct sandbox_result *result, struct error *error)
{
	struct sandbox_answer message;
	*result = (struct sandbox_result){0};
	if (size > sandbox->work.input_maximum)
		return error_set(error, name, "larger than %zu bytes", sandbox->work.input_maximum);
	struct sandbox_worker *worker = take_worker(sandbox);
	if (call_twice(sandbox, worker, name, request, input, size, &message, error) != ANSWERED) {
		give_back_worker(sandbox, worker);
		return -1;
	}
	memcpy(answer, message.answer, sandbox->work.answer_size);
	*result = (struct sandbox_result){worker, worker->memory + sandbox->layout.output_start, message.size};
	return 0;
}

void sandbox_release(struct sandbox *sandbox, struct sandbox_result *result)
{
	struct sandbox_worker *worker = result->worker;
	if (worker->used > MEMORY_KEPT)
		madvise(worker->memory, sandbox->layout.size, MADV_REMOVE);
	give_back_worker(sandbox, worker);
	*result = (struct sandbox_result){0};
}

/* ---- the whole ---- */

static int fork_keeper(struct sandbox *sandbox, struct error *error)
{
	int control[2];
	sigset_t before;
	pid_t parent = getpid();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control))
		return error_system(error, "sandbox");
	signals_hold(&before);
	sandbox->keeper = fork();
	if (sandbox->keeper == 0) {
		/* These reach all of a terminal's processes; those here end when the program does. */
		static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
		for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
			signal(numbers[i], SIG_IGN);
		signal(SIGCHLD, SIG_DFL); /* ignored, as it may have been inherited, it would lose how workers end */
		signals_release(&before);
		sandbox_keep(&sandbox->work, control[1], parent);
	}
	int failed = sandbox->keeper < 0 ? error_system(error, "sandbox") : 0;
	signals_release(&before);
	close(control[1]);
	sandbox->control = control[0];
	return failed;
}

int sandbox_start(struct sandbox **out, const struct sandbox_work *work, struct error *error)
{
	*out = NULL;
	struct sandbox *sandbox = calloc(1, sizeof *sandbox);
	if (!sandbox)
		return error_memory(error, "sandbox");
	sandbox->work = *work;
	sandbox->layout = sandbox_layout(work);
	pthread_mutex_init(&sandbox->orders, NULL);
	pthread_mutex_init(&sandbox->mutex, NULL);
	pthread_cond_init(&sandbox->freed, NULL);
	for (int i = SANDBOX_WORKERS_MAXIMUM - 1; i >= 0; i--) {
		sandbox->workers[i] = (struct sandbox_worker){.number = i, .channel = -1, .next = sandbox->free};
		sandbox->free = &sandbox->workers[i];
	}
	sandbox->control = -1;
	if (fork_keeper(sandbox, error) || renew_worker(sandbox, sandbox->free, error)) {
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
	while (sandbox->keeper > 0 && waitpid(sandbox->keeper, NULL, 0) < 0 && errno == EINTR)
		continue;
	for (int i = 0; i < SANDBOX_WORKERS_MAXIMUM; i++)
		close_channel(sandbox, &sandbox->workers[i]);
	pthread_cond_destroy(&sandbox->freed);
	pthread_mutex_destroy(&sandbox->mutex);
	pthread_mutex_destroy(&sandbox->orders);
	free(sandbox);
}
