#include "dataset/operands.h"

#include "base/file.h"
#include "dataset/class_folders.h"

static int add_folder(struct text_list *paths, const char *folder, struct error *error)
{
	struct dataset_files files = {0};
	int result = dataset_files_add_folder(&files, folder, error);
	for (size_t i = 0; i < files.count && result == 0; i++)
		result = text_list_add(paths, files.files[i].path, error);
	dataset_files_free(&files);
	return result;
}

int operands_find_files(struct text_list *paths, char *const *operands, size_t count,
	struct bad_inputs *bad, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		int result = file_check_folder(operands[i], error);
		if (result >= 0)
			result = result ? add_folder(paths, operands[i], error)
					: text_list_add(paths, operands[i], error);
		if (result && bad_input_skip(bad, error, error))
			return -1;
	}
	return 0;
}
