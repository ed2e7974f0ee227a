/* A model is installed atomically, replaces only files of a model, and leaves everything unchanged
 * on failure. */
#include "keras_files.h"

#include "base/file_set.h"
#include "model/folder.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *folder, const char *name, const char *text)
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
	if (file_list(path, FILE_REGULAR, &names, &error) ||
		file_list(path, FILE_FOLDER, &names, &error))
		return -1;
	int count = (int)names.count;
	text_list_free(&names);
	return count;
}

static void write_model(const char *folder)
{
	write_file(folder, "architecture.json", "{}\n");
	write_file(folder, "training.json", "{}\n");
	write_file(folder, "poids.h5", "");
}

static bool holds(const char *folder, const char *name, const char *text)
{
	unsigned char *bytes;
	size_t size;
	struct error error;
	char *path = file_join(folder, name);
	bool same = file_read(path, 1 << 20, &bytes, &size, &error) == 0 &&
		strcmp((char *)bytes, text) == 0;
	free(bytes);
	free(path);
	return same;
}

static void new_folder(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096];
	snprintf(path, sizeof path, "%s/a/b_model/", scratch());
	ok(model_folder_open(&folder, path, &error) == 0, "open");
	ok(!file_exists(path), "it does not exist yet");
	ok(model_folder_start(&folder, &error) == 0, "start");
	write_model(folder.staging.path);
	ok(!file_exists(path), "it does not exist before commit");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	is_integer(files_in(path), 3, "it has the files");
	is_integer(files_in(scratch_path("a")), 1, "and nothing beside it");
	ok(model_folder_open(&folder, scratch_path("a/c_model"), &error) == 0 &&
			model_folder_start(&folder, &error) == 0,
		"start another");
	model_folder_abandon(&folder);
	is_integer(files_in(scratch_path("a")), 1, "abandoned, it leaves no folder");
}

static void replaced_folder(void)
{
	struct model_folder folder;
	struct error error;
	struct stat before, after;
	char path[4096];
	snprintf(path, sizeof path, "%s/a/b_model", scratch());
	ok(stat(path, &before) == 0 && model_folder_open(&folder, path, &error) == 0,
		"open a model again");
	ok(model_folder_start(&folder, &error) == 0, "start");
	write_file(folder.staging.path, "labels.txt", "two\n");
	model_folder_abandon(&folder);
	is_integer(files_in(path), 3, "abandoned: the old model is unchanged");
	is_integer(files_in(scratch_path("a")), 1, "... alone");

	write_file(path, "thesis.txt", "");
	write_file(path, ".gitignore", "");
	write_file(path, "curves.png", "old");
	write_file(path, "labels.txt", "old");
	ok(model_folder_open(&folder, path, &error) == 0 &&
			model_folder_start(&folder, &error) == 0,
		"start once more");
	write_model(folder.staging.path);
	write_file(folder.staging.path, "labels.txt", "two\n");
	write_file(path, "late.txt", "");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	is_integer(files_in(path), 6, "it has the new model");
	ok(holds(path, "labels.txt", "two\n"), "instead of the old one");
	ok(!holds(path, "curves.png", "old"), "whose files are removed");
	ok(holds(path, "thesis.txt", "") && holds(path, ".gitignore", "") &&
			holds(path, "late.txt", ""),
		"other files stay");
	is_integer(files_in(scratch_path("a")), 1, "nothing is beside it");
	ok(stat(path, &after) == 0 && before.st_ino == after.st_ino, "the folder is the same");
}

static void refused_folders(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096];
	snprintf(path, sizeof path, "%s", scratch());
	ok(model_folder_open(&folder, path, &error) < 0, "a folder of other things");
	is_text(error.reason, "contains files but no model; it is not replaced",
		"... is not replaced");
	static const char *const others[][2] = {{"hidden", ".git"}, {"named", "labels.txt"},
		{"project", "training.json"}, {"keras", "X.weights.h5"}};
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "%s/%s", scratch(), others[i][0]);
		ok(file_make_folder(path, &error) == 0, "a folder with %s", others[i][1]);
		write_file(path, others[i][1], "");
		ok(model_folder_open(&folder, path, &error) < 0, "... is not replaced");
	}
	snprintf(path, sizeof path, "%s/odd", scratch());
	ok(file_make_folder(scratch_path("odd/curves.png"), &error) == 0,
		"a model with a folder for a file");
	write_model(path);
	ok(model_folder_open(&folder, path, &error) < 0, "... is not replaced");
	is_text(error.reason, "contains a folder curves.png where a model has a file",
		"... with the reason");
	write_file(scratch(), "file", "");
	ok(model_folder_open(&folder, scratch_path("file"), &error) < 0, "a file");
	is_text(error.reason, "is a file; a model must be a folder", "... is not replaced");
	ok(model_folder_open(&folder, scratch_path("file/x"), &error) < 0, "a path through a file");
	ok(symlink("nowhere", scratch_path("astray")) == 0 &&
			model_folder_open(&folder, scratch_path("astray"), &error) < 0,
		"a dangling link");
	ok(model_folder_open(&folder, "", &error) < 0, "an empty name");
	model_folder_abandon(&folder);
}

