#include "draw/character.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "FOLDER/DATASET/characters.json" if that is there, else NULL. */
static char *look_in(const char *folder, const char *dataset)
{
	char *path = text_format("%s/%s/characters.json", folder, dataset);
	if (path && file_exists(path))
		return path;
	free(path);
	return NULL;
}

/* The data folder of an installation, as seen from PREFIX/bin/PROGRAM; NULL where that is not known. */
static char *installed_folder(void)
{
	char program[4096];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (length <= 0)
		return NULL;
	program[length] = 0;
	return text_format("%.*s../share/millrace/data", (int)(text_base_name(program) - program), program);
}

static char *find_named(const char *dataset)
{
	const char *given = getenv("MILLRACE_DATA");
	char *path = look_in("data", dataset);
	if (!path && given)
		path = look_in(given, dataset);
	if (!path) {
		char *installed = installed_folder();
		if (installed)
			path = look_in(installed, dataset);
		free(installed);
	}
	return path;
}

static bool is_path(const char *dataset)
{
	size_t length = strlen(dataset);
	return strchr(dataset, '/') || strcmp(dataset, "-") == 0
		|| (length > 5 && strcmp(dataset + length - 5, ".json") == 0);
}

char *cast_find(const char *dataset, struct error *error)
{
	char *path;
	if (is_path(dataset))
		path = file_is_folder(dataset) ? file_join(dataset, "characters.json") : strdup(dataset);
	else
		path = find_named(dataset);
	if (!path)
		error_set(error, dataset, "no such dataset: data/%s/characters.json is neither here, in MILLRACE_DATA nor installed",
			dataset);
	return path;
}
