#include "stream/input.h"
#include "stream/stream.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RELEASED_TOGETHER = 1 << 20 }; /* bytes: a multiple of every page size */

bool stream_detect(const char *path)
{
	unsigned char start[8];
	struct stat status;
	if (strcmp(path, "-") == 0)
		return true;
	if (stat(path, &status))
		return false;
	FILE *file = S_ISREG(status.st_mode) ? fopen(path, "rbe") : NULL;
	if (!file)
		return S_ISFIFO(status.st_mode);
	bool stream = stream_has_magic(start, fread(start, 1, sizeof start, file));
	fclose(file);
	return stream;
}

static int map_file(struct input *input, const struct stat *status, struct error *error)
{
	input->mapped = true;
	input->size = (size_t)status->st_size;
	if (input->size == 0)
		return 0;
	void *map = mmap(NULL, input->size, PROT_READ, MAP_PRIVATE, input->descriptor, 0);
	if (map == MAP_FAILED)
		return error_system(error, input->name);
	input->map = map;
	return 0;
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
	if (result)
		input_close(input);
	return result;
}

/* What was read is given back, or all of a long file would be held in the end. */
static void release_behind(struct input *input)
{
	size_t behind = input->position / RELEASED_TOGETHER * RELEASED_TOGETHER;
	if (behind > input->released)
		madvise(input->map + input->released, behind - input->released, MADV_DONTNEED);
	input->released = behind;
}

/* A file cut while it is mapped would end the process at the first byte beyond; asking its size first costs one
 * call for a chunk and leaves only the moment after it. */
static int next_mapped(struct input *input, size_t size, const unsigned char **bytes, size_t *available,
	struct error *error)
{
	struct stat status;
	if (fstat(input->descriptor, &status))
		return error_system(error, input->name);
	if ((size_t)status.st_size < input->size)
		return error_set(error, input->name, "became shorter while it was read");
	release_behind(input);
	size_t left = input->size - input->position;
	*available = left < size ? left : size;
	*bytes = left ? input->map + input->position : NULL;
	input->position += *available;
	return *available == size;
}

static int next_read(struct input *input, size_t size, const unsigned char **bytes, size_t *available,
	struct error *error)
{
	if (size > input->capacity) {
		free(input->buffer);
		input->buffer = malloc(size);
		input->capacity = input->buffer ? size : 0;
		if (!input->buffer)
			return error_memory(error, input->name);
	}
	*available = 0;
	*bytes = input->buffer;
	while (*available < size) {
		ssize_t got = read(input->descriptor, input->buffer + *available, size - *available);
		if (got == 0)
			return 0;
		if (got > 0)
			*available += (size_t)got;
		else if (errno != EINTR)
			return error_system(error, input->name);
	}
	return 1;
}

int input_next(struct input *input, size_t size, const unsigned char **bytes, size_t *available,
	struct error *error)
{
	return input->mapped ? next_mapped(input, size, bytes, available, error)
			     : next_read(input, size, bytes, available, error);
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
