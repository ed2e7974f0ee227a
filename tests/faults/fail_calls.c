/* Fault injection by LD_PRELOAD: makes selected library calls of a program fail, or ends the
 * program at one:
 *
 *   FAIL_CALL=rename,mkdir   which calls are counted, by name, together
 *   FAIL_PATH=TEXT           only calls of which a path contains TEXT; not set: all
 *   FAIL_AT=3                the third call fails; not set: none
 *   FAIL_FOREVER=1           and all after it
 *   FAIL_ERRNO=EIO           with this error (the default); or a signal, SIGKILL or SIGTERM, which
 * is sent instead of a failure FAIL_ALWAYS=renameat2    calls that always fail with ENOSYS, as on a
 * system without them; not counted FAIL_LOG=FILE            appends a line "CALL PATH" for each
 * counted call, prefixed with "failed " if it fails
 *
 * Names are those of the table below; open64 counts as open, and so on. Each process counts
 * separately, over all its threads. Calls inside the C library (fopen opens, fflush writes) are not
 * counted: fopen, fread, fwrite, fflush and fclose are counted under their own names. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ERRORS_MAXIMUM = 200, LINE_SIZE = 512 };

static struct {
	const char *calls, *missing, *path, *log;
	long at; /* counted from 1; 0 is never */
	bool forever;
	int error, signal; /* one of them; 0 is none */
} settings;

/* The number of an error or a signal, as `name_of` calls it. */
static int number_of(const char *name, const char *(*name_of)(int number))
{
	for (int number = 1; number < ERRORS_MAXIMUM; number++) {
		const char *candidate = name_of(number);
		if (candidate && strcmp(candidate, name) == 0)
			return number;
	}
	fprintf(stderr, "fail_calls: %s: there is no such error or signal\n", name);
	abort();
}

__attribute__((constructor)) static void read_settings(void)
{
	const char *at = getenv("FAIL_AT"), *forever = getenv("FAIL_FOREVER"),
		   *error = getenv("FAIL_ERRNO");
	const char *path = getenv("FAIL_PATH");
	settings.path = path && *path ? path : NULL;
	settings.log = getenv("FAIL_LOG");
	settings.at = at ? strtol(at, NULL, 10) : 0;
	settings.forever = forever && strcmp(forever, "1") == 0;
	if (error && strncmp(error, "SIG", 3) == 0)
		settings.signal = number_of(error + 3, sigabbrev_np);
	else
		settings.error = number_of(error ? error : "EIO", strerrorname_np);
	settings.calls = getenv("FAIL_CALL");
	settings.missing = getenv("FAIL_ALWAYS");
}

