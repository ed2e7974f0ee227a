#include "base/data.h"

#include "base/file.h"

#include <stdlib.h>

char *data_find(const char *name, struct error *error)
{
	const char *folders[] = {"data", getenv("MILLRACE_DATA"), DATA_FOLDER};
	for (int i = 0; i < 3; i++) {
		if (!folders[i])
			continue;
		char *path = file_join(folders[i], name);
		if (!path) {
			error_memory(error, name);
			return NULL;
		}
		if (file_exists(path))
			return path;
		free(path);
	}
	error_set(error, name, "not found in data, $MILLRACE_DATA or " DATA_FOLDER);
	return NULL;
}
