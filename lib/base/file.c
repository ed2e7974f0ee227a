#include "base/file.h"

#include "base/array.h"
#include "base/paths.h"
#include "base/protected.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAXIMUM = 40 }; /* in a chain of links, as in the kernel */

static int read_stream(FILE *stream, const char *path, size_t limit, unsigned char **bytes,
	size_t *size, struct error *error)
{
	unsigned char block[1 << 16];
	struct buffer buffer = {0};
	size_t got;
	bool stored;
	do {
		got = fread(block, 1, sizeof block, stream);
		stored = buffer_append(&buffer, block, got);
	} while (stored && got == sizeof block && buffer.size <= limit);
	int result = 0;
	if (!stored)
		result = error_memory(error, path);
	else if (ferror(stream))
		result = error_system(error, path);
	else if (buffer.size > limit)
		result = error_set(error, path, "larger than %zu bytes", limit);
	else if (!buffer_append(&buffer, "", 1))
		result = error_memory(error, path);
	if (result) {
		free(buffer.bytes);
		return -1;
	}
	*bytes = buffer.bytes;
	*size = buffer.size - 1;
	return 0;
}

int file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size,
	struct error *error)
{
	*bytes = NULL;
	*size = 0;
	if (strcmp(path, "-") == 0)
		return read_stream(stdin, "standard input", limit, bytes, size, error);
	FILE *stream = fopen(path, "rbe");
	if (!stream)
		return error_system(error, path);
	int result = file_is_folder(path) ? error_set(error, path, "is a folder")
					  : read_stream(stream, path, limit, bytes, size, error);
	fclose(stream);
	return result;
}

int file_open_regular(const char *path, struct stat *status, struct error *error)
{
	struct stat own;
	status = status ? status : &own;
	/* Without these flags opening a pipe would block until it has a writer, and a terminal
	 * would become the controlling one. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0 && errno != ENXIO) /* a socket */
		return error_system(error, path);
	if (file >= 0 && fstat(file, status) == 0 && S_ISREG(status->st_mode))
		return file;
	int failed = error_set(error, path,
		file_is_folder(path) ? "is a folder" : "is not a regular file");
	if (file >= 0)
		close(file);
	return failed;
}

int file_read_regular(const char *path, size_t limit, unsigned char **bytes, size_t *size,
	struct error *error)
{
	*bytes = NULL;
	*size = 0;
	int file = file_open_regular(path, NULL, error);
	if (file < 0)
		return -1;
	FILE *stream = fdopen(file, "rb");
	if (!stream) {
		error_system(error, path);
		close(file);
		return -1;
	}
	int result = read_stream(stream, path, limit, bytes, size, error);
	fclose(stream);
	return result;
}

/* Converts `bytes` from file_read to text; frees them on failure. */
static int unify_text(unsigned char *bytes, size_t size, const char *path, char **text,
	struct error *error)
{
	if (memchr(bytes, 0, size)) {
		free(bytes);
		return error_set(error, strcmp(path, "-") == 0 ? "standard input" : path,
			"is not text");
	}
	*text = (char *)bytes;
	text_unify_lines(*text);
	return 0;
}

int file_read_text(const char *path, size_t limit, char **text, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	*text = NULL;
	return file_read(path, limit, &bytes, &size, error)
		? -1
		: unify_text(bytes, size, path, text, error);
}

int file_read_regular_text(const char *path, size_t limit, char **text, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	*text = NULL;
	return file_read_regular(path, limit, &bytes, &size, error)
		? -1
		: unify_text(bytes, size, path, text, error);
}

ssize_t file_read_start(const char *path, void *start, size_t size, struct error *error)
{
	struct stat status;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return 0;
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got = file < 0 ? -1 : read(file, start, size);
	int result =
		got < 0 && error_kind_of(errno) == ERROR_MACHINE ? error_system(error, path) : 0;
	if (file >= 0)
		close(file);
	return got < 0 ? result : got;
}

char *file_join(const char *folder, const char *name)
{
	size_t length = strlen(folder);
	bool slash = length && folder[length - 1] == '/';
	return text_format("%s%s%s", folder, slash || !length ? "" : "/", name);
}

char *file_beside(const char *path, const char *name)
{
	return text_format("%.*s%s", (int)(text_base_name(path) - path), path, name);
}

static bool has_mode(const char *path, mode_t mode)
{
	struct stat status;
	return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == mode;
}

bool file_is_folder(const char *path)
{
	return has_mode(path, S_IFDIR);
}

