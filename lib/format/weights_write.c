#include "format/weights.h"

#include "base/file.h"
#include "base/spool.h"
#include "format/keras.h"
#include "format/weights_file.h"
#include "sandbox/child.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 256, IMAGE_INCREMENT = 1 << 20 };

/* The file being written, and property lists. */
struct weights_writer {
	hid_t file, links, dataset, group;
};

/* Writes attribute `name` of `object`: `count` strings of one length, as an array or a scalar. */
static bool write_strings(hid_t object, const char *name, const char *const *strings, size_t count,
	bool scalar)
{
	size_t width = 1;
	for (size_t i = 0; i < count; i++)
		width = strlen(strings[i]) > width ? strlen(strings[i]) : width;
	char *buffer = calloc(count + 1, width + 1);
	for (size_t i = 0; buffer && i < count; i++)
		memcpy(buffer + i * width, strings[i], strlen(strings[i]));
	hsize_t size = count;
	hid_t type = H5Tcopy(H5T_C_S1);
	hid_t space = scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
	bool good = buffer && H5Tset_size(type, width) >= 0 &&
		H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0;
	hid_t attribute =
		good ? H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
	good = attribute >= 0 && (count == 0 || H5Awrite(attribute, type, buffer) >= 0);
	if (attribute >= 0)
		H5Aclose(attribute);
	H5Sclose(space);
	H5Tclose(type);
	free(buffer);
	return good;
}

/* Writes attribute "layer_names", or "layer_names0", "layer_names1", ..., as Keras splits a list
 * that is larger than an attribute can be. */
static bool write_names(hid_t root, const char *const *names, size_t count)
{
	enum { ATTRIBUTE_MAXIMUM = 64512 };
	size_t width = 1, part = 0;
	for (size_t i = 0; i < count; i++)
		width = strlen(names[i]) > width ? strlen(names[i]) : width;
	size_t most = ATTRIBUTE_MAXIMUM / width;
	if (count <= most)
		return write_strings(root, "layer_names", names, count, false);
	for (size_t i = 0; i < count; i += most) {
		char name[32];
		snprintf(name, sizeof name, "layer_names%zu", part++);
		if (!write_strings(root, name, names + i, count - i < most ? count - i : most,
			    false))
			return false;
	}
	return true;
}

/* Writes an array to `path`, with a hard link `link` for Keras 3. */
static bool write_array(const struct weights_writer *writer, const char *path, const char *link,
	const struct parameter *parameter)
{
	hsize_t dimensions[4];
	for (int i = 0; i < parameter->rank; i++)
		dimensions[i] = (hsize_t)parameter->shape[i];
	hid_t space = parameter->rank ? H5Screate_simple(parameter->rank, dimensions, NULL)
				      : H5Screate(H5S_SCALAR);
	hid_t dataset = H5Dcreate2(writer->file, path, H5T_IEEE_F32LE, space, writer->links,
		writer->dataset, H5P_DEFAULT);
	bool good = dataset >= 0 &&
		H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
			parameter->values) >= 0 &&
		H5Lcreate_hard(writer->file, path, writer->file, link, writer->links,
			H5P_DEFAULT) >= 0;
	if (dataset >= 0)
		H5Dclose(dataset);
	H5Sclose(space);
	return good;
}

/* The network's layer of this name; -1: none, as that of a split activation. */
static int find_layer(const struct graph *graph, const char *name)
{
	int index = graph->layer_count - 1;
	while (index >= 0 && strcmp(graph->layers[index].name, name))
		index--;
	return index;
}

/* The first parameter of the network's layer; their number if it has none. */
static int first_parameter(const struct network *network, int layer)
{
	int index = 0;
	while (index < network_parameter_count(network) &&
		network_parameter(network, index).layer_index != layer)
		index++;
	return index;
}

/* Writes group /LAYER with the arrays of layer `index` of Keras' graph, and the attribute
 * weight_names. */
static bool write_layer(const struct weights_writer *writer, const struct graph *keras, int index,
	const struct network *network)
{
	const char *name = keras->layers[index].name;
	char names[PARAMETERS_MAXIMUM][PATH_SIZE], path[PATH_SIZE], link[PATH_SIZE],
		keras3[KERAS_GROUP_SIZE];
	const char *strings[PARAMETERS_MAXIMUM];
	size_t count = 0;
	hid_t group = H5Gcreate2(writer->file, name, writer->links, writer->group, H5P_DEFAULT);
	bool good = group >= 0;
	int layer = find_layer(network_graph(network), name);
	keras_group(keras, index, keras3);
	for (int i = first_parameter(network, layer); good && i < network_parameter_count(network);
		i++, count++) {
		struct parameter parameter = network_parameter(network, i);
		if (parameter.layer_index != layer)
			break;
		snprintf(names[count], PATH_SIZE, "%s/%s", name, parameter.name);
		snprintf(path, sizeof path, "/%s/%.150s", name, names[count]);
		snprintf(link, sizeof link, "/layers/%s/vars/%zu", keras3, count);
		strings[count] = names[count];
		good = write_array(writer, path, link, &parameter);
	}
	good = good && write_strings(group, "weight_names", strings, count, false);
	if (group >= 0)
		H5Gclose(group);
	return good;
}

