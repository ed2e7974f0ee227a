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

/* A worker's limit of CPU time, in units of a call's limit: it is replaced when it has used one,
 * and its last call may have begun just before that and use another. */
enum { CPU_TIME_FACTOR = 2 };

struct sandbox_layout sandbox_layout(const struct sandbox_config *config)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t input_end = (config->input_maximum + page - 1) / page * page;
	size_t output_size = (config->output_maximum + page - 1) / page * page;
	return (struct sandbox_layout){input_end, input_end + page, input_end + page + output_size};
}

/* Has the kernel kill this process when its parent ends, however that ends. */
static void die_with_parent(pid_t parent)
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
		mprotect(start + layout->output_start, layout->size - layout->output_start,
			PROT_READ | PROT_WRITE))
		return NULL;
	return start;
}

static void serve_requests(const struct sandbox_config *config, const struct sandbox_layout *layout,
	unsigned char *memory)
{
	static struct worker_request request;
	static struct worker_response response;
	size_t request_size = offsetof(struct worker_request, request) + config->request_size;
	size_t response_size = offsetof(struct worker_response, response) + config->response_size;
	while (read(0, &request, request_size) == (ssize_t)request_size) {
		memset(&response, 0, sizeof response);
		response.size =
			config->task(request.request, memory + layout->input_end - request.size,
				request.size, response.response, memory + layout->output_start);
		if (write(0, &response, response_size) != (ssize_t)response_size)
			break;
	}
}

static _Noreturn void run_worker(const struct sandbox_config *config, int channel, int memory_file,
	pid_t supervisor)
{
	struct sandbox_layout layout = sandbox_layout(config);
	struct worker_startup startup = {0};
	die_with_parent(supervisor);
	prctl(PR_SET_NAME, config->name);
	unsigned char *memory = map_memory(memory_file, &layout);
	if (!memory || confine_descriptors(channel))
		_exit(1);
	startup.failed =
		confine(config->memory_maximum, CPU_TIME_FACTOR * (unsigned)config->seconds_maximum,
			&startup.error) != 0;
	if (write(0, &startup, sizeof startup) == (ssize_t)sizeof startup && !startup.failed)
		serve_requests(config, &layout, memory);
	_exit(SANDBOX_CHANNEL_BROKEN);
}

/* ---- the supervisor ---- */

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

/* Receives a request and its descriptors. Returns whether there was one. */
static bool receive_request(int control, struct supervisor_request *request, int descriptors[2])
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(2 * sizeof(int))];
	struct iovec part = {request, sizeof *request};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = space,
		.msg_controllen = sizeof space};
	descriptors[0] = descriptors[1] = -1;
	if (recvmsg(control, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *request)
		return false;
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS &&
		header->cmsg_len == CMSG_LEN(2 * sizeof(int)))
		memcpy(descriptors, CMSG_DATA(header), 2 * sizeof(int));
	return true;
}

static int start_worker(const struct sandbox_config *config, pid_t *worker,
	const int descriptors[2])
{
	pid_t supervisor = getpid();
	*worker = fork();
	if (*worker == 0)
		run_worker(config, descriptors[0], descriptors[1], supervisor);
	if (*worker > 0)
		return 0;
	*worker = 0;
	return errno;
}

void supervisor_run(const struct sandbox_config *config, int control, pid_t parent)
{
	static pid_t workers[SANDBOX_WORKERS_MAXIMUM];
	struct supervisor_request request;
	int descriptors[2];
	die_with_parent(parent);
	if (confine_descriptors(control))
		_exit(1);
	while (receive_request(0, &request, descriptors)) {
		struct supervisor_response response = {
			.status = end_worker(&workers[request.number])};
		if (request.start)
			response.failure =
				start_worker(config, &workers[request.number], descriptors);
		response.worker = workers[request.number];
		for (int i = 0; i < 2; i++)
			if (descriptors[i] >= 0)
				close(descriptors[i]);
		if (write(0, &response, sizeof response) != (ssize_t)sizeof response)
			break;
	}
	for (int i = 0; i < SANDBOX_WORKERS_MAXIMUM; i++)
		end_worker(&workers[i]);
	_exit(0);
}