bool file_is_special(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

int file_check_folder(const char *path, struct error *error)
{
	struct stat status;
	if (stat(path, &status) == 0)
		return S_ISDIR(status.st_mode);
	return error_kind_of(errno) == ERROR_MACHINE ? error_system(error, path) : 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0 || error_kind_of(errno) == ERROR_MACHINE;
}

/* Adds the name of an entry if it is of the kind; a dangling link is of neither. */
static int add_entry(const char *folder, const char *name, enum file_kind kind,
	struct text_list *names, struct error *error)
{
	struct stat status;
	char *path = file_join(folder, name);
	int result = 0;
	if (!path)
		result = error_memory(error, folder);
	else if (stat(path, &status) == 0)
		result = (status.st_mode & S_IFMT) == (kind == FILE_FOLDER ? S_IFDIR : S_IFREG)
			? text_list_add(names, name, error)
			: 0;
	else if (error_kind_of(errno) == ERROR_MACHINE)
		result = error_system(error, path);
	free(path);
	return result;
}

int file_list(const char *path, enum file_kind kind, struct text_list *names, struct error *error)
{
	DIR *folder = opendir(path);
	if (!folder)
		return error_system(error, path);
	int result = 0;
	struct dirent *entry;
	while (result == 0 && (errno = 0, entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			result = add_entry(path, entry->d_name, kind, names, error);
	if (result == 0 && errno)
		result = error_system(error, path);
	closedir(folder);
	text_list_sort(names);
	return result;
}

int file_make_folder(const char *path, struct error *error)
{
	if (file_is_folder(path))
		return 0;
	char *partial = *path ? strdup(path) : NULL;
	if (!partial)
		return *path ? error_memory(error, path)
			     : error_set(error, path, "is an empty name");
	int result = 0;
	for (char *p = partial + 1; result == 0; p++) {
		char c = *p;
		if (c && c != '/')
			continue;
		*p = 0;
		if (mkdir(partial, 0777) && !(errno == EEXIST && file_is_folder(partial)))
			result = errno == EEXIST ? error_set(error, partial, "is not a folder")
						 : error_system(error, partial);
		*p = c;
		if (!c)
			break;
	}
	free(partial);
	return result;
}

int file_make_parent(const char *path, struct error *error)
{
	size_t length = (size_t)(text_base_name(path) - path);
	char *parent = length ? strndup(path, length) : NULL;
	int result = parent ? file_make_folder(parent, error)
		: length    ? error_memory(error, path)
			    : 0;
	free(parent);
	return result;
}

/* Replaces *path by the target of that link, which need not exist. Returns 1, 0 if it is not a
 * link, or -1 with errno. */
static int follow_link(char **path)
{
	char *followed = path_follow_link(*path);
	if (!followed)
		return errno == EINVAL || errno == ENOENT ? 0 : -1;
	free(*path);
	*path = followed;
	return 1;
}

/* `path` with all links resolved, in allocated memory, or NULL with errno. */
static char *find_target(const char *path)
{
	char *target = strdup(path);
	int result = target ? 1 : -1;
	for (int links = 0; result == 1 && links <= LINKS_MAXIMUM; links++)
		result = follow_link(&target);
	if (result == 0)
		return target;
	errno = result == 1 ? ELOOP : errno;
	free(target);
	return NULL;
}

static void output_clear(struct output *output)
{
	unfinished_forget(&output->unfinished);
	free(output->path);
	free(output->target);
	*output = (struct output){0};
}

/* Copies the permissions of the file at `path`, and its owner if permitted. */
static int copy_mode(int descriptor, const char *path)
{
	struct stat old, new;
	if (stat(path, &old) || fstat(descriptor, &new))
		return errno == ENOENT ? 0 : -1;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
		fchown(descriptor, old.st_uid, old.st_gid))
		errno = 0;
	return fchmod(descriptor, old.st_mode & 0777);
}

static FILE *open_unfinished(struct output *output)
{
	int descriptor = unfinished_file(&output->unfinished, output->target);
	FILE *stream = NULL;
	if (descriptor >= 0 && copy_mode(descriptor, output->target) == 0)
		stream = fdopen(descriptor, "w+b");
	if (descriptor >= 0 && !stream) {
		int reason = errno;
		unfinished_remove(&output->unfinished);
		close(descriptor);
		errno = reason;
	}
	return stream;
}

/* That a result can't be written is no fault of the input that it is of. */
static int output_error(const char *name, struct error *error)
{
	char reason[128];
	return error_machine(error, name, "%s", strerror_r(errno, reason, sizeof reason));
}

int output_open(struct output *output, const char *path, struct error *error)
{
	*output = (struct output){0};
	if (!path || strcmp(path, "-") == 0) {
		output->stream = stdout;
		return 0;
	}
	if (file_is_folder(path))
		return error_machine(error, path, "is a folder");
	const char *input = protected_name_of(path);
	if (input)
		return error_machine(error, path, "would replace %s, which is read", input);
	output->path = strdup(path);
	output->target = find_target(path);
	struct stat status;
	bool direct = stat(path, &status) == 0 && !S_ISREG(status.st_mode);
	if (output->path && output->target)
		output->stream = direct ? fopen(path, "wbe") : open_unfinished(output);
	if (!output->stream) {
		int failed = output_error(path, error);
		output_clear(output);
		return failed;
	}
	return 0;
}

static const char *output_name(const struct output *output)
{
	return output->path ? output->path : "standard output";
}

int output_sync(struct output *output, struct error *error)
{
	FILE *stream = output->stream;
	bool failed = ferror(stream) != 0;
	/* The errno of an earlier write is lost: another byte fails with it again. */
	if (failed && putc(0, stream) != EOF)
		errno = EIO;
	failed |= fflush(stream) != 0;
	if (!failed && output->unfinished.path)
		failed = fsync(fileno(stream)) != 0;
	return failed ? output_error(output_name(output), error) : 0;
}

int output_commit(struct output *output, struct error *error)
{
	bool direct = !output->unfinished.path;
	int result = output_sync(output, error);
	/* The file is renamed before it is closed, as closing unlocks it; once synced, closing
	 * cannot lose data. */
	if (result == 0 && !direct && rename(output->unfinished.path, output->target))
		result = output_error(output_name(output), error);
	if (result)
		unfinished_remove(&output->unfinished);
	if (output->stream != stdout && fclose(output->stream) && direct && result == 0)
		result = output_error(output_name(output), error);
	output_clear(output);
	return result;
}

void output_abandon(struct output *output)
{
	unfinished_remove(&output->unfinished);
	if (output->stream && output->stream != stdout)
		fclose(output->stream);
	output_clear(output);
}

int output_bytes(const char *path, const void *bytes, size_t size, struct error *error)
{
	struct output output;
	if (output_open(&output, path, error))
		return -1;
	if (fwrite(bytes, 1, size, output.stream) == size)
		return output_commit(&output, error);
	int failed = output_error(output_name(&output), error);
	output_abandon(&output);
	return failed;
}