static bool write_root(const struct weights_writer *writer, const struct graph *graph)
{
	const char **names = calloc((size_t)graph->layer_count, sizeof *names);
	for (int i = 0; names && i < graph->layer_count; i++)
		names[i] = graph->layers[i].name;
	hid_t root = H5Gopen2(writer->file, "/", H5P_DEFAULT);
	bool good = root >= 0 && names && write_names(root, names, (size_t)graph->layer_count) &&
		write_strings(root, "backend", &(const char *){"tensorflow"}, 1, true) &&
		write_strings(root, "keras_version", &(const char *){"2.15.0"}, 1, true);
	if (root >= 0)
		H5Gclose(root);
	free(names);
	/* Required by Keras up to 3.3. */
	hid_t vars = H5Gcreate2(writer->file, "/vars", writer->links, writer->group, H5P_DEFAULT);
	if (vars < 0)
		return good && H5Lexists(writer->file, "/vars", H5P_DEFAULT) > 0;
	H5Gclose(vars);
	return good;
}

/* The file as bytes in fresh memory; NULL on failure. */
static void *file_image(hid_t file, size_t *size)
{
	if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
		return NULL;
	ssize_t length = H5Fget_file_image(file, NULL, 0);
	void *image = length > 0 ? malloc((size_t)length) : NULL;
	if (image && H5Fget_file_image(file, image, (size_t)length) != length) {
		free(image);
		return NULL;
	}
	*size = (size_t)length;
	return image;
}

static void *network_image(const struct network *network, const struct graph *keras, size_t *size)
{
	void *image = NULL;
	struct weights_writer writer = {.links = H5Pcreate(H5P_LINK_CREATE),
		.dataset = H5Pcreate(H5P_DATASET_CREATE),
		.group = H5Pcreate(H5P_GROUP_CREATE)};
	hid_t memory = H5Pcreate(H5P_FILE_ACCESS);
	H5Pset_create_intermediate_group(writer.links, 1);
	/* Without timestamps the same weights give the same bytes. */
	H5Pset_obj_track_times(writer.dataset, false);
	H5Pset_obj_track_times(writer.group, false);
	H5Pset_fapl_core(memory, IMAGE_INCREMENT, false);
	writer.file = H5Fcreate(WEIGHTS_NO_FILE, H5F_ACC_TRUNC, H5P_DEFAULT, memory);
	bool good = writer.file >= 0;
	for (int i = 0; good && i < keras->layer_count; i++)
		good = write_layer(&writer, keras, i, network);
	if (good && write_root(&writer, keras))
		image = file_image(writer.file, size);
	if (writer.file >= 0)
		H5Fclose(writer.file);
	H5Pclose(memory);
	H5Pclose(writer.group);
	H5Pclose(writer.dataset);
	H5Pclose(writer.links);
	return image;
}

struct weights_write_job {
	const struct network *network;
	struct graph keras;
	FILE *stream;
	const char *path;
};

static int write_task(void *context, struct error *error)
{
	const struct weights_write_job *job = context;
	size_t size;
	if (H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0)
		return error_memory(error, job->path);
	void *image = network_image(job->network, &job->keras, &size);
	if (!image)
		return error_set(error, job->path,
			"the weights do not fit into HDF5, or out of memory");
	bool good = fwrite(image, 1, size, job->stream) == size && fflush(job->stream) == 0;
	int result = good ? 0 : error_system(error, job->path);
	free(image);
	return result;
}

/* Writes the file to `stream`, in a child process: HDF5 1.10 crashes where some of its allocations
 * fail. */
static int write_in_child(const struct network *network, FILE *stream, const char *path,
	struct error *error)
{
	struct weights_write_job job = {.network = network, .stream = stream, .path = path};
	if (keras_graph(&job.keras, network_graph(network), error))
		return -1;
	int result = child_run(write_task, &job, NULL, error);
	if (result == CHILD_NOT_STARTED)
		result = write_task(&job, error);
	if (result == CHILD_DIED)
		result = error_set(error, path, "HDF5 crashed: out of memory");
	graph_free(&job.keras);
	return result;
}

int weights_write(const struct network *network, const char *path, struct error *error)
{
	struct output output;
	if (output_open(&output, path, error))
		return -1;
	if (write_in_child(network, output.stream, path, error) == 0)
		return output_commit(&output, error);
	output_abandon(&output);
	return -1;
}

static int read_back(FILE *stream, unsigned char **bytes, size_t *size, const char *path,
	struct error *error)
{
	struct stat status;
	if (fstat(fileno(stream), &status))
		return error_system(error, path);
	*size = (size_t)status.st_size;
	*bytes = malloc(*size + 1);
	if (!*bytes)
		return error_memory(error, path);
	return spool_read(fileno(stream), 0, *bytes, *size, path, error);
}

int weights_image(const struct network *network, unsigned char **bytes, size_t *size,
	const char *path, struct error *error)
{
	*bytes = NULL;
	int descriptor = memfd_create("weights", MFD_CLOEXEC);
	FILE *stream = descriptor >= 0 ? fdopen(descriptor, "w+") : NULL;
	int result = stream ? 0 : error_system(error, path);
	if (result == 0)
		result = write_in_child(network, stream, path, error) ||
				read_back(stream, bytes, size, path, error)
			? -1
			: 0;
	if (stream)
		fclose(stream);
	else if (descriptor >= 0)
		close(descriptor);
	if (result) {
		free(*bytes);
		*bytes = NULL;
	}
	return result;
}
