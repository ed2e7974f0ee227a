#include "model/model.h"

#include "model/keras.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 1024, ARRAYS_MAXIMUM = 1 << 16, TEXT_MAXIMUM = 4096 };
enum { TRIAL_SECONDS = 5, TRIAL_READ = 40, TRIAL_REFUSED }; /* the last two unlike any crash's exit status */
static const size_t FILE_MAXIMUM = (size_t)4 << 30;

/* An HDF5 file in memory, and its name for messages. */
struct source {
	hid_t file;
	const char *path;
	struct error *error;
};

static int fail(const struct source *source, const char *object, const char *reason)
{
	error_set(source->error, object, "%s", reason);
	return error_within(source->error, source->path);
}

/* Each copy of the file's bytes that HDF5 would make is those bytes themselves, which stay the caller's. */
static void *same_bytes(size_t size, H5FD_file_image_op_t operation, void *bytes)
{
	(void)size, (void)operation;
	return bytes;
}

static void *copied_already(void *to, const void *from, size_t size, H5FD_file_image_op_t operation, void *bytes)
{
	(void)from, (void)size, (void)operation, (void)bytes;
	return to;
}

static void *refuse_growth(void *image, size_t size, H5FD_file_image_op_t operation, void *bytes)
{
	(void)image, (void)size, (void)operation, (void)bytes;
	return NULL;
}

static herr_t keep_bytes(void *image, H5FD_file_image_op_t operation, void *bytes)
{
	(void)image, (void)operation, (void)bytes;
	return 0;
}

static void *same_pointer(void *bytes)
{
	return bytes;
}

static herr_t keep_pointer(void *bytes)
{
	(void)bytes;
	return 0;
}

/* Opens the bytes, which must stay until it is closed, as a file, so that HDF5 never touches the disk. */
static hid_t open_image(void *bytes, size_t size)
{
	H5FD_file_image_callbacks_t uncopied = {same_bytes, copied_already, refuse_growth, keep_bytes, same_pointer,
		keep_pointer, bytes};
	hid_t access = H5Pcreate(H5P_FILE_ACCESS);
	hid_t file = -1;
	if (H5Pset_fapl_core(access, 1 << 20, false) >= 0 && H5Pset_file_image_callbacks(access, &uncopied) >= 0 &&
		H5Pset_file_image(access, bytes, size) >= 0)
		file = H5Fopen("weights", H5F_ACC_RDONLY, access);
	H5Pclose(access);
	return file;
}

/* ---- lists of names in attributes ---- */

/* The attribute's texts as memory has them: pointers, or cells of `width` bytes. Our own type, since one from a
 * damaged file may be anything. */
static hid_t text_type(hid_t stored, size_t width)
{
	hid_t type = H5Tcopy(H5T_C_S1);
	H5Tset_size(type, width);
	H5Tset_strpad(type, H5T_STR_NULLPAD);
	H5Tset_cset(type, H5Tget_cset(stored));
	return type;
}

static bool add_fixed_texts(hid_t attribute, hid_t stored, size_t count, struct text_list *names)
{
	size_t width = H5Tget_size(stored);
	if (width == 0 || width > TEXT_MAXIMUM)
		return false;
	hid_t type = text_type(stored, width);
	char *cells = calloc(count, width);
	bool good = cells && H5Aread(attribute, type, cells) >= 0;
	for (size_t i = 0; good && i < count; i++) {
		char text[TEXT_MAXIMUM + 1] = "";
		memcpy(text, cells + i * width, width);
		good = text_list_add(names, text, NULL) == 0;
	}
	free(cells);
	H5Tclose(type);
	return good;
}

static bool add_variable_texts(hid_t attribute, hid_t stored, hid_t space, size_t count, struct text_list *names)
{
	hid_t type = text_type(stored, H5T_VARIABLE);
	char **cells = calloc(count, sizeof *cells);
	bool good = cells && H5Aread(attribute, type, cells) >= 0;
	for (size_t i = 0; good && i < count; i++)
		good = cells[i] && strlen(cells[i]) <= TEXT_MAXIMUM && text_list_add(names, cells[i], NULL) == 0;
	if (cells)
		H5Dvlen_reclaim(type, space, H5P_DEFAULT, cells);
	free(cells);
	H5Tclose(type);
	return good;
}

