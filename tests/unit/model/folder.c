/* A model folder appears whole, replaces only a model, and stays as it was when the new one fails. */
#include "keras_files.h"

#include "model/folder.h"

#include <string.h>
#include <unistd.h>

static void put(const char *folder, const char *name, const char *text)
{
	char *path = file_join(folder, name);
	struct error error;
	ok(output_bytes(path, text, strlen(text), &error) == 0, "write %s", name);
	free(path);
}

static int files_in(const char *path)
{
	struct text_list names = {0};
	struct error error;
	if (file_list(path, FILE_REGULAR, &names, &error) || file_list(path, FILE_FOLDER, &names, &error))
		return -1;
	int count = (int)names.count;
	text_list_free(&names);
	return count;
}

static void new_folder(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096];
	snprintf(path, sizeof path, "%s/a/b_model/", scratch());
	ok(model_folder_open(&folder, path, &error) == 0, "open");
	ok(!file_exists(path), "nothing is there yet");
	ok(model_folder_start(&folder, &error) == 0, "start");
	put(folder.making.path, "training.json", "{}\n");
	put(folder.making.path, "poids.h5", "");
	ok(!file_exists(path), "nothing is there before it is whole");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	is_integer(files_in(path), 2, "the files are there");
	is_integer(files_in(scratch_path("a")), 1, "and nothing beside it");
}

static void replaced_folder(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096];
	snprintf(path, sizeof path, "%s/a/b_model", scratch());
	ok(model_folder_open(&folder, path, &error) == 0, "open a model again");
	ok(model_folder_start(&folder, &error) == 0, "start");
	put(folder.making.path, "labels.txt", "two\n");
	model_folder_abandon(&folder);
	is_integer(files_in(path), 2, "abandoned: the old model is there");
	is_integer(files_in(scratch_path("a")), 1, "... alone");

	ok(model_folder_open(&folder, path, &error) == 0 && model_folder_start(&folder, &error) == 0, "start once more");
	put(folder.making.path, "labels.txt", "two\n");
	put(folder.making.path, "training.json", "{}\n");
	put(folder.making.path, "poids.h5", "");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	is_integer(files_in(path), 3, "the new model is there");
	is_integer(files_in(scratch_path("a")), 1, "... alone");
}

static void refused_folders(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096];
	snprintf(path, sizeof path, "%s", scratch());
	ok(model_folder_open(&folder, path, &error) < 0, "a folder of other things");
	is_text(error.reason, "holds something other than a model; it is not replaced", "... is not replaced");
	static const char *const others[][2] = {{"hidden", ".git"}, {"named", "labels.txt"}, {"project", "training.json"}};
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s", scratch(), others[i][0]);
		ok(file_make_folder(path, &error) == 0, "a folder with %s", others[i][1]);
		put(path, others[i][1], "");
		ok(model_folder_open(&folder, path, &error) < 0, "... is not replaced");
	}
	snprintf(path, sizeof path, "%s/versioned", scratch());
	ok(file_make_folder(path, &error) == 0, "a model under version control");
	put(path, "training.json", "{}");
	put(path, "poids.h5", "");
	put(path, ".gitignore", "");
	ok(model_folder_open(&folder, path, &error) < 0, "... is not replaced");
	put(scratch(), "file", "");
	ok(model_folder_open(&folder, scratch_path("file"), &error) < 0, "a file");
	is_text(error.reason, "is a file, and a model is a folder", "... is not replaced");
	ok(model_folder_open(&folder, scratch_path("file/x"), &error) < 0, "a path through a file");
	ok(model_folder_open(&folder, "", &error) < 0, "an empty name");
	model_folder_abandon(&folder);
}

static void through_a_link(void)
{
	struct model_folder folder;
	struct error error;
	ok(symlink("a/b_model", scratch_path("link")) == 0, "a link to a model");
	ok(model_folder_open(&folder, scratch_path("link"), &error) == 0 && model_folder_start(&folder, &error) == 0, "start");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	is_integer(files_in(scratch_path("a/b_model")), 0, "the folder behind the link was replaced");
	char target[64];
	ok(readlink(scratch_path("link"), target, sizeof target) == 9, "the link stays");
}

int main(void)
{
	new_folder();
	replaced_folder();
	refused_folders();
	through_a_link();
	return done();
}
