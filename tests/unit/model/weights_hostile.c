/* Malicious weights files: each is refused, with the object's name, before HDF5 opens another file
 * or allocates memory for it. Some of them are in tests/fixtures/model/hostile/, as seeds for
 * tests/fuzz/weights.c. */
#include "keras_files.h"

#include "sandbox/confine.h"

#include <hdf5.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define KERNEL "/dense1/dense1/kernel" /* (84, 9) */
#define BIAS "/dense1/dense1/bias"
enum { COUNT = 9 };

static struct network *network; /* plain.json's */
static char good[4096], hostile[4096], secret[4096], pipe_path[4096];

static void copy_file(const char *from, const char *to)
{
	unsigned char *bytes;
	size_t size;
	struct error error;
	if (file_read(from, 1 << 24, &bytes, &size, &error) ||
		output_bytes(to, bytes, size, &error))
		exit(1);
	free(bytes);
}

/* Opens a fresh copy of the good file for writing. */
static hid_t open_copy(void)
{
	copy_file(good, hostile);
	return H5Fopen(hostile, H5F_ACC_RDWR, H5P_DEFAULT);
}

static void is_refused(const char *object, const char *reason)
{
	struct error error = {0};
	char expected[8192];
	snprintf(expected, sizeof expected, "%s%s%s", hostile, *object ? ": " : "", object);
	ok(weights_read(network, hostile, &error) < 0, "refused: %s", reason);
	is_text(error.object, expected, "... by name");
	is_text(error.reason, reason, "... with the reason");
}

static void is_read(const char *what)
{
	struct error error = {0};
	if (!ok(weights_read(network, hostile, &error) == 0, "read: %s", what))
		note("%s: %s", error.object, error.reason);
}

/* ---- links ---- */

static hid_t never(const char *name, hid_t group, const void *data, size_t size, hid_t access,
	hid_t transfer)
{
	(void)name, (void)group, (void)data, (void)size, (void)access, (void)transfer;
	_exit(1);
}

static void replace_link(hid_t file, const char *path, H5L_type_t type, const char *target)
{
	H5Ldelete(file, path, H5P_DEFAULT);
	if (type == H5L_TYPE_SOFT)
		H5Lcreate_soft(target, file, path, H5P_DEFAULT, H5P_DEFAULT);
	else if (type == H5L_TYPE_EXTERNAL)
		H5Lcreate_external(target, BIAS, file, path, H5P_DEFAULT, H5P_DEFAULT);
	else
		H5Lcreate_ud(file, path, type, "x", 1, H5P_DEFAULT, H5P_DEFAULT);
	H5Fclose(file);
}

static void links(void)
{
	static const H5L_class_t own = {.version = H5L_LINK_CLASS_T_VERS,
		.id = (H5L_type_t)100,
		.comment = "own",
		.trav_func = never};
	H5Lregister(&own);
	/* An array, a group of arrays, a layer. */
	static const char *const paths[] = {BIAS, "/dense1/dense1", "/dense1"};
	for (int i = 0; i < 3; i++) {
		replace_link(open_copy(), paths[i], H5L_TYPE_SOFT, "/nowhere");
		is_refused(paths[i], "is a link that is not followed: a soft link");
		replace_link(open_copy(), paths[i], H5L_TYPE_EXTERNAL, pipe_path);
		is_refused(paths[i],
			"is a link that is not followed: an external link, into another file");
		replace_link(open_copy(), paths[i], (H5L_type_t)100, NULL);
		is_refused(paths[i], "is a link that is not followed: a user-defined link");
	}
}

/* The same in Keras 3's layout, and in a saved model. */
static void other_layouts(void)
{
	static const char *const paths[] = {"/layers", "/layers/dense", "/layers/dense/vars",
		"/layers/dense/vars/1", "/layers/separable_conv2d", "/model_weights"};
	for (int i = 0; i < 6; i++) {
		hid_t file = open_copy();
		H5Adelete(file, "layer_names");
		replace_link(file, paths[i], H5L_TYPE_EXTERNAL, pipe_path);
		is_refused(paths[i],
			"is a link that is not followed: an external link, into another file");
	}
}

/* ---- arrays ---- */

