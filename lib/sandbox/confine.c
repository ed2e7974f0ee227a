#include "sandbox/confine.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>

/* System call numbers are those of the target processor; the filter checks that first. */
#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined __riscv && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#error "lib/sandbox/confine.c: name this processor's AUDIT_ARCH"
#endif

/* Loads the lower half of an argument: the processors named above are little-endian. */
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define IF_ANY_BIT(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define ALLOW(call) IF_EQUAL(__NR_##call, 0, 1), RETURN(SECCOMP_RET_ALLOW)
#if defined __NR_time
#define ALLOW_TIME ALLOW(time),
#else
#define ALLOW_TIME
#endif

static const struct sock_filter filter[] = {
	LOAD(arch),
	IF_EQUAL(ARCHITECTURE, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	ALLOW(read),
	ALLOW(write),
	ALLOW(brk),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(exit_group),
	ALLOW_TIME ALLOW(gettimeofday),
	ALLOW(clock_gettime), /* where the vDSO does not serve these */
	ALLOW(sysinfo),       /* qsort() of more than 1024 bytes asks for the size of memory */
	IF_EQUAL(__NR_openat, 0, 1),
	RETURN(SECCOMP_RET_ERRNO | EPERM),
	/* malloc() in a thread other than the first grows and shrinks its arena by these two. */
	IF_EQUAL(__NR_mprotect, 0, 4),
	LOAD(args[2]),
	IF_ANY_BIT(PROT_EXEC, 1, 0),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	IF_EQUAL(__NR_madvise, 0, 4),
	LOAD(args[2]),
	IF_EQUAL(MADV_DONTNEED, 0, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	IF_EQUAL(__NR_futex, 0, 4), /* pthread_once() wakes waiters */
	LOAD(args[1]),
	IF_EQUAL(FUTEX_WAKE_PRIVATE, 0, 1),
	RETURN(SECCOMP_RET_ALLOW),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	IF_EQUAL(__NR_mmap, 0, 4),
	LOAD(args[2]),
	IF_ANY_BIT(PROT_EXEC, 2, 0),
	LOAD(args[3]),
	IF_ANY_BIT(MAP_ANONYMOUS, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	RETURN(SECCOMP_RET_ALLOW),
};

int confine_descriptors(int descriptor)
{
	return dup2(descriptor, 0) < 0 || close_range(1, ~0u, 0) ? -1 : 0;
}

/* Bytes of address space in use; 0 if unknown. */
static size_t address_space(void)
{
	unsigned long pages = 0;
	FILE *stream = fopen("/proc/self/statm", "re");
	if (!stream || fscanf(stream, "%lu", &pages) != 1)
		pages = 0;
	if (stream)
		fclose(stream);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Keeps a lower limit that is set already. SIGXCPU comes at the soft limit of CPU time, SIGKILL at
 * the hard one. */
static int set_limit(int resource, rlim_t soft, rlim_t margin)
{
	struct rlimit now;
	if (getrlimit(resource, &now))
		return -1;
	rlim_t hard = soft + margin < now.rlim_max ? soft + margin : now.rlim_max;
	return setrlimit(resource, &(struct rlimit){soft < hard ? soft : hard, hard});
}

int confine_resources(size_t memory, unsigned seconds, struct error *error)
{
	size_t used = address_space();
	if (!used)
		return error_set(error, "sandbox", "/proc/self/statm cannot be read");
	if (set_limit(RLIMIT_AS, used + memory, 0) || set_limit(RLIMIT_CPU, seconds, 1) ||
		set_limit(RLIMIT_FSIZE, 0, 0) || set_limit(RLIMIT_NOFILE, 0, 0) ||
		set_limit(RLIMIT_CORE, 0, 0))
		return error_system(error, "sandbox: setrlimit");
	return 0;
}

int confine_calls(struct error *error)
{
	struct sock_fprog program = {sizeof filter / sizeof *filter, (struct sock_filter *)filter};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return error_system(error, "sandbox: seccomp");
	return 0;
}

int confine(size_t memory, unsigned seconds, struct error *error)
{
	return confine_resources(memory, seconds, error) || confine_calls(error) ? -1 : 0;
}
