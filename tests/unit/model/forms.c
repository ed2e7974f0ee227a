/* Every form of an architecture in every layout of weights: each value is read exactly. */
#include "forms.h"

#include "format/weights.h"
#include "graph_text.h"

#include <hdf5.h>

enum { VALUES_MAXIMUM = 256 };

/* ---- files ---- */

static void *allocated(void *memory)
{
	if (!memory)
		exit(1);
	return memory;
}

/* Of types float16 to float64, and bfloat16: value k of array i has few bits. */
static float value_of(int i, size_t k)
{
	return (float)(16 * i + (int)(k % 16)) / 8;
}

static hid_t float_type(size_t exponent, size_t mantissa)
{
	hid_t type = H5Tcopy(H5T_IEEE_F32LE);
	H5Tset_fields(type, exponent + mantissa, mantissa, exponent, 0, mantissa);
	H5Tset_ebias(type, ((size_t)1 << (exponent - 1)) - 1);
	H5Tset_precision(type, 1 + exponent + mantissa);
	H5Tset_size(type, 2);
	return type;
}

/* A scalar string as h5py writes it, or a list. */
static void write_texts(hid_t object, const char *name, const char *const *texts, hsize_t count,
	bool is_scalar)
{
	hid_t type = H5Tcopy(H5T_C_S1),
	      space = is_scalar ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, NULL);
	H5Tset_size(type, H5T_VARIABLE);
	H5Tset_cset(type, H5T_CSET_UTF8);
	hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	if (count)
		H5Awrite(attribute, type, texts);
	H5Aclose(attribute);
	H5Sclose(space);
	H5Tclose(type);
}

static hid_t make_group(hid_t file, const char *path)
{
	hid_t links = H5Pcreate(H5P_LINK_CREATE);
	H5Pset_create_intermediate_group(links, 1);
	hid_t group = H5Lexists(file, path, H5P_DEFAULT) > 0
		? H5Gopen2(file, path, H5P_DEFAULT)
		: H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT);
	H5Pclose(links);
	return group;
}

enum numbers { FLOAT32, FLOAT32_BIG, FLOAT16, FLOAT64_BIG, BFLOAT16, BFLOAT16_OF_HDF5 };

static hid_t stored_type(enum numbers numbers, bool is_count)
{
	return is_count                       ? H5Tcopy(H5T_STD_I64LE)
		: numbers == FLOAT16          ? float_type(5, 10)
		: numbers == BFLOAT16_OF_HDF5 ? float_type(8, 7)
		: numbers == BFLOAT16         ? H5Tcreate(H5T_OPAQUE, 2)
		: numbers == FLOAT64_BIG      ? H5Tcopy(H5T_IEEE_F64BE)
		: numbers == FLOAT32_BIG      ? H5Tcopy(H5T_IEEE_F32BE)
					      : H5Tcopy(H5T_IEEE_F32LE);
}

/* As Keras 3 writes bfloat16: two bytes that are opaque to HDF5, and an attribute. */
static void write_bfloat16(hid_t dataset, hid_t type, const float *values, size_t count)
{
	unsigned char bytes[2 * VALUES_MAXIMUM];
	for (size_t k = 0; k < count; k++) {
		uint32_t bits;
		memcpy(&bits, &values[k], sizeof bits);
		store_u16(bytes + 2 * k, (uint16_t)(bits >> 16));
	}
	H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes);
	write_texts(dataset, "dtype", (const char *const[]){"bfloat16"}, 1, true);
}

/* Writes array number i of a form at `path`. */
static void write_array(hid_t file, const char *path, const struct form_array *array, int i,
	enum numbers numbers)
{
	hsize_t sides[4], count = 1;
	float values[VALUES_MAXIMUM];
	for (int axis = 0; axis < array->rank; axis++)
		count *= sides[axis] = (hsize_t)array->sides[axis];
	for (size_t k = 0; k < count; k++)
		values[k] = value_of(i, k);
	hid_t space = array->rank ? H5Screate_simple(array->rank, sides, NULL)
				  : H5Screate(H5S_SCALAR),
	      type = stored_type(numbers, !array->rank), links = H5Pcreate(H5P_LINK_CREATE);
	H5Pset_create_intermediate_group(links, 1);
	hid_t dataset = H5Dcreate2(file, path, type, space, links, H5P_DEFAULT, H5P_DEFAULT);
	if (numbers == BFLOAT16 && array->rank)
		write_bfloat16(dataset, type, values, count);
	else
		H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
	H5Dclose(dataset);
	H5Pclose(links);
	H5Tclose(type);
	H5Sclose(space);
}

