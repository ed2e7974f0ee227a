#include "model/model.h"

#include "base/child.h"
#include "base/file.h"
#include "model/weights.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t FILE_MAXIMUM = (size_t)4 << 30;

/* What a good file needs, with room: the library's own memory; values that are unpacked, shuffled back and converted. */
enum { MEMORY_BASE = 32 << 20, MEMORY_FACTOR = 4, BYTES_PER_SECOND = 64 << 20 };

static int find_parameters(const struct weights_file *file, const struct network *network, float *values,
	struct weights_place *places)
{
	struct text_list arrays = {0};
	int count = network_parameter_count(network);
	int result = weights_list(file, network, &arrays);
	if (result == 0 && arrays.count != (size_t)count)
		result = error_set(file->error, file->path, "holds %zu arrays of weights; the network has %d", arrays.count, count);
	for (int i = 0; result == 0 && i < count; i++) {
		struct parameter parameter = network_parameter(network, i);
		result = weights_read_array(file, arrays.items[i], &parameter, values, &places[i]);
		values += parameter.count;
	}
	text_list_free(&arrays);
	return result;
}

int weights_parse(const void *bytes, size_t size, const char *path, const struct network *network, float *values,
	struct weights_place *places, struct error *error)
{
	struct weights_file file;
	int result = weights_file_open(&file, bytes, size, path, error);
	if (result == 0) {
		result = find_parameters(&file, network, values, places);
		weights_file_close(&file);
	}
	/* Whatever HDF5 then said is missing or damaged. */
	if (result && file.out_of_memory)
		error_set(error, path, "needs more memory than there is, or than a good file takes");
	return result;
}

/* A file to read; and memory for what is found in it, which the process that parses it shares with this one. */
struct reading {
	const char *path;
	const unsigned char *bytes;
	size_t size;
	const struct network *network;
	float *values;
	struct weights_place *places;
	size_t values_size, places_size; /* bytes */
};

static int parse(void *context, struct error *error)
{
	const struct reading *reading = context;
	return weights_parse(reading->bytes, reading->size, reading->path, reading->network, reading->values, reading->places,
		error);
}

static int parse_apart(struct reading *reading, struct error *error)
{
	size_t total = reading->size + reading->values_size;
	struct child_limits limits = {MEMORY_BASE + MEMORY_FACTOR * total, 1 + (unsigned)(total / BYTES_PER_SECOND)};
	int result = child_run(parse, reading, &limits, error);
	if (result == CHILD_DIED)
		return error_set(error, reading->path, "HDF5 cannot read it: a damaged file, or out of memory");
	return result ? -1 : 0;
}

static bool all_finite(const float *values, size_t count)
{
	bool finite = true;
	for (size_t i = 0; i < count; i++)
		finite &= isfinite(values[i]) != 0;
	return finite;
}

/* Where parameter `index` lies, whose values would begin at `values` if they were converted; NULL for a place that is none. */
static const void *locate(const struct reading *reading, int index, size_t size, const float *values)
{
	struct weights_place place = reading->places[index]; /* not to be trusted: a damaged file may have taken over the process */
	if (place.converted)
		return values;
	return size <= reading->size && place.offset <= reading->size - size ? reading->bytes + place.offset : NULL;
}

static int copy_parameter(const struct reading *reading, struct network *network, int index, const float *values,
	struct error *error)
{
	struct parameter parameter = network_parameter(network, index);
	size_t size = parameter.count * sizeof *values;
	const void *found = locate(reading, index, size, values);
	if (!found)
		return error_set(error, reading->path, "is a damaged HDF5 file");
	memcpy(network_parameter_values(network, index), found, size);
	if (all_finite(parameter.values, parameter.count))
		return 0;
	return error_set(error, reading->path, "%s of layer '%s' has a value that is not finite", parameter.name, parameter.layer);
}

static int take_values(const struct reading *reading, struct network *network, struct error *error)
{
	const float *values = reading->values;
	int result = 0;
	for (int i = 0; result == 0 && i < network_parameter_count(network); i++) {
		result = copy_parameter(reading, network, i, values, error);
		values += network_parameter(network, i).count;
	}
	return result;
}

/* Mapped, not read: that would be half of the time a cold start takes here. */
static int map_file(struct reading *reading, struct error *error)
{
	struct stat facts;
	int file = file_open_regular(reading->path, &facts, error);
	if (file < 0)
		return -1;
	reading->size = (size_t)facts.st_size;
	bool fits = reading->size > 0 && reading->size <= FILE_MAXIMUM;
	void *bytes = fits ? mmap(NULL, reading->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0) : MAP_FAILED;
	int result = !fits             ? error_set(error, reading->path, "is no HDF5 file, or a damaged one")
		: bytes == MAP_FAILED ? error_system(error, reading->path)
				      : 0;
	close(file);
	reading->bytes = bytes;
	return result;
}

int weights_read(struct network *network, const char *path, struct error *error)
{
	struct reading reading = {.path = path, .network = network};
	reading.places_size = (size_t)network_parameter_count(network) * sizeof *reading.places;
	for (int i = 0; i < network_parameter_count(network); i++)
		reading.values_size += network_parameter(network, i).count * sizeof *reading.values;
	if (map_file(&reading, error))
		return -1;
	/* Room that is not used costs no memory. */
	reading.values = child_memory(reading.values_size);
	reading.places = child_memory(reading.places_size);
	int result = reading.values && reading.places ? parse_apart(&reading, error) : error_memory(error, path);
	if (result == 0)
		result = take_values(&reading, network, error);
	child_memory_free(reading.places, reading.places_size);
	child_memory_free(reading.values, reading.values_size);
	munmap((void *)reading.bytes, reading.size);
	return result;
}