/* Replaces the array at `path`, and writes `values` to it, unless NULL. */
static hid_t replace_array_at(const char *path, hid_t file, hid_t type, hid_t space, hid_t creation,
	hid_t memory_type, const void *values)
{
	H5Ldelete(file, path, H5P_DEFAULT);
	hid_t dataset = H5Dcreate2(file, path, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
	if (dataset < 0 ||
		(values &&
			H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0))
		note("HDF5 cannot create it");
	return dataset;
}

static hid_t replace_array(hid_t file, hid_t type, hid_t space, hid_t creation, hid_t memory_type,
	const void *values)
{
	return replace_array_at(BIAS, file, type, space, creation, memory_type, values);
}

static void finish(hid_t file, hid_t dataset)
{
	H5Dclose(dataset);
	H5Fclose(file);
}

static hid_t vector(hsize_t count)
{
	return H5Screate_simple(1, &count, NULL);
}

static void external_storage(void)
{
	const char *const paths[] = {secret, pipe_path};
	for (int i = 0; i < 2; i++) {
		hid_t file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE);
		H5Pset_external(creation, paths[i], 0, COUNT * sizeof(float));
		finish(file,
			replace_array(file, H5T_IEEE_F32LE, vector(COUNT), creation, -1, NULL));
		is_refused(BIAS,
			"has its values in another file (external storage), which is not "
			"supported");
	}
}

static void virtual_dataset(void)
{
	hid_t file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE), space = vector(COUNT);
	H5Pset_virtual(creation, space, pipe_path, "/x", space);
	finish(file, replace_array(file, H5T_IEEE_F32LE, space, creation, -1, NULL));
	is_refused(BIAS, "is a virtual dataset, which is not supported");
	/* One whose size is unknown before its source is opened. */
	hsize_t now = COUNT, most = H5S_UNLIMITED;
	file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE),
	space = H5Screate_simple(1, &now, &most);
	hsize_t from = 0, one = 1;
	H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, NULL, &most, &one);
	H5Sselect_hyperslab(space, H5S_SELECT_SET, &from, NULL, &one, &most);
	H5Pset_virtual(creation, space, pipe_path, "/x", space);
	finish(file, replace_array(file, H5T_IEEE_F32LE, space, creation, -1, NULL));
	is_refused(BIAS, "is a virtual dataset, which is not supported");
}

static size_t identity(unsigned flags, size_t count, const unsigned values[], size_t size,
	size_t *capacity, void **bytes)
{
	(void)flags, (void)count, (void)values, (void)capacity, (void)bytes;
	return size;
}

static void filters(void)
{
	static const H5Z_class2_t own = {H5Z_CLASS_T_VERS, 300, 1, 1, "own", NULL, NULL, identity};
	float values[COUNT] = {0};
	hsize_t chunk = 5;
	unsigned none = 0;
	H5Zregister(&own);
	hid_t file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE);
	H5Pset_chunk(creation, 1, &chunk);
	H5Pset_filter(creation, 300, 0, 1, &none);
	finish(file,
		replace_array(file, H5T_IEEE_F32LE, vector(COUNT), creation, H5T_NATIVE_FLOAT,
			values));
	is_refused(BIAS,
		"is stored with filter 300 'own'; deflate, shuffle and fletcher32 are supported");

	file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE);
	H5Pset_chunk(creation, 1, &chunk);
	H5Pset_shuffle(creation);
	H5Pset_scaleoffset(creation, H5Z_SO_FLOAT_DSCALE, 2);
	finish(file,
		replace_array(file, H5T_IEEE_F32LE, vector(COUNT), creation, H5T_NATIVE_FLOAT,
			values));
	is_refused(BIAS,
		"is stored with filter 6 'scaleoffset'; deflate, shuffle and fletcher32 are "
		"supported");

	file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE);
	H5Pset_chunk(creation, 1, &chunk);
	H5Pset_shuffle(creation);
	H5Pset_deflate(creation, 9);
	H5Pset_fletcher32(creation);
	finish(file,
		replace_array(file, H5T_IEEE_F32LE, vector(COUNT), creation, H5T_NATIVE_FLOAT,
			values));
	is_read("shuffle, deflate and fletcher32");
}

static hid_t enumerated_type(void)
{
	hid_t type = H5Tenum_create(H5T_STD_I8LE);
	H5Tenum_insert(type, "one", &(char){1});
	return type;
}

static hid_t compound_type(void)
{
	hid_t type = H5Tcreate(H5T_COMPOUND, 4);
	H5Tinsert(type, "x", 0, H5T_IEEE_F32LE);
	return type;
}

static hid_t variable_length_string(void)
{
	hid_t type = H5Tcopy(H5T_C_S1);
	H5Tset_size(type, H5T_VARIABLE);
	return type;
}