/* ---- the legacy layout ---- */

/* What else a legacy file has. */
enum {
	UNDER_MODEL_WEIGHTS = 1,
	OTHERS_LISTED = 2,
	OTHER_NAMES = 4,
	MORE_LAYERS = 8,
	REVERSED = 16,
	THEANO = 32
};

/* A layer with its list of arrays: those that are trained first. */
static void write_layer(hid_t file, const char *base, const struct form *form, int first,
	const char *group_name, enum numbers numbers)
{
	const char *names[ARRAYS_MAXIMUM];
	int count = 0;
	for (unsigned later = 0; later < 2; later++)
		for (int i = first; form->arrays[i].layer &&
			strcmp(form->arrays[i].layer, form->arrays[first].layer) == 0;
			i++)
			if ((form->later >> i & 1) == later)
				names[count++] = form->arrays[i].name;
	hid_t group = make_group(file, format_text("%s/%s", base, group_name));
	write_texts(group, "weight_names", names, (hsize_t)count, false);
	H5Gclose(group);
	for (int i = first; i < first + count; i++)
		write_array(file, format_text("%s/%s/%s", base, group_name, form->arrays[i].name),
			&form->arrays[i], i, numbers);
}

static void write_empty_layer(hid_t file, const char *base, const char *name)
{
	hid_t group = make_group(file, format_text("%s/%s", base, name));
	write_texts(group, "weight_names", NULL, 0, false);
	H5Gclose(group);
}

/* A layer that the network does not have, and the state of a random generator. */
static void write_more(hid_t file, const char *base)
{
	static const struct form_array vector = {.rank = 1, .sides = {3}};
	hid_t group = make_group(file, format_text("%s/more", base));
	write_texts(group, "weight_names", (const char *const[]){"StateVar:0", "more/kernel:0"}, 2,
		false);
	H5Gclose(group);
	write_array(file, format_text("%s/more/StateVar:0", base), &vector, 0, FLOAT32);
	write_array(file, format_text("%s/more/more/kernel:0", base), &vector, 0, FLOAT32);
}

static void add_name(struct text_list *names, const char *name)
{
	if (text_list_add(names, name, NULL))
		exit(1);
}

/* Writes the layers, and adds their names to the list. */
static void write_layers(hid_t file, const char *base, const struct form *form,
	enum numbers numbers, int more, struct text_list *names)
{
	char others[128], name[32];
	snprintf(others, sizeof others, "%s", more & OTHERS_LISTED ? form->others : "");
	for (char *other = strtok(others, " "); other; other = strtok(NULL, " ")) {
		write_empty_layer(file, base, other);
		add_name(names, other);
	}
	if (more & MORE_LAYERS) {
		write_more(file, base);
		add_name(names, "more");
	}
	for (int i = 0; form->arrays[i].layer; i++) {
		const char *layer = form->arrays[i].layer;
		if (i && strcmp(layer, form->arrays[i - 1].layer) == 0)
			continue;
		snprintf(name, sizeof name, "%s", layer);
		if (more & OTHER_NAMES)
			snprintf(name, sizeof name, "z%d", 99 - i);
		write_layer(file, base, form, i, name, numbers);
		add_name(names, name);
	}
}

static void write_legacy(hid_t file, const struct form *form, enum numbers numbers, int more)
{
	const char *base = more & UNDER_MODEL_WEIGHTS ? "/model_weights" : "";
	const char *backend = more & THEANO ? "theano" : "tensorflow";
	struct text_list names = {0};
	write_layers(file, base, form, numbers, more, &names);
	for (size_t i = 0, last = names.count - 1; more & REVERSED && i < last; i++, last--) {
		char *name = names.items[last];
		names.items[last] = names.items[i];
		names.items[i] = name;
	}
	hid_t root = make_group(file, *base ? base : "/");
	write_texts(root, "layer_names", (const char *const *)names.items, names.count, false);
	write_texts(root, "backend", &backend, 1, true);
	H5Gclose(root);
	text_list_free(&names);
}

/* ---- the layouts of Keras 3, and of Keras 2.12 to 2.15 ---- */

