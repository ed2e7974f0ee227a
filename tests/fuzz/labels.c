/* labels.txt */
#include "common/fuzz.h"

#include "model/model.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct text_list labels;
	struct error error = {0};
	if (labels_read(&labels, fuzz_file(bytes, size), &error))
		return fuzz_refused(&error);
	for (size_t i = 0; i < labels.count; i++)
		assert(text_is_class_name(labels.items[i]) &&
			text_list_find(&labels, labels.items[i]) == (int)i);
	assert(labels.count);
	text_list_free(&labels);
	return true;
}
