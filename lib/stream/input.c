#include "stream/input.h"
#include "stream/stream.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RELEASE_UNIT = 1 << 20 }; /* bytes: a multiple of every page size */

int stream_detect(const char *path, struct error *error)
{
	unsigned char start[8];
	struct stat status;
	if (strcmp(path, "-") == 0 || (stat(path, &status) == 0 && S_ISFIFO(status.st_mode)))
		return 1;
	ssize_t size = file_read_start(path, start, sizeof start, error);
	return size < 0 ? -1 : stream_has_magic(start, (size_t)size);
}

static int map_file(struct input *input, const struct stat *status, struct error *error)
{
	input->mapped = true;
	input->size = (size_t)status->st_size;
	input->modified = status->st_mtim;
	if (input->size == 0)
		return 0;
	void *map = mmap(NULL, input->size, PROT_READ, MAP_PRIVATE, input->descriptor, 0);
	if (map == MAP_FAILED)
		return error_system(error, input->name);
	input->map = map;
	return 0;
}

/* Enlarges a pipe from the default 64 KiB to the size of a chunk, so that its writer blocks less
 * often. Failure is ignored. */
static void widen_pipe(int descriptor)
{
	if (fcntl(descriptor, F_SETPIPE_SZ, 1 << 20) < 0)
		errno = 0;
}

int input_open(struct input *input, const char *path, struct error *error)
{
	bool standard = strcmp(path, "-") == 0;
	*input = (struct input){.descriptor = -1};
	input->name = text_format("%s", standard ? "standard input" : path);
	if (!input->name)
		return error_memory(error, path);
	struct stat status;
	input->descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int result = 0;
	if (input->descriptor < 0 || fstat(input->descriptor, &status))
		result = error_system(error, input->name);
	else if (S_ISDIR(status.st_mode))
		result = error_set(error, input->name, "is a folder");
	else if (!standard && S_ISREG(status.st_mode))
		result = map_file(input, &status, error);
	else if (S_ISFIFO(status.st_mode))
		widen_pipe(input->descriptor);
	if (result)
		input_close(input);
	return result;
}

/* Releases the pages that were read, so that a large file does not fill the memory. */
static void release_pages(struct input *input)
{
	size_t releasable = input->position / RELEASE_UNIT * RELEASE_UNIT;
	if (releasable > input->released)
		madvise(input->map + input->released, releasable - input->released, MADV_DONTNEED);
	input->released = releasable;
}

/* Reading a mapped file beyond the end raises SIGBUS if the file was truncated after mapping.
 * Checking the size first costs one call per chunk, and gives an error with the name of the file
 * unless it is truncated just afterwards. */
static int next_from_map(struct input *input, size_t size, const unsigned char **bytes,
	size_t *available, struct error *error)
{
	struct stat status;
	if (fstat(input->descriptor, &status))
		return error_system(error, input->name);
	if ((size_t)status.st_size < input->size)
		return error_set(error, input->name, "became shorter while it was read");
	release_pages(input);
	size_t left = input->size - input->position;
	*available = left < size ? left : size;
	*bytes = left ? input->map + input->position : NULL;
	input->position += *available;
	return *available == size;
}

static int reserve(struct input *input, size_t size, struct error *error)
{
	if (size <= input->capacity)
		return 0;
	unsigned char *buffer = realloc(input->buffer, size);
	if (!buffer)
		return error_memory(error, input->name);
	input->buffer = buffer;
	input->capacity = size;
	return 0;
}

/* Reads until `size` bytes are buffered. Returns 1, 0 at the end, or -1. */
static int fill_buffer(struct input *input, size_t size, struct error *error)
{
	if (reserve(input, size, error))
		return -1;
	while (input->buffered < size) {
		ssize_t got = read(input->descriptor, input->buffer + input->buffered,
			size - input->buffered);
		if (got == 0)
			return 0;
		if (got > 0)
			input->buffered += (size_t)got;
		else if (errno != EINTR)
			return error_system(error, input->name);
	}
	return 1;
}

static int next_from_descriptor(struct input *input, size_t size, const unsigned char **bytes,
	size_t *available, struct error *error)
{
	int result = fill_buffer(input, size, error);
	*available = input->buffered;
	*bytes = input->buffer;
	input->buffered = 0;
	return result;
}

int input_next(struct input *input, size_t size, const unsigned char **bytes, size_t *available,
	struct error *error)
{
	return input->mapped ? next_from_map(input, size, bytes, available, error)
			     : next_from_descriptor(input, size, bytes, available, error);
}

int input_peek(struct input *input, size_t size, const unsigned char **bytes, size_t *available,
	struct error *error)
{
	if (!input->mapped) {
		int result = fill_buffer(input, size, error);
		*bytes = input->buffer;
		*available = input->buffered;
		return result < 0 ? -1 : 0;
	}
	int result = next_from_map(input, size, bytes, available, error);
	input->position -= result < 0 ? 0 : *available;
	return result < 0 ? -1 : 0;
}

int input_read_all(struct input *input, size_t limit, unsigned char **bytes, size_t *size,
	struct error *error)
{
	const unsigned char *rest;
	size_t needed = input->mapped ? input->size - input->position : 1 << 16;
	int result = input->mapped ? 0 : 1;
	while (result == 1 && (result = fill_buffer(input, needed, error)) == 1 && needed <= limit)
		needed *= 2;
	if (result >= 0)
		result = input_next(input, input->mapped ? needed : input->buffered, &rest, size,
			error);
	if (result < 0)
		return -1;
	if (*size > limit)
		return error_set(error, input->name, "larger than %zu bytes", limit);
	*bytes = malloc(*size + 1);
	if (!*bytes)
		return error_memory(error, input->name);
	if (*size)
		memcpy(*bytes, rest, *size);
	(*bytes)[*size] = 0;
	return 0;
}

bool input_is_unchanged(const struct input *input)
{
	struct stat status;
	return fstat(input->descriptor, &status) == 0 && (size_t)status.st_size == input->size &&
		status.st_mtim.tv_sec == input->modified.tv_sec &&
		status.st_mtim.tv_nsec == input->modified.tv_nsec;
}

void input_close(struct input *input)
{
	if (input->map)
		munmap(input->map, input->size);
	if (input->descriptor > STDIN_FILENO)
		close(input->descriptor);
	free(input->buffer);
	free(input->name);
	*input = (struct input){.descriptor = -1};
}
