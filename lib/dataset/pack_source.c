#include "dataset/pack_source.h"

#include "base/file.h"
#include "dataset/idx.h"
#include "dataset/list.h"
#include "dataset/npy.h"

static int read_classes(struct text_list *classes, const struct pack_request *request,
	struct error *error)
{
	if (request->class_names && classes_parse(classes, request->class_names, error))
		return error_within(error, "--classes");
	return request->classes_path ? classes_read(classes, request->classes_path, error) : 0;
}

static int read_idx(struct pack_source *source, const char *images, const char *labels,
	struct error *error)
{
	struct ndarray label_array = {0};
	int result = idx_read(&source->images, images, 3, error);
	if (result == 0)
		result = idx_read(&label_array, labels, 1, error);
	if (result == 0)
		result = ndarray_add_files(&source->files, images, &source->images, labels,
			&label_array, error);
	ndarray_free(&label_array);
	return result;
}

/* `labels` is another .npy file, a table, or NULL. */
static int read_npy(struct pack_source *source, const char *images, const char *labels,
	struct error *error)
{
	struct ndarray label_array = {0};
	int array = labels ? npy_detect(labels, error) : 0;
	bool table = labels && !array;
	int result = array < 0 ? -1 : npy_read(&source->images, images, error);
	if (result == 0 && labels && !table)
		result = npy_read(&label_array, labels, error);
	if (result == 0)
		result = ndarray_add_files(&source->files, images, &source->images, labels,
			&label_array, error);
	if (result == 0 && table)
		result = list_read_labels(&source->files, labels, error);
	ndarray_free(&label_array);
	return result;
}

static int read_operands(struct pack_source *source, char *const *operands, size_t count,
	struct error *error)
{
	struct dataset_files *files = &source->files;
	int array = count ? npy_detect(operands[0], error) : 0,
	    folder = count == 1 ? file_check_folder(operands[0], error) : 0;
	if (array < 0 || folder < 0)
		return -1;
	if (count <= 2 && array)
		return read_npy(source, operands[0], count == 2 ? operands[1] : NULL, error);
	if (folder)
		return class_folders_read(files, operands[0], error);
	if (array)
		return error_set(error, operands[0],
			"is an array: give it alone or with its labels");
	if (count >= 1 && idx_detect(operands[0]))
		return error_set(error, operands[0], "is an IDX file: give --idx IMAGES LABELS");
	for (size_t i = 0; i < count; i++)
		if (dataset_files_add(files, operands[i], 0, -1, error))
			return -1;
	return count ? 0 : dataset_files_add(files, "-", 0, -1, error);
}

int pack_source_read(struct pack_source *source, const struct pack_request *request,
	char *const *operands, size_t count, struct error *error)
{
	struct dataset_files *files = &source->files;
	source->name = request->list ? request->list : count ? operands[0] : "-";
	source->from_list = request->list;
	if (read_classes(&files->classes, request, error))
		return -1;
	int result = request->list ? list_read(files, request->list, error)
		: request->idx     ? read_idx(source, operands[0], operands[1], error)
				   : read_operands(source, operands, count, error);
	if (result == 0 && files->count == 0)
		result = error_set(error, source->name,
			request->list ? "contains no pictures" : "holds no files in class folders");
	return result;
}

void pack_source_free(struct pack_source *source)
{
	dataset_files_free(&source->files);
	ndarray_free(&source->images);
}