/* The path of a group "a/b": "/FOLDER/a/FOLDER/b", with another separator on Windows. */
static const char *group_path(const char *group, const char *folder, char separator)
{
	static char path[512];
	size_t used = 0;
	for (const char *begin = group, *end; begin; begin = *end ? end + 1 : NULL) {
		end = begin + strcspn(begin, "/");
		used += (size_t)snprintf(path + used, sizeof path - used, "%c%s%c%.*s",
			used ? separator : '/', folder, separator, (int)(end - begin), begin);
	}
	return path;
}

/* States that are no weights of layers. */
static void write_states(hid_t file, const char *folder)
{
	static const struct form_array state = {.rank = 1, .sides = {2}}, step = {.rank = 0};
	write_array(file, "/optimizer/vars/0", &step, 1, FLOAT32);
	write_array(file, "/optimizer/vars/1", &state, 1, FLOAT32);
	write_array(file, format_text("/%s/dropout/seed_generator/vars/0", folder), &state, 1,
		FLOAT32);
	H5Gclose(make_group(file, format_text("/%s/input_layer/vars", folder)));
	H5Gclose(make_group(file, "/vars"));
}

static void write_keras3(hid_t file, const struct form *form, enum numbers numbers,
	const char *folder, char separator, bool is_doubled)
{
	for (int i = 0, number = 0; form->arrays[i].layer; i++) {
		const struct form_array *array = &form->arrays[i];
		number = i && strcmp(array->group, array[-1].group) == 0 ? number + 1 : 0;
		const char *path =
			group_path(is_doubled ? array->doubled : array->group, folder, separator);
		write_array(file, format_text("%s/vars/%d", path, number), array, i, numbers);
	}
}

/* ---- every form in every layout ---- */

enum layout { LEGACY, KERAS_3, KERAS_2_12, NUMBERED_BY_ONE };

static const struct {
	const char *title;
	enum layout layout;
	enum numbers numbers;
	int more;       /* legacy */
	char separator; /* others */
} LAYOUTS[] = {
	{"legacy", LEGACY, FLOAT32, 0, 0},
	{"legacy of a whole model", LEGACY, FLOAT32, UNDER_MODEL_WEIGHTS | OTHERS_LISTED, 0},
	{"legacy with other names", LEGACY, FLOAT32, OTHER_NAMES | OTHERS_LISTED, 0},
	{"legacy with more layers", LEGACY, FLOAT32, MORE_LAYERS, 0},
	{"legacy, float16", LEGACY, FLOAT16, 0, 0},
	{"legacy, big-endian float64", LEGACY, FLOAT64_BIG, UNDER_MODEL_WEIGHTS, 0},
	{"Keras 3", KERAS_3, FLOAT32, 0, '/'},
	{"Keras 3, big-endian float32", KERAS_3, FLOAT32_BIG, 0, '/'},
	{"Keras 3, bfloat16", KERAS_3, BFLOAT16, 0, '/'},
	{"Keras 3, bfloat16 as a type of HDF5", KERAS_3, BFLOAT16_OF_HDF5, 0, '/'},
	{"Keras 2.15 on Windows", KERAS_3, FLOAT32, 0, '\\'},
	{"Keras 2.12", KERAS_2_12, FLOAT32, 0, '/'},
	{"Keras 2.12, numbered by one", NUMBERED_BY_ONE, FLOAT32, 0, '/'},
	{"Keras 2.12, float16", KERAS_2_12, FLOAT16, 0, '/'},
	{"Keras 2.12 on Windows", KERAS_2_12, FLOAT32, 0, '\\'},
};

/* The bytes of the file, which the caller frees. */
static void *make_file(const struct form *form, enum layout layout, enum numbers numbers, int more,
	char separator, size_t *size)
{
	hid_t access = H5Pcreate(H5P_FILE_ACCESS);
	H5Pset_fapl_core(access, 1 << 16, false);
	hid_t file = H5Fcreate("forms", H5F_ACC_TRUNC, H5P_DEFAULT, access);
	const char *folder = layout == KERAS_3 ? "layers" : "_layer_checkpoint_dependencies";
	if (layout == LEGACY)
		write_legacy(file, form, numbers, more);
	else
		write_keras3(file, form, numbers, folder, separator, layout == KERAS_2_12);
	if (separator == '/')
		write_states(file, folder);
	H5Fflush(file, H5F_SCOPE_GLOBAL);
	*size = (size_t)H5Fget_file_image(file, NULL, 0);
	void *bytes = allocated(malloc(*size));
	H5Fget_file_image(file, bytes, *size);
	H5Fclose(file);
	H5Pclose(access);
	return bytes;
}

