/* Which of Keras' layouts a file has. */
#include "format/weights_file.h"

static bool is_legacy(const struct weights_file *file, const char *group)
{
	return H5Aexists_by_name(file->id, group, "layer_names", H5P_DEFAULT) > 0 ||
		H5Aexists_by_name(file->id, group, "layer_names0", H5P_DEFAULT) > 0;
}

int weights_list(const struct weights_file *file, const struct network *network,
	struct text_list *arrays)
{
	if (is_legacy(file, "/"))
		return weights_list_legacy(file, "", network, arrays);
	int found = weights_find(file, "/model_weights");
	if (found == 1 && is_legacy(file, "/model_weights"))
		return weights_list_legacy(file, "/model_weights", network, arrays);
	if (found >= 0)
		found = weights_list_keras3(file, network, arrays);
	return found == 0
		? error_set(file->error, file->path, "has no weights in a layout of Keras")
		: found < 0 ? -1
			    : 0;
}
