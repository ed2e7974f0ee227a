#include "sandbox/supervisor.h"

#include "sandbox/confine.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A worker's processor time, in calls that take all that a call may: it is replaced when it has used up one, and the call
 * before that may use another. */
enum { CALLS_OF_TIME = 2 };

struct sandbox_layout sandbox_layout(const struct sandbox_work *work)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t input_end = (work->input_maximum + page - 1) / page * page;
	size_t output_room = (work->output_maximum + page - 1) / page * page;
	return (struct sandbox_layout){input_end, input_end + page, input_end + page + output_room};
}

/* Ends with the process that forked this one, however that ends. */
static void live_no_longer_than(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(1);
}

/* ---- a worker ---- */

/* Maps the memory: input to read, output to write. Returns its start, or NULL with errno. */
static unsigned char *map_memory(int memory, const struct sandbox_layout *layout)
{
	unsigned char *start = mmap(NULL, layout->size, PROT_NONE, MAP_SHARED, memory, 0);
	if (start == MAP_FAILED)
		return NULL;
	if (mprotect(start, layout->input_end, PROT_READ) ||
		mprotect(start + layout->output_start, layout->size - layout->output_start, PROT_READ | PROT_WRITE))
		return NULL;
	return start;
}

static void serve(const struct sandbox_work *work, const struct sandbox_layout *layout, unsigned char *memory)
{
	static struct sandbox_request request;
	static struct sandbox_answer answer;
	size_t request_size = offsetof(struct sandbox_request, request) + work->request_size;
	size_t answer_size = offsetof(struct sandbox_answer, answer) + work->answer_size;
	while (read(0, &request, request_size) == (ssize_t)request_size) {
		memset(&answer, 0, sizeof answer);
		answer.size = work->task(request.request, memory + layout->input_end - request.size, request.size,
			answer.answer, memory + layout->output_start);
		if (write(0, &answer, answer_size) != (ssize_t)answer_size)
			break;
	}
}

static _Noreturn void work_confined(const struct sandbox_work *work, int channel, int memory_file, pid_t keeper)
{
	struct sandbox_layout layout = sandbox_layout(work);
	struct sandbox_hello hello = {0};
	live_no_longer_than(keeper);
	prctl(PR_SET_NAME, work->name);
	unsigned char *memory = map_memory(memory_file, &layout);
	if (!memory || confine_descriptors(channel))
		_exit(1);
	hello.failed = confine(work->memory_maximum, CALLS_OF_TIME * (unsigned)work->seconds_maximum, &hello.error) != 0;
	if (write(0, &hello, sizeof hello) == (ssize_t)sizeof hello && !hello.failed)
		serve(work, &layout, memory);
	_exit(SANDBOX_CHANNEL_BROKEN);
}

/* ---- the keeper ---- */

static int end_worker(pid_t *worker)
{
	int status = 0;
	if (*worker > 0) {
		kill(*worker, SIGKILL);
		while (waitpid(*worker, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	*worker = 0;
	return status;
}

/* Takes an order and what descriptors come along. Returns whether there was one. */
static bool take_order(int control, struct sandbox_order *order, int descriptors[2])
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(2 * sizeof(int))];
	struct iovec part = {order, sizeof *order};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
	descriptors[0] = descriptors[1] = -1;
	if (recvmsg(control, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *order)
		return false;
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(2 * sizeof(int)))
		memcpy(descriptors, CMSG_DATA(header), 2 * sizeof(int));
	return true;
}

static int start_worker(const struct sandbox_work *work, pid_t *worker, const int descriptors[2])
{
	pid_t keeper = getpid();
	*worker = fork();
	if (*worker == 0)
		work_confined(work, descriptors[0], descriptors[1], keeper);
	if (*worker > 0)
		return 0;
	*worker = 0;
	return errno;
}

void sandbox_keep(const struct sandbox_work *work, int control, pid_t parent)
{
	static pid_t workers[SANDBOX_WORKERS_MAXIMUM];
	struct sandbox_order order;
	int descriptors[2];
	live_no_longer_than(parent);
	if (confine_descriptors(control))
		_exit(1);
	while (take_order(0, &order, descriptors)) {
		struct sandbox_report report = {.status = end_worker(&workers[order.number])};
		if (order.start)
			report.failure = start_worker(work, &workers[order.number], descriptors);
		report.worker = workers[order.number];
		for (int i = 0; i < 2; i++)
			if (descriptors[i] >= 0)
				close(descriptors[i]);
		if (write(0, &report, sizeof report) != (ssize_t)sizeof report)
			break;
	}
	for (int i = 0; i < SANDBOX_WORKERS_MAXIMUM; i++)
		end_worker(&workers[i]);
	_exit(0);
}