static void types(void)
{
	const struct {
		hid_t type;
		const char *kind;
	} rows[] = {
		{H5T_STD_I32LE, "integers"},
		{H5T_STD_B8LE, "bit fields"},
		{H5T_STD_REF_OBJ, "references"},
		{H5T_STD_REF_DSETREG, "references"},
		{variable_length_string(), "strings"},
		{H5Tcreate(H5T_OPAQUE, 4), "opaque bytes"},
		{H5Tvlen_create(H5T_IEEE_F32LE), "values of variable length"},
		{H5Tarray_create2(H5T_IEEE_F32LE, 1, &(hsize_t){1}), "arrays"},
		{enumerated_type(), "enumerated values"},
		{compound_type(), "compound values"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char reason[128];
		hid_t file = open_copy();
		finish(file,
			replace_array(file, rows[i].type, vector(COUNT), H5P_DEFAULT, -1, NULL));
		snprintf(reason, sizeof reason, "has %s, not floating-point numbers", rows[i].kind);
		is_refused(BIAS, reason);
	}
	hid_t file = open_copy(), wide = H5Tcopy(H5T_IEEE_F64LE);
	H5Tset_size(wide, 16);
	finish(file, replace_array(file, wide, vector(COUNT), H5P_DEFAULT, -1, NULL));
	is_refused(BIAS, "has numbers of 16 bytes; 2, 4 and 8 are supported");
}

/* Numbers of 2 and 8 bytes, and of another byte order, are converted correctly. */
static void numbers(void)
{
	hid_t half = H5Tcopy(H5T_IEEE_F32LE);
	H5Tset_fields(half, 15, 10, 5, 0, 10);
	H5Tset_size(half, 2);
	H5Tset_ebias(half, 15);
	const hid_t stored[] = {half, H5T_IEEE_F64LE, H5T_IEEE_F32BE};
	float values[COUNT];
	for (int i = 0; i < COUNT; i++)
		values[i] = (float)i / 8 - 1;
	for (int i = 0; i < 3; i++) {
		hid_t file = open_copy();
		finish(file,
			replace_array(file, stored[i], vector(COUNT), H5P_DEFAULT, H5T_NATIVE_FLOAT,
				values));
		is_read("other numbers");
		for (int j = 0; j < network_parameter_count(network); j++) {
			struct parameter parameter = network_parameter(network, j);
			if (strcmp(parameter.layer, "dense1") == 0 &&
				strcmp(parameter.name, "bias") == 0)
				ok(memcmp(parameter.values, values, sizeof values) == 0,
					"... with the same values");
		}
	}
}

/* A changed size of the number type: HDF5 would allocate 4 GB to convert the first values. */
static void size_of_a_number(void)
{
	static const unsigned char number[] = {0x11, 0x20, 0x1f, 0, 4, 0, 0, 0};
	unsigned char *bytes;
	size_t size;
	struct error error;
	if (file_read(good, 1 << 24, &bytes, &size, &error))
		exit(1);
	unsigned char *found = memmem(bytes, size, number, sizeof number);
	if (ok(found != NULL, "a number's type in the file")) {
		found[7] = 0xff;
		ok(output_bytes(hostile, bytes, size, &error) == 0 &&
				weights_read(network, hostile, &error) < 0,
			"its size changed");
		is_text(error.reason, "has numbers of 4278190084 bytes; 2, 4 and 8 are supported",
			"... is refused");
	}
	free(bytes);
}

static void shapes(void)
{
	hid_t file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE);
	hsize_t chunk = 1 << 20, count = COUNT, most = H5S_UNLIMITED;
	finish(file,
		replace_array(file, H5T_IEEE_F32LE, vector((hsize_t)1 << 40), H5P_DEFAULT, -1,
			NULL));
	is_refused(BIAS, "has shape (1099511627776); bias of layer 'dense1' needs (9)");

	file = open_copy();
	H5Pset_chunk(creation, 1, &chunk);
	finish(file,
		replace_array(file, H5T_IEEE_F32LE, H5Screate_simple(1, &count, &most), creation,
			H5T_NATIVE_FLOAT, (float[COUNT]){0}));
	is_refused(BIAS, "has chunks of (1048576), larger than the array");

	file = open_copy();
	finish(file, replace_array(file, H5T_IEEE_F32LE, vector(COUNT), H5P_DEFAULT, -1, NULL));
	is_refused(BIAS, "some of its values are missing");

	file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE), chunk = 5;
	H5Pset_chunk(creation, 1, &chunk);
	hid_t part = vector(COUNT),
	      dataset = replace_array(file, H5T_IEEE_F32LE, vector(COUNT), creation, -1, NULL);
	H5Sselect_hyperslab(part, H5S_SELECT_SET, &(hsize_t){0}, NULL, &chunk, NULL);
	H5Dwrite(dataset, H5T_NATIVE_FLOAT, part, part, H5P_DEFAULT, (float[COUNT]){0});
	finish(file, dataset);
	is_refused(BIAS, "some of its values are missing");
}

/* ---- memory use that is not visible in any field of the file ---- */