/* The final name is used by something else during training. */
static void name_used_meanwhile(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096], expected[8192];
	snprintf(path, sizeof path, "%s/taken", scratch());
	for (int run = 1; run <= 2; run++) {
		ok(run == 2 || model_folder_open(&folder, path, &error) == 0, "open a new one");
		if (run == 2)
			folder = (struct model_folder){.path = strdup(path)};
		ok(run == 2 || file_make_folder(path, &error) == 0,
			"another process makes the folder");
		if (run == 1)
			write_file(path, "labels.txt", "mine");
		ok(model_folder_start(&folder, &error) == 0, "start");
		write_model(folder.staging.path);
		ok(model_folder_commit(&folder, &error) < 0, "commit fails");
		snprintf(expected, sizeof expected,
			"contains labels.txt, which is not part of a model; the new model is in "
			"%s.%d",
			path, run);
		is_text(error.reason, expected, "and the message has its path");
		is_integer(files_in(path), 1, "the folder is unchanged");
		ok(holds(path, "labels.txt", "mine"), "and the file");
		snprintf(expected, sizeof expected, "%s.%d", path, run);
		is_integer(files_in(expected), 3, "it has the new model");
	}
	ok(model_folder_open(&folder, scratch_path("gone/model"), &error) == 0 &&
			rmdir(scratch_path("gone")) == 0 &&
			symlink("nowhere", scratch_path("gone")) == 0,
		"the parent folder is removed");
	ok(model_folder_start(&folder, &error) < 0, "start fails");
	model_folder_abandon(&folder);
	ok(model_folder_open(&folder, scratch_path("became"), &error) == 0, "another");
	write_file(scratch(), "became", "mine");
	ok(model_folder_start(&folder, &error) == 0, "its name is now a file");
	write_model(folder.staging.path);
	ok(model_folder_commit(&folder, &error) < 0 && holds(scratch(), "became", "mine"),
		"which stays");
	is_integer(files_in(scratch_path("became.1")), 3, "and the model is saved beside it");
}

/* Killed after the new files were complete: before any was moved, and after some were. */
static void completed_by_the_next(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096], fresh[4200];
	for (int moved = 0; moved < 2; moved++) {
		snprintf(path, sizeof path, "%s/killed-%d", scratch(), moved);
		snprintf(fresh, sizeof fresh, "%s/.millrace-new", path);
		ok(file_make_folder(fresh, &error) == 0, "a folder");
		write_model(path);
		write_file(path, "labels.txt", "old");
		write_file(path, "notes.txt", "mine");
		write_file(path, "curves.png", moved ? "new" : "old");
		write_file(fresh, "labels.txt", "new");
		write_file(fresh, "poids.h5", "new");
		if (!moved)
			write_file(fresh, "architecture.json", "new");
		char *labels = file_set_path(path, "labels.txt");
		ok(strstr(labels, "new/labels.txt") != NULL, "a reader finds the new labels");
		free(labels);
		ok(model_folder_open(&folder, path, &error) == 0, "the next to open it");
		model_folder_abandon(&folder);
		ok(!file_exists(fresh) && holds(path, "labels.txt", "new") &&
				holds(path, "poids.h5", "new"),
			"moves them");
		ok(holds(path, "curves.png", "new") == moved && !holds(path, "curves.png", "old"),
			"and removes the old ones");
		ok(holds(path, "notes.txt", "mine"), "other files stay");
	}
}

static void removed(void)
{
	struct model_folder folder;
	struct error error;
	const char *path = scratch_path("old.partial");
	ok(file_make_folder(path, &error) == 0, "a folder");
	write_file(path, "notes.txt", "mine");
	write_file(path, model_file_names[MODEL_CHECKPOINT], "");
	ok(model_folder_open(&folder, path, &error) == 0,
		"what a killed removal leaves is a model");
	model_folder_abandon(&folder);
	write_model(path);
	ok(model_folder_remove(path, &error) == 0 && files_in(path) == 1 &&
			holds(path, "notes.txt", "mine"),
		"its files are removed, others stay");
	ok(unlink(scratch_path("old.partial/notes.txt")) == 0 &&
			model_folder_remove(path, &error) == 0 && !file_exists(path),
		"and the folder, if it is empty");
	ok(model_folder_remove(path, &error) == 0, "nothing to remove is no error");
}

static void through_a_link(void)
{
	struct model_folder folder;
	struct error error;
	ok(symlink("a/b_model", scratch_path("link")) == 0, "a link to a model");
	ok(model_folder_open(&folder, scratch_path("link"), &error) == 0 &&
			model_folder_start(&folder, &error) == 0,
		"start");
	write_model(folder.staging.path);
	write_file(folder.staging.path, "history.tsv", "linked");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	ok(holds(scratch_path("a/b_model"), "history.tsv", "linked"),
		"the target of the link was replaced");
	char target[64];
	ok(readlink(scratch_path("link"), target, sizeof target) == 9, "the link stays");
	char before[4096];
	ok(getcwd(before, sizeof before) && chdir(scratch_path("a/b_model")) == 0, "in a model");
	ok(model_folder_open(&folder, ".", &error) == 0 && model_folder_start(&folder, &error) == 0,
		"start");
	write_model(folder.staging.path);
	write_file(folder.staging.path, "history.tsv", "here");
	ok(model_folder_commit(&folder, &error) == 0 && holds(".", "history.tsv", "here"),
		"the working folder stays");
	ok(chdir(before) == 0, "back");
}

int main(void)
{
	new_folder();
	replaced_folder();
	refused_folders();
	name_used_meanwhile();
	completed_by_the_next();
	removed();
	through_a_link();
	return done();
}
