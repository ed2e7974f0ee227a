/* A list of files with their classes. */
#include "common/fuzz.h"

#include "dataset/list.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct dataset_files files = {0};
	struct error error = {0};
	bool accepted =
		list_read(&files, fuzz_file(bytes, size), &error) == 0 || fuzz_refused(&error);
	for (size_t i = 0; accepted && i < files.count; i++) {
		assert(files.files[i].label >= -1 &&
			files.files[i].label < (int)files.classes.count);
		for (int j = 0; j < files.files[i].more_label_count; j++)
			assert(files.files[i].more_labels[j] >= 0 &&
				(size_t)files.files[i].more_labels[j] < files.classes.count);
	}
	dataset_files_free(&files);
	return accepted;
}
