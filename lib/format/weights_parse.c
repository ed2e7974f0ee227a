#include "format/weights_file.h"

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