/* Attribute `name` of `object`, which must be there, added to `names`. */
static bool read_texts(hid_t object, const char *name, struct text_list *names)
{
	hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
	if (attribute < 0)
		return false;
	hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
	hssize_t count = H5Sget_simple_extent_npoints(space);
	/* h5py writes an empty list as no numbers at all. */
	bool good = count == 0;
	if (count > 0 && count <= ARRAYS_MAXIMUM && H5Tget_class(type) == H5T_STRING)
		good = H5Tis_variable_str(type) > 0 ? add_variable_texts(attribute, type, space, (size_t)count, names)
						    : add_fixed_texts(attribute, type, (size_t)count, names);
	H5Sclose(space);
	H5Tclose(type);
	H5Aclose(attribute);
	return good;
}

/* As read_texts, for a list that Keras may have split into name0, name1, ... */
static bool read_split_texts(hid_t object, const char *name, struct text_list *names)
{
	if (H5Aexists(object, name) > 0)
		return read_texts(object, name, names);
	for (int i = 0; i < ARRAYS_MAXIMUM; i++) {
		char part[64];
		snprintf(part, sizeof part, "%s%d", name, i);
		if (H5Aexists(object, part) <= 0)
			return i > 0;
		if (!read_texts(object, part, names))
			return false;
	}
	return false;
}

/* ---- where the arrays are, in the network's order ---- */

/* Legacy layout under `base` ("" or "/model_weights"). */
static int list_layer(const struct source *source, const char *base, const char *layer, struct text_list *arrays)
{
	struct text_list names = {0};
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "%s/%s", base, layer);
	hid_t group = H5Gopen2(source->file, path, H5P_DEFAULT);
	if (group < 0)
		return fail(source, path, "is listed but not there");
	bool good = read_split_texts(group, "weight_names", &names);
	H5Gclose(group);
	int result = good ? 0 : fail(source, path, "its attribute weight_names cannot be read");
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		snprintf(path, sizeof path, "%s/%.400s/%.400s", base, layer, names.items[i]);
		result = arrays->count < ARRAYS_MAXIMUM ? text_list_add(arrays, path, source->error)
							: fail(source, path, "too many arrays");
	}
	text_list_free(&names);
	return result;
}

static int list_legacy(const struct source *source, const char *base, struct text_list *arrays)
{
	struct text_list layers = {0};
	hid_t group = H5Gopen2(source->file, *base ? base : "/", H5P_DEFAULT);
	bool good = group >= 0 && read_split_texts(group, "layer_names", &layers);
	if (group >= 0)
		H5Gclose(group);
	int result = good ? 0 : fail(source, "layer_names", "cannot be read");
	for (size_t i = 0; result == 0 && i < layers.count; i++)
		result = list_layer(source, base, layers.items[i], arrays);
	text_list_free(&layers);
	return result;
}

/* How many arrays the vars groups right under the layers of `base` hold. */
static long long count_arrays(hid_t file, const char *base)
{
	H5G_info_t layers, vars;
	char name[256], path[PATH_SIZE];
	long long count = 0;
	if (H5Gget_info_by_name(file, base, &layers, H5P_DEFAULT) < 0 || layers.nlinks > ARRAYS_MAXIMUM)
		return -1;
	for (hsize_t i = 0; i < layers.nlinks; i++) {
		if (H5Lget_name_by_idx(file, base, H5_INDEX_NAME, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) < 0)
			return -1;
		snprintf(path, sizeof path, "%s/%s/vars", base, name);
		if (H5Lexists(file, path, H5P_DEFAULT) > 0 && H5Gget_info_by_name(file, path, &vars, H5P_DEFAULT) >= 0)
			count += (long long)vars.nlinks;
	}
	return count;
}