static void deflate_bomb(void)
{
	size_t size = (size_t)192 << 20;
	const hsize_t sides[] = {84, COUNT};
	uLongf packed_size = compressBound(size);
	unsigned char *zeros = calloc(size, 1), *packed = malloc(packed_size);
	if (!zeros || !packed || compress2(packed, &packed_size, zeros, size, 6) != Z_OK)
		exit(1);
	hid_t file = open_copy(), creation = H5Pcreate(H5P_DATASET_CREATE);
	H5Pset_chunk(creation, 2, sides);
	H5Pset_deflate(creation, 1);
	hid_t dataset = replace_array_at(KERNEL, file, H5T_IEEE_F32LE,
		H5Screate_simple(2, sides, NULL), creation, -1, NULL);
	ok(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, (hsize_t[2]){0}, packed_size, packed) >= 0,
		"a chunk that decompresses to 192 MiB");
	finish(file, dataset);
	free(zeros);
	free(packed);
	if (CONFINE_POSSIBLE)
		is_refused("", "needs more memory than is available, or than a valid file needs");
}

static void lists(void)
{
	hid_t file = open_copy(), attribute;
	H5Adelete(file, "layer_names");
	attribute =
		H5Acreate2(file, "layer_names", H5T_STD_I32LE, vector(8), H5P_DEFAULT, H5P_DEFAULT);
	H5Aclose(attribute);
	H5Fclose(file);
	is_refused("layer_names", "cannot be read");

	/* Missing strings of 4 kB: 256 MB. */
	hid_t text = H5Tcopy(H5T_C_S1), access = H5Pcreate(H5P_FILE_ACCESS);
	H5Tset_size(text, 5000);
	copy_file(good, hostile);
	H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
	file = H5Fopen(hostile, H5F_ACC_RDWR, access);
	H5Adelete(file, "layer_names");
	attribute = H5Acreate2(file, "layer_names", text, vector(8), H5P_DEFAULT, H5P_DEFAULT);
	H5Aclose(attribute);
	H5Fclose(file);
	is_refused("layer_names", "cannot be read");

	file = open_copy();
	hid_t group = H5Gopen2(file, "/dense1", H5P_DEFAULT);
	H5Adelete(group, "weight_names");
	H5Tset_size(text, H5T_VARIABLE);
	attribute = H5Acreate2(group, "weight_names", text, vector(2), H5P_DEFAULT, H5P_DEFAULT);
	H5Awrite(attribute, text, (const char *[]){"dense1/kernel", "dense1/bias"});
	H5Aclose(attribute);
	H5Gclose(group);
	H5Fclose(file);
	is_read("variable-length names, as written by h5py");
}

/* HDF5 reads environment variables, and looks on disk for the name of a file in memory. */
static void environment(void)
{
	static const char *const names[] = {"HDF5_PLUGIN_PATH", "HDF5_PLUGIN_PRELOAD",
		"HDF5_VDS_PREFIX", "HDF5_EXTFILE_PREFIX", "HDF5_DRIVER", "HDF5_USE_FILE_LOCKING",
		"HDF5_DEBUG"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		setenv(names[i], "all:/nowhere", 1);
	ok(chdir(scratch()) == 0 && mkfifo("weights", 0600) == 0, "a pipe called weights");
	copy_file(good, hostile);
	is_read("whatever the environment");
	struct error error;
	ok(weights_write(network, hostile, &error) == 0, "and written");
}

static void memory_taken(void)
{
	struct rusage children;
	getrusage(RUSAGE_CHILDREN, &children);
	if (CONFINE_POSSIBLE)
		ok(children.ru_maxrss < 128 << 10, "no file used more than 128 MiB (%ld)",
			children.ru_maxrss >> 10);
}

int main(void)
{
	struct graph graph;
	struct error error;
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	alarm(120); /* a test that blocks on a pipe fails */
	snprintf(good, sizeof good, "%s", scratch_path("good.h5"));
	snprintf(hostile, sizeof hostile, "%s", scratch_path("hostile.h5"));
	snprintf(secret, sizeof secret, "%s", scratch_path("secret"));
	snprintf(pipe_path, sizeof pipe_path, "%s", scratch_path("pipe"));
	char text[COUNT * sizeof(float)] = "user:x:1000:1000";
	if (architecture_read(&graph, model_fixture("plain.json"), NULL, &error) ||
		network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error) ||
		weights_write(network, good, &error) ||
		output_bytes(secret, text, sizeof text, &error) || mkfifo(pipe_path, 0600))
		return 1;
	links();
	other_layouts();
	external_storage();
	virtual_dataset();
	filters();
	types();
	numbers();
	size_of_a_number();
	shapes();
	lists();
	environment();
	memory_taken();
	deflate_bomb();
	memory_taken();
	network_destroy(network);
	graph_free(&graph);
	return done();
}
