#include "dataset/ndarray.h"

#include "stream/stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void ndarray_free(struct ndarray *array)
{
	if (array->mapped)
		munmap(array->owned, array->mapped);
	else
		free(array->owned);
	*array = (struct ndarray){0};
}

uint64_t ndarray_row_count(const struct ndarray *array)
{
	return array->sizes[1] * array->sizes[2] * array->sizes[3];
}

uint64_t ndarray_count(const struct ndarray *array)
{
	return array->sizes[0] * ndarray_row_count(array);
}

bool ndarray_is_bytes(const struct ndarray *array)
{
	return array->size == 1 &&
		(array->kind == NDARRAY_UNSIGNED || array->kind == NDARRAY_BOOLEAN);
}

/* ---- values ---- */

static uint64_t load_integer(const unsigned char *bytes, int size, bool big_endian)
{
	uint64_t value = 0;
	for (int i = 0; i < size; i++)
		value = value << 8 | bytes[big_endian ? i : size - 1 - i];
	return value;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double half_value(uint64_t bits)
{
	int exponent = bits >> 10 & 31;
	double fraction = (double)(bits & 1023);
	double value = exponent == 0 ? ldexp(fraction, -24)
		: exponent < 31      ? ldexp(1024 + fraction, exponent - 25)
		: fraction > 0       ? NAN
				     : INFINITY;
	return bits >> 15 ? -value : value;
}

static double float_value(uint64_t bits, int size)
{
	uint32_t single_bits = (uint32_t)bits;
	float single_value;
	double value;
	if (size == 2)
		return half_value(bits);
	memcpy(&single_value, &single_bits, sizeof single_value);
	memcpy(&value, &bits, sizeof value);
	return size == 4 ? (double)single_value : value;
}

static double signed_value(uint64_t bits, int size)
{
	int unused = 64 - 8 * size;
	return (double)((int64_t)(bits << unused) >> unused);
}

/* Index of a value in the file when the first index varies fastest. */
static uint64_t fortran_index(const struct ndarray *array, uint64_t row, uint64_t position)
{
	const uint64_t *sizes = array->sizes;
	uint64_t c = position % sizes[3], w = position / sizes[3] % sizes[2],
		 h = position / sizes[3] / sizes[2];
	return row + sizes[0] * (h + sizes[1] * (w + sizes[2] * c));
}

double ndarray_value(const struct ndarray *array, uint64_t row, uint64_t index)
{
	uint64_t offset = array->fortran_order ? fortran_index(array, row, index)
					       : row * ndarray_row_count(array) + index;
	uint64_t bits = load_integer(array->values + offset * (uint64_t)array->size, array->size,
		array->big_endian);
	if (array->kind == NDARRAY_FLOAT)
		return float_value(bits, array->size);
	return array->kind == NDARRAY_SIGNED ? signed_value(bits, array->size) : (double)bits;
}

bool ndarray_range(const struct ndarray *array, double *minimum, double *maximum)
{
	struct ndarray flat = *array; /* the order of values doesn't matter */
	flat.fortran_order = false;
	*minimum = INFINITY;
	*maximum = -INFINITY;
	for (uint64_t i = 0; i < ndarray_count(array); i++) {
		double value = ndarray_value(&flat, 0, i);
		if (!isfinite(value))
			return false;
		*minimum = value < *minimum ? value : *minimum;
		*maximum = value > *maximum ? value : *maximum;
	}
	return true;
}

/* ---- labels ---- */

static int check_image_shape(const char *path, const struct ndarray *images, struct error *error)
{
	if (images->rank < 3)
		return error_set(error, path, "has %d dimension%s; images have 3 or 4",
			images->rank, images->rank > 1 ? "s" : "");
	for (int i = 1; i < NDARRAY_RANK_MAXIMUM; i++)
		if (images->sizes[i] > STREAM_DIMENSION_MAXIMUM)
			return error_set(error, path, "images of more than %d pixels a side",
				STREAM_DIMENSION_MAXIMUM);
	return 0;
}

/* Names `count` classes by their indices, or checks that enough classes are given. */
static int name_classes(struct dataset_files *files, const char *path, uint64_t count,
	struct error *error)
{
	size_t given = files->classes.count;
	if (given >= count)
		return 0;
	if (given)
		return error_set(error, path, "label %llu, but only %zu classes are given",
			(unsigned long long)count - 1, given);
	if (count > STREAM_CLASSES_MAXIMUM)
		return error_set(error, path, "more than %d classes", STREAM_CLASSES_MAXIMUM);
	for (uint64_t i = 0; i < count; i++) {
		char name[24];
		snprintf(name, sizeof name, "%llu", (unsigned long long)i);
		if (text_list_add(&files->classes, name, error))
			return -1;
	}
	return 0;
}

/* Checks that labels are class indices, and names the classes. */
static int check_label_indices(struct dataset_files *files, const char *path,
	const struct ndarray *labels, struct error *error)
{
	double highest = -1;
	for (uint64_t i = 0; i < labels->sizes[0]; i++) {
		double label = ndarray_value(labels, i, 0);
		if (!(label >= -1 && label < STREAM_CLASSES_MAXIMUM && label == floor(label)))
			return error_set(error, path, "label %llu is %.15g, not a class index",
				(unsigned long long)i, label);
		highest = label > highest ? label : highest;
	}
	return name_classes(files, path, (uint64_t)(highest + 1), error);
}

static int check_label_weights(struct dataset_files *files, const char *path,
	const struct ndarray *labels, struct error *error)
{
	double minimum, maximum;
	if (!ndarray_range(labels, &minimum, &maximum) || minimum < 0 || maximum > 1)
		return error_set(error, path, "a weight is not in 0..1");
	if (files->classes.count && files->classes.count != labels->sizes[1])
		return error_set(error, path, "weights for %llu classes, but %zu classes are given",
			(unsigned long long)labels->sizes[1], files->classes.count);
	return name_classes(files, path, labels->sizes[1], error);
}

static int check_labels(struct dataset_files *files, const char *path, const struct ndarray *images,
	const struct ndarray *labels, struct error *error)
{
	if (labels->rank > 2)
		return error_set(error, path, "has %d dimensions; labels have 1 or 2",
			labels->rank);
	if (labels->sizes[0] != images->sizes[0])
		return error_set(error, path, "%llu labels for %llu images",
			(unsigned long long)labels->sizes[0], (unsigned long long)images->sizes[0]);
	return labels->sizes[1] > 1 ? check_label_weights(files, path, labels, error)
				    : check_label_indices(files, path, labels, error);
}

static int add_weights(struct dataset_file *file, const struct ndarray *labels, uint64_t row,
	struct error *error)
{
	file->weights = malloc(labels->sizes[1] * sizeof *file->weights);
	if (!file->weights)
		return error_memory(error, file->path);
	for (uint64_t i = 0; i < labels->sizes[1]; i++)
		file->weights[i] = (float)ndarray_value(labels, row, i);
	return 0;
}

int ndarray_add_files(struct dataset_files *files, const char *images_path,
	const struct ndarray *images, const char *labels_path, const struct ndarray *labels,
	struct error *error)
{
	const char *base = text_base_name(images_path);
	if (check_image_shape(images_path, images, error) ||
		(labels->values && check_labels(files, labels_path, images, labels, error)))
		return -1;
	for (uint64_t i = 0; i < images->sizes[0]; i++) {
		bool weights = labels->values && labels->sizes[1] > 1,
		     index = labels->values && !weights;
		char *name = text_format("%s#%llu", base, (unsigned long long)i);
		int result = name ? dataset_files_add(files, name, 0,
					    index ? (int)ndarray_value(labels, i, 0) : -1, error)
				  : error_memory(error, images_path);
		free(name);
		if (result ||
			(weights && add_weights(&files->files[files->count - 1], labels, i, error)))
			return -1;
	}
	return 0;
}