/* Keras 3 layout: base/GROUP/vars/0, 1, ... */
static int list_keras3(const struct source *source, const char *base, const struct network *network,
	struct text_list *arrays)
{
	char path[PATH_SIZE], group[KERAS_GROUP_SIZE], last[KERAS_GROUP_SIZE] = "";
	snprintf(path, sizeof path, "%s/separable_conv2d", base);
	bool separable = H5Lexists(source->file, path, H5P_DEFAULT) > 0;
	long long count = count_arrays(source->file, base);
	if (count != network_parameter_count(network)) {
		snprintf(path, sizeof path, "holds %lld arrays of weights; the network has %d", count,
			network_parameter_count(network));
		return fail(source, base, count < 0 ? "cannot be read" : path);
	}
	for (int i = 0, number = 0; i < count; i++, number++) {
		keras_group(network_architecture(network), network_parameter(network, i).layer_index, separable, group);
		if (strcmp(group, last))
			number = 0;
		memcpy(last, group, sizeof last);
		snprintf(path, sizeof path, "%s/%s/vars/%d", base, group, number);
		if (text_list_add(arrays, path, source->error))
			return -1;
	}
	return 0;
}

static bool is_legacy(hid_t file, const char *group)
{
	return H5Aexists_by_name(file, group, "layer_names", H5P_DEFAULT) > 0 ||
		H5Aexists_by_name(file, group, "layer_names0", H5P_DEFAULT) > 0;
}

static int list_arrays(const struct source *source, const struct network *network, struct text_list *arrays)
{
	static const char *const keras3[] = {"/layers", "/_layer_checkpoint_dependencies"};
	if (is_legacy(source->file, "/"))
		return list_legacy(source, "", arrays);
	if (H5Lexists(source->file, "/model_weights", H5P_DEFAULT) > 0 && is_legacy(source->file, "/model_weights"))
		return list_legacy(source, "/model_weights", arrays);
	for (size_t i = 0; i < sizeof keras3 / sizeof *keras3; i++)
		if (H5Lexists(source->file, keras3[i], H5P_DEFAULT) > 0)
			return list_keras3(source, keras3[i], network, arrays);
	return error_set(source->error, source->path, "holds no weights that Keras wrote");
}

/* ---- the arrays themselves ---- */

static void write_shape(char *out, size_t size, int rank, const hsize_t *sides)
{
	size_t used = (size_t)snprintf(out, size, "(");
	for (int i = 0; i < rank && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%llu", i ? ", " : "", (unsigned long long)sides[i]);
	if (used < size)
		snprintf(out + used, size - used, ")");
}

/* Whether the array has the parameter's shape; else `reason` says both. */
static bool shapes_agree(hid_t dataset, const struct parameter *parameter, char *reason, size_t size)
{
	hsize_t sides[H5S_MAX_RANK] = {0}, needed[4] = {0};
	hid_t space = H5Dget_space(dataset);
	int rank = H5Sget_simple_extent_dims(space, sides, NULL);
	H5Sclose(space);
	bool same = rank == parameter->rank;
	for (int i = 0; i < parameter->rank; i++) {
		needed[i] = (hsize_t)parameter->shape[i];
		same = same && sides[i] == needed[i];
	}
	if (same)
		return true;
	char got[128], expected[128];
	write_shape(got, sizeof got, rank, sides);
	write_shape(expected, sizeof expected, parameter->rank, needed);
	snprintf(reason, size, "has shape %s; %s of layer '%s' needs %s", got, parameter->name, parameter->layer, expected);
	return false;
}

static bool read_values(hid_t dataset, const struct parameter *parameter, char *reason, size_t size)
{
	hid_t type = H5Dget_type(dataset);
	H5T_class_t class = H5Tget_class(type);
	H5Tclose(type);
	snprintf(reason, size, "holds no floating-point numbers");
	if (class != H5T_FLOAT || !shapes_agree(dataset, parameter, reason, size))
		return false;
	snprintf(reason, size, "its values cannot be read");
	if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, parameter->values) < 0)
		return false;
	snprintf(reason, size, "holds a value that is not finite");
	for (size_t i = 0; i < parameter->count; i++)
		if (!isfinite(parameter->values[i]))
			return false;
	return true;
}

