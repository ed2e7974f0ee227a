#include "model/model.h"

#include "base/file.h"
#include "model/weights.h"
#include "sandbox/child.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file has the network's weights, perhaps in double precision and with the state of an optimizer,
 * which may be several times as many; names and metadata. */
enum { FILE_FACTOR = 16, FILE_BASE = 64 << 20 };

/* Generous limits for a valid file: HDF5's own memory; copies of values that are decompressed,
 * unshuffled and converted. */
enum { MEMORY_BASE = 32 << 20, MEMORY_FACTOR = 4, BYTES_PER_SECOND = 64 << 20 };

static int find_parameters(const struct weights_file *file, const struct network *network,
	float *values, struct weights_location *locations)
{
	struct text_list arrays = {0};
	int count = network_parameter_count(network);
	int result = weights_list(file, network, &arrays);
	if (result == 0 && arrays.count != (size_t)count)
		result = error_set(file->error, file->path,
			"has %zu weight arrays; the network has %d", arrays.count, count);
	for (int i = 0; result == 0 && i < count; i++) {
		struct parameter parameter = network_parameter(network, i);
		result = weights_read_array(file, arrays.items[i], &parameter, values,
			&locations[i]);
		values += parameter.count;
	}
	text_list_free(&arrays);
	return result;
}

int weights_parse(const void *bytes, size_t size, const char *path, const struct network *network,
	float *values, struct weights_location *locations, struct error *error)
{
	struct weights_file file;
	int result = weights_file_open(&file, bytes, size, path, error);
	if (result == 0) {
		result = find_parameters(&file, network, values, locations);
		weights_file_close(&file);
	}
	/* Out of memory, HDF5 may report something as missing or damaged. */
	if (result && file.out_of_memory)
		error_set(error, path,
			"needs more memory than is available, or than a valid file needs");
	return result;
}

/* A file to parse, and memory for the results, shared with the child process that parses it. */
struct weights_reading {
	const char *path;
	const unsigned char *bytes;
	size_t size;
	struct network *network;
	float *values;
	struct weights_location *locations;
	size_t values_size, locations_size; /* bytes */
	struct child child;
};

static int parse_task(void *context, struct error *error)
{
	const struct weights_reading *job = context;
	return weights_parse(job->bytes, job->size, job->path, job->network, job->values,
		job->locations, error);
}

static int start_child(struct weights_reading *job, struct error *error)
{
	size_t total = job->size + job->values_size;
	struct child_limits limits = {MEMORY_BASE + MEMORY_FACTOR * total,
		1 + (unsigned)(total / BYTES_PER_SECOND)};
	return child_start(&job->child, parse_task, job, &limits, error) ? -1 : 0;
}

/* Address of the values of parameter `index`: in the file, or `values` if they were converted; NULL
 * for an invalid location. */
static const void *locate(const struct weights_reading *job, int index, size_t size,
	const float *values)
{
	struct weights_location location =
		job->locations[index]; /* untrusted: a malicious file may control the child */
	if (location.converted)
		return values;
	return size <= job->size && location.offset <= job->size - size
		? job->bytes + location.offset
		: NULL;
}

static int copy_parameter(const struct weights_reading *job, int index, const float *values,
	struct error *error)
{
	struct parameter parameter = network_parameter(job->network, index);
	size_t size = parameter.count * sizeof *values;
	const void *found = locate(job, index, size, values);
	if (!found)
		return error_set(error, job->path, "is a damaged HDF5 file");
	if (network_set_parameter(job->network, index, found))
		return 0;
	return error_set(error, job->path, "%s of layer '%s' has a value that is not finite",
		parameter.name, parameter.layer);
}

static int copy_values(const struct weights_reading *job, struct error *error)
{
	const float *values = job->values;
	int result = 0;
	for (int i = 0; result == 0 && i < network_parameter_count(job->network); i++) {
		result = copy_parameter(job, i, values, error);
		values += network_parameter(job->network, i).count;
	}
	return result;
}

/* Mapped, since reading would double the time of a cold start here. */
static int map_weights(struct weights_reading *job, struct error *error)
{
	struct stat status;
	int file = file_open_regular(job->path, &status, error);
	if (file < 0)
		return -1;
	job->size = (size_t)status.st_size;
	bool fits = job->size <= FILE_BASE + FILE_FACTOR * job->values_size;
	void *bytes = fits && job->size ? mmap(NULL, job->size, PROT_READ, MAP_PRIVATE, file, 0)
					: MAP_FAILED;
	int result = !fits
		? error_set(error, job->path,
			  "has %zu MB, far more than the network's weights take (%zu MB)",
			  job->size >> 20, job->values_size >> 20)
		: job->size == 0
		? error_set(error, job->path, "is not an HDF5 file, or a damaged one")
		: bytes == MAP_FAILED ? error_system(error, job->path)
				      : 0;
	close(file);
	job->bytes = result ? NULL : bytes;
	return result;
}

static void free_reading(struct weights_reading *job)
{
	child_memory_free(job->locations, job->locations_size);
	child_memory_free(job->values, job->values_size);
	if (job->bytes)
		munmap((void *)job->bytes, job->size);
	free(job);
}

static int start_reading(struct weights_reading *job, struct error *error)
{
	struct network *network = job->network;
	/* One more, since memory can't be empty. */
	job->locations_size =
		((size_t)network_parameter_count(network) + 1) * sizeof *job->locations;
	job->values_size = sizeof *job->values;
	for (int i = 0; i < network_parameter_count(network); i++)
		job->values_size += network_parameter(network, i).count * sizeof *job->values;
	if (map_weights(job, error))
		return -1;
	/* Pages that are not touched use no memory. */
	job->values = child_memory(job->values_size);
	job->locations = child_memory(job->locations_size);
	return job->values && job->locations ? start_child(job, error)
					     : error_memory(error, job->path);
}

struct weights_reading *weights_read_start(struct network *network, const char *path,
	struct error *error)
{
	struct weights_reading *job = calloc(1, sizeof *job);
	if (!job) {
		error_memory(error, path);
		return NULL;
	}
	*job = (struct weights_reading){.path = path, .network = network};
	if (start_reading(job, error) == 0)
		return job;
	free_reading(job);
	return NULL;
}

int weights_read_finish(struct weights_reading *job, struct error *error)
{
	int result = child_wait(&job->child, error);
	if (result == CHILD_DIED)
		error_set(error, job->path,
			"HDF5 cannot read it: a damaged file, or out of memory");
	if (result == 0)
		result = copy_values(job, error);
	free_reading(job);
	return result ? -1 : 0;
}

int weights_read(struct network *network, const char *path, struct error *error)
{
	struct weights_reading *job = weights_read_start(network, path, error);
	return job ? weights_read_finish(job, error) : -1;
}
