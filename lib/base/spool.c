#include "base/spool.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char *folder_name(void)
{
	const char *folder = getenv("TMPDIR");
	return folder && *folder ? folder : "/tmp";
}

static int make_file(struct spool *spool, struct error *error)
{
	char *path = file_join(folder_name(), "millrace.XXXXXX");
	if (!path)
		return error_memory(error, folder_name());
	spool->descriptor = mkostemp(path, O_CLOEXEC);
	int result = spool->descriptor < 0 ? error_system(error, folder_name()) : 0;
	if (result == 0)
		unlink(path);
	free(path);
	return result;
}

int spool_add(struct spool *spool, const void *bytes, size_t size, uint64_t *offset,
	struct error *error)
{
	if (spool->descriptor < 0 && make_file(spool, error))
		return -1;
	*offset = spool->size;
	for (const char *rest = bytes; size > 0;) {
		ssize_t written = pwrite(spool->descriptor, rest, size, (off_t)spool->size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return error_system(error, folder_name());
		rest += written;
		size -= (size_t)written;
		spool->size += (uint64_t)written;
	}
	return 0;
}

void spool_reset(struct spool *spool)
{
	spool->size = 0;
}

void spool_close(struct spool *spool)
{
	if (spool->descriptor >= 0)
		close(spool->descriptor);
	*spool = SPOOL_EMPTY;
}

int spool_read(int descriptor, uint64_t offset, void *bytes, size_t size, const char *name,
	struct error *error)
{
	for (char *rest = bytes; size > 0;) {
		ssize_t got = pread(descriptor, rest, size, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(error, name);
		if (got == 0)
			return error_set(error, name, "has become shorter while it was in use");
		rest += got;
		size -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}