static struct network *make_network(const char *model)
{
	struct graph graph;
	struct network *network = NULL;
	struct error error = {0};
	char *text = allocated(strdup(model));
	for (char *quote = text; (quote = strchr(quote, '\''));)
		*quote = '"';
	if (read_text(&graph, text, NULL, &error) ||
		network_create(&network, &graph, NETWORK_PREDICT, 1, NULL, &error))
		note("%s: %s", error.object, error.reason);
	graph_free(&graph);
	free(text);
	return network;
}

/* Whether the network's parameters are the form's arrays. */
static bool has_values(const struct network *network, const unsigned char *bytes,
	const float *values, const struct weights_location *locations)
{
	for (int i = 0; i < network_parameter_count(network); i++) {
		size_t count = network_parameter(network, i).count;
		const unsigned char *from = locations[i].converted ? (const unsigned char *)values
								   : bytes + locations[i].offset;
		for (size_t k = 0; k < count; k++) {
			float got;
			memcpy(&got, from + k * sizeof got, sizeof got);
			if (got < value_of(i, k) || got > value_of(i, k)) {
				note("value %zu of array %d is %g", k, i, (double)got);
				return false;
			}
		}
		values += count;
	}
	return true;
}

/* Reads a file into a form's network; 1: the values are others; -1 with an error. */
static int read_file(const struct form *form, const void *bytes, size_t size, struct error *error)
{
	struct network *network = make_network(form->model);
	struct weights_location locations[ARRAYS_MAXIMUM];
	if (!network)
		exit(1);
	float *values = allocated(calloc(ARRAYS_MAXIMUM * VALUES_MAXIMUM, sizeof *values));
	int result = weights_parse(bytes, size, "file", network, values, locations, error);
	if (result == 0)
		result = !has_values(network, bytes, values, locations);
	free(values);
	network_destroy(network);
	return result;
}

static bool is_read(const struct form *form, const void *bytes, size_t size)
{
	struct error error = {0};
	int result = read_file(form, bytes, size, &error);
	if (result < 0)
		note("%s: %s", error.object, error.reason);
	return result == 0;
}

static void all(void)
{
	for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
		for (size_t k = 0; k < sizeof LAYOUTS / sizeof *LAYOUTS; k++) {
			size_t size;
			if (FORMS[i].is_keras1 && LAYOUTS[k].layout != LEGACY)
				continue;
			void *bytes = make_file(&FORMS[i], LAYOUTS[k].layout, LAYOUTS[k].numbers,
				LAYOUTS[k].more, LAYOUTS[k].separator, &size);
			ok(is_read(&FORMS[i], bytes, size), "%s: %s", FORMS[i].title,
				LAYOUTS[k].title);
			free(bytes);
		}
}

/* ---- what is matched, and what is not ---- */

static void matching(void)
{
	static const struct {
		const char *title;
		int more;
		const char *reason; /* NULL: it is read */
	} cases[] = {
		{"layers in another order are found by name", REVERSED, NULL},
		{"also with others among them", REVERSED | MORE_LAYERS | OTHERS_LISTED, NULL},
		{"other names with more layers", OTHER_NAMES | MORE_LAYERS,
			"has 8 weight arrays; the network has 7"},
		{"other names in another order", OTHER_NAMES | REVERSED,
			"has shape (2, 1); kernel of layer 'a' needs (3, 2, 3, 2)"},
		{"kernels of Theano", THEANO,
			"was written with the backend theano, which is not supported"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = {0};
		size_t size;
		void *bytes = make_file(&FORMS[0], LEGACY, FLOAT32, cases[i].more, 0, &size);
		int result = read_file(&FORMS[0], bytes, size, &error);
		is_integer(result, cases[i].reason ? -1 : 0, cases[i].title);
		if (cases[i].reason)
			is_text(error.reason, cases[i].reason, "... is refused");
		free(bytes);
	}
}

/* Two opaque bytes are bfloat16 only where the file says so. */
static void opaque(void)
{
	struct error error = {0};
	size_t size;
	unsigned char *bytes = make_file(&FORMS[0], KERAS_3, BFLOAT16, 0, '/', &size);
	for (unsigned char *name = bytes;
		(name = memmem(name, size - (size_t)(name - bytes), "bfloat16", 8));)
		name[0] = 'c';
	ok(read_file(&FORMS[0], bytes, size, &error) < 0, "opaque bytes of another type");
	is_text(error.reason, "has opaque bytes, not floating-point numbers", "... are refused");
	free(bytes);
}

int main(void)
{
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	all();
	matching();
	opaque();
	return done();
}
