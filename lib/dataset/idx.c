#include "dataset/idx.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

enum { DIMENSIONS_MAXIMUM = 3 };

static bool read_all(gzFile file, void *bytes, size_t size)
{
	return gzread(file, bytes, (unsigned)size) == (int)size;
}

static int read_header(gzFile file, const char *path, int dimensions, struct ndarray *array,
	struct error *error)
{
	unsigned char magic[4], sizes[4 * DIMENSIONS_MAXIMUM];
	if (!read_all(file, magic, sizeof magic) || magic[0] || magic[1] || magic[2] != 8 ||
		magic[3] != dimensions)
		return error_set(error, path, "is not an IDX file of bytes in %d dimension%s",
			dimensions, dimensions > 1 ? "s" : "");
	if (!read_all(file, sizes, 4 * (size_t)dimensions))
		return error_set(error, path, "cut short: incomplete IDX header");
	size_t size = 1;
	for (int i = 0; i < dimensions; i++) {
		array->sizes[i] = load_u32_big(sizes + 4 * i);
		if (array->sizes[i] < 1)
			return error_set(error, path, "is an empty array");
		if (array->sizes[i] > NDARRAY_BYTES_MAXIMUM / size)
			return error_set(error, path, "holds more than %d bytes",
				NDARRAY_BYTES_MAXIMUM);
		size *= (size_t)array->sizes[i];
	}
	return 0;
}

static int read_values(gzFile file, const char *path, struct ndarray *array, struct error *error)
{
	size_t size = (size_t)ndarray_count(array);
	unsigned char extra, *bytes = malloc(size);
	if (!bytes)
		return error_memory(error, path);
	array->values = array->owned = bytes;
	if (!read_all(file, bytes, size))
		return error_set(error, path,
			"cut short or damaged: holds less than its header says");
	if (gzread(file, &extra, 1) != 0)
		return error_set(error, path, "damaged, or holds more than its header says");
	return 0;
}

bool idx_detect(const char *path)
{
	unsigned char magic[4];
	struct stat status;
	gzFile file =
		stat(path, &status) == 0 && S_ISREG(status.st_mode) ? gzopen(path, "rbe") : NULL;
	bool is_idx = file && read_all(file, magic, sizeof magic) && !magic[0] && !magic[1] &&
		magic[2] == 8 && magic[3] >= 1 && magic[3] <= DIMENSIONS_MAXIMUM;
	if (file)
		gzclose(file);
	return is_idx;
}

int idx_read(struct ndarray *array, const char *path, int dimensions, struct error *error)
{
	*array = (struct ndarray){.kind = NDARRAY_UNSIGNED,
		.size = 1,
		.rank = dimensions,
		.sizes = {1, 1, 1, 1}};
	gzFile file = gzopen(path, "rbe");
	if (!file)
		return error_system(error, path);
	int result = read_header(file, path, dimensions, array, error);
	if (result == 0)
		result = read_values(file, path, array, error);
	bool is_complete = gzclose(file) ==
		Z_OK; /* fails where the gzip trailer with the checksum is missing */
	if (result == 0 && !is_complete)
		result = error_set(error, path, "cut short");
	if (result)
		ndarray_free(array);
	return result;
}