static bool is_among(const char *calls, const char *call)
{
	size_t length = strlen(call);
	for (const char *at = calls; at && (at = strstr(at, call)); at += length)
		if ((at == calls || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

static bool contains(const char *path)
{
	return path && strstr(path, settings.path);
}

/* By system calls, which are not counted; one write per line, as several processes append. */
static void write_log(bool failed, const char *call, const char *path, const char *other)
{
	char line[LINE_SIZE];
	size_t length = 0;
	const char *parts[] = {failed ? "failed " : "", call, path ? " " : "", path ? path : "",
		other ? " " : "", other ? other : ""};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (const char *from = parts[i]; *from && length < sizeof line - 1; from++)
			line[length++] = *from;
	line[length++] = '\n';
	int file = (int)syscall(SYS_openat, AT_FDCWD, settings.log,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	syscall(SYS_write, file, line, length);
	syscall(SYS_close, file);
}

/* Counts a call. Returns whether it must fail, with errno set; else errno is unchanged. */
static bool fails_on(const char *call, const char *path, const char *other)
{
	static atomic_long counted;
	if (is_among(settings.missing, call)) {
		errno = ENOSYS;
		return true;
	}
	if (!is_among(settings.calls, call) ||
		(settings.path && !contains(path) && !contains(other)))
		return false;
	int before = errno;
	long number = atomic_fetch_add(&counted, 1) + 1;
	bool failed = settings.at &&
		(number == settings.at || (settings.forever && number > settings.at));
	if (settings.log)
		write_log(failed, call, path, other);
	if (failed && settings.signal)
		syscall(SYS_kill, (int)getpid(), settings.signal);
	errno = failed && settings.error ? settings.error : before;
	return failed && settings.error;
}

/* A call under the name `symbol`, counted as `call`; (path, other) are matched with FAIL_PATH. */
#define WRAP(type, symbol, call, parameters, arguments, path, other, failure) \
	type symbol parameters; \
	type symbol parameters \
	{ \
		static type(*next) parameters; \
		if (fails_on(call, path, other)) \
			return failure; \
		if (!next) \
			next = (type(*) parameters)dlsym(RTLD_NEXT, #symbol); \
		return next arguments; \
	}

/* ---- memory: not through dlsym, which allocates ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
	return fails_on("malloc", NULL, NULL) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails_on("calloc", NULL, NULL) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return fails_on("realloc", NULL, NULL) ? NULL : __libc_realloc(memory, size);
}

WRAP(void *, aligned_alloc, "aligned_alloc", (size_t alignment, size_t size), (alignment, size),
	NULL, NULL, NULL)
WRAP(int, posix_memalign, "posix_memalign", (void **memory, size_t alignment, size_t size),
	(memory, alignment, size), NULL, NULL, errno)
WRAP(void *, mmap, "mmap",
	(void *at, size_t size, int protection, int flags, int file, off_t offset),
	(at, size, protection, flags, file, offset), NULL, NULL, MAP_FAILED)

/* ---- opening: the mode argument exists only with O_CREAT or O_TMPFILE ---- */

#define WRAP_OPEN(symbol, call, parameters, last, arguments) \
	int symbol parameters \
	{ \
		static int(*next) parameters; \
		va_list more; \
		va_start(more, last); \
		mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
		va_end(more); \
		if (fails_on(call, path, NULL)) \
			return -1; \
		if (!next) \
			next = (int(*) parameters)dlsym(RTLD_NEXT, #symbol); \
		return next arguments; \
	}
WRAP_OPEN(open, "open", (const char *path, int flags, ...), flags, (path, flags, mode))
WRAP_OPEN(open64, "open", (const char *path, int flags, ...), flags, (path, flags, mode))
WRAP_OPEN(openat, "openat", (int folder, const char *path, int flags, ...), flags,
	(folder, path, flags, mode))
WRAP_OPEN(openat64, "openat", (int folder, const char *path, int flags, ...), flags,
	(folder, path, flags, mode))
WRAP(int, __open_2, "open", (const char *path, int flags), (path, flags), path, NULL, -1)
WRAP(int, __openat_2, "openat", (int folder, const char *path, int flags), (folder, path, flags),
	path, NULL, -1)

WRAP(FILE *, fopen, "fopen", (const char *path, const char *mode), (path, mode), path, NULL, NULL)
WRAP(FILE *, fopen64, "fopen", (const char *path, const char *mode), (path, mode), path, NULL, NULL)
WRAP(FILE *, fdopen, "fdopen", (int file, const char *mode), (file, mode), NULL, NULL, NULL)
WRAP(DIR *, opendir, "opendir", (const char *path), (path), path, NULL, NULL)
WRAP(DIR *, fdopendir, "fdopendir", (int file), (file), NULL, NULL, NULL)

/* ---- reading and writing ---- */

WRAP(ssize_t, read, "read", (int file, void *bytes, size_t size), (file, bytes, size), NULL, NULL,
	-1)
WRAP(ssize_t, __read_chk, "read", (int file, void *bytes, size_t size, size_t room),
	(file, bytes, size, room), NULL, NULL, -1)
WRAP(ssize_t, pread, "pread", (int file, void *bytes, size_t size, off_t at),
	(file, bytes, size, at), NULL, NULL, -1)
WRAP(ssize_t, pread64, "pread", (int file, void *bytes, size_t size, off_t at),
	(file, bytes, size, at), NULL, NULL, -1)
WRAP(ssize_t, write, "write", (int file, const void *bytes, size_t size), (file, bytes, size), NULL,
	NULL, -1)
WRAP(ssize_t, pwrite, "pwrite", (int file, const void *bytes, size_t size, off_t at),
	(file, bytes, size, at), NULL, NULL, -1)
WRAP(ssize_t, pwrite64, "pwrite", (int file, const void *bytes, size_t size, off_t at),
	(file, bytes, size, at), NULL, NULL, -1)
/* Fails as the C library has it: feof and ferror tell an error from the end. */
static size_t fail_stream(FILE *file)
{
	file->_flags |= _IO_ERR_SEEN;
	return 0;
}

WRAP(size_t, fread, "fread", (void *bytes, size_t size, size_t count, FILE *file),
	(bytes, size, count, file), NULL, NULL, fail_stream(file))
WRAP(size_t, fwrite, "fwrite", (const void *bytes, size_t size, size_t count, FILE *file),
	(bytes, size, count, file), NULL, NULL, fail_stream(file))
WRAP(int, fflush, "fflush", (FILE * file), (file), NULL, NULL, EOF)
WRAP(int, fclose, "fclose", (FILE * file), (file), NULL, NULL, EOF)
WRAP(int, close, "close", (int file), (file), NULL, NULL, -1)
WRAP(int, fsync, "fsync", (int file), (file), NULL, NULL, -1)
WRAP(int, ftruncate, "ftruncate", (int file, off_t size), (file, size), NULL, NULL, -1)
WRAP(int, flock, "flock", (int file, int operation), (file, operation), NULL, NULL, -1)
WRAP(int, fchmod, "fchmod", (int file, mode_t mode), (file, mode), NULL, NULL, -1)

/* ---- names ---- */

WRAP(int, rename, "rename", (const char *from, const char *to), (from, to), from, to, -1)
WRAP(int, renameat, "renameat", (int folder, const char *from, int other, const char *to),
	(folder, from, other, to), from, to, -1)
WRAP(int, renameat2, "renameat2",
	(int folder, const char *from, int other, const char *to, unsigned flags),
	(folder, from, other, to, flags), from, to, -1)
WRAP(int, link, "link", (const char *from, const char *to), (from, to), from, to, -1)
WRAP(int, linkat, "linkat", (int folder, const char *from, int other, const char *to, int flags),
	(folder, from, other, to, flags), from, to, -1)
WRAP(int, symlink, "symlink", (const char *target, const char *path), (target, path), target, path,
	-1)
WRAP(ssize_t, readlink, "readlink", (const char *path, char *out, size_t size), (path, out, size),
	path, NULL, -1)
WRAP(char *, realpath, "realpath", (const char *path, char *out), (path, out), path, NULL, NULL)
WRAP(int, unlink, "unlink", (const char *path), (path), path, NULL, -1)
WRAP(int, unlinkat, "unlinkat", (int folder, const char *path, int flags), (folder, path, flags),
	path, NULL, -1)
WRAP(int, mkdir, "mkdir", (const char *path, mode_t mode), (path, mode), path, NULL, -1)
WRAP(int, mkdirat, "mkdirat", (int folder, const char *path, mode_t mode), (folder, path, mode),
	path, NULL, -1)
WRAP(int, rmdir, "rmdir", (const char *path), (path), path, NULL, -1)
WRAP(struct dirent *, readdir, "readdir", (DIR * folder), (folder), NULL, NULL, NULL)
WRAP(struct dirent64 *, readdir64, "readdir", (DIR * folder), (folder), NULL, NULL, NULL)
WRAP(ssize_t, getdents64, "getdents64", (int folder, void *bytes, size_t size),
	(folder, bytes, size), NULL, NULL, -1)
WRAP(int, stat, "stat", (const char *path, struct stat *status), (path, status), path, NULL, -1)
WRAP(int, lstat, "lstat", (const char *path, struct stat *status), (path, status), path, NULL, -1)
WRAP(int, fstat, "fstat", (int file, struct stat *status), (file, status), NULL, NULL, -1)
WRAP(int, access, "access", (const char *path, int mode), (path, mode), path, NULL, -1)

/* ---- processes and threads ---- */

WRAP(int, pthread_create, "pthread_create",
	(pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *),
		void *argument),
	(thread, attributes, run, argument), NULL, NULL, errno)
WRAP(pid_t, fork, "fork", (void), (), NULL, NULL, -1)