static int read_array(const struct source *source, const char *name, const struct parameter *parameter)
{
	char reason[400];
	hid_t dataset = H5Dopen2(source->file, name, H5P_DEFAULT);
	if (dataset < 0)
		return fail(source, name, "is missing or no array");
	bool good = read_values(dataset, parameter, reason, sizeof reason);
	H5Dclose(dataset);
	return good ? 0 : fail(source, name, reason);
}

static int read_arrays(const struct source *source, struct network *network, const struct text_list *arrays)
{
	int count = network_parameter_count(network);
	if (arrays->count != (size_t)count)
		return error_set(source->error, source->path, "holds %zu arrays of weights; the network has %d", arrays->count,
			count);
	for (int i = 0; i < count; i++) {
		struct parameter parameter = network_parameter(network, i);
		if (read_array(source, arrays->items[i], &parameter))
			return -1;
	}
	network_changed(network);
	return 0;
}

static int read_file(const struct source *source, struct network *network)
{
	struct text_list arrays = {0};
	int result = list_arrays(source, network, &arrays);
	if (result == 0)
		result = read_arrays(source, network, &arrays);
	text_list_free(&arrays);
	return result;
}

/* Texts of variable length, as h5py writes them, lie in a global heap, and on a damaged one HDF5 1.10 crashes or never
 * ends: such a file is tried in a process of its own first. Ours hold none. */
static bool has_global_heap(const void *bytes, size_t size)
{
	return memmem(bytes, size, "GCOL\1\0\0\0", 8) != NULL;
}

static int try_file(const struct source *source, struct network *network)
{
	int status;
	pid_t child = fork();
	if (child < 0)
		return error_system(source->error, source->path);
	if (child == 0) {
		/* What the C library says about a broken heap is no message for a user. */
		close(STDERR_FILENO);
		sigset_t none; /* the thread may hold signals */
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		alarm(TRIAL_SECONDS);
		_exit(read_file(&(struct source){source->file, source->path, NULL}, network) ? TRIAL_REFUSED : TRIAL_READ);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return error_system(source->error, source->path);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == TRIAL_READ || WEXITSTATUS(status) == TRIAL_REFUSED))
		return 0;
	return error_set(source->error, source->path, "is a damaged HDF5 file");
}

/* Mapped, not read: that would be half of the time a cold start takes here. */
static int map_file(const char *path, void **bytes, size_t *size, struct error *error)
{
	struct stat facts;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &facts)) {
		error_system(error, path);
		if (file >= 0)
			close(file);
		return -1;
	}
	*size = (size_t)facts.st_size;
	bool fits = S_ISREG(facts.st_mode) && *size > 0 && *size <= FILE_MAXIMUM;
	*bytes = fits ? mmap(NULL, *size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0) : MAP_FAILED;
	close(file);
	if (!fits)
		return error_set(error, path, S_ISDIR(facts.st_mode) ? "is a folder" : "is no HDF5 file, or a damaged one");
	return *bytes == MAP_FAILED ? error_system(error, path) : 0;
}

int weights_read(struct network *network, const char *path, struct error *error)
{
	void *bytes;
	size_t size;
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	if (map_file(path, &bytes, &size, error))
		return -1;
	struct source source = {open_image(bytes, size), path, error};
	int result = source.file < 0 ? error_set(error, path, "is no HDF5 file, or a damaged one")
		: has_global_heap(bytes, size) ? try_file(&source, network) : 0;
	if (result == 0)
		result = read_file(&source, network);
	if (source.file >= 0)
		H5Fclose(source.file);
	munmap(bytes, size);
	return result;
}
