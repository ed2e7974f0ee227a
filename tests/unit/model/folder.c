/* A new model appears whole, replaces nothing but the files of a model, and leaves all as it was when it fails. */
#include "keras_files.h"

#include "base/file_set.h"
#include "model/folder.h"

#include <string.h>
#include <sys/stat.h>
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

static void put_model(const char *folder)
{
	put(folder, "architecture.json", "{}\n");
	put(folder, "training.json", "{}\n");
	put(folder, "poids.h5", "");
}

static bool holds(const char *folder, const char *name, const char *text)
{
	unsigned char *bytes;
	size_t size;
	struct error error;
	char *path = file_join(folder, name);
	bool same = file_read(path, 1 << 20, &bytes, &size, &error) == 0 && strcmp((char *)bytes, text) == 0;
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
	ok(!file_exists(path), "nothing is there yet");
	ok(model_folder_start(&folder, &error) == 0, "start");
	put_model(folder.making.path);
	ok(!file_exists(path), "nothing is there before it is whole");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	is_integer(files_in(path), 3, "the files are there");
	is_integer(files_in(scratch_path("a")), 1, "and nothing beside it");
	ok(model_folder_open(&folder, scratch_path("a/c_model"), &error) == 0 && model_folder_start(&folder, &error) == 0,
		"another is started");
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
	ok(stat(path, &before) == 0 && model_folder_open(&folder, path, &error) == 0, "open a model again");
	ok(model_folder_start(&folder, &error) == 0, "start");
	put(folder.making.path, "labels.txt", "two\n");
	model_folder_abandon(&folder);
	is_integer(files_in(path), 3, "abandoned: the old model is there");
	is_integer(files_in(scratch_path("a")), 1, "... alone");

	put(path, "thesis.txt", "");
	put(path, ".gitignore", "");
	put(path, "curves.png", "old");
	put(path, "labels.txt", "old");
	ok(model_folder_open(&folder, path, &error) == 0 && model_folder_start(&folder, &error) == 0, "start once more");
	put_model(folder.making.path);
	put(folder.making.path, "labels.txt", "two\n");
	put(path, "late.txt", "");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	is_integer(files_in(path), 6, "the new model is there");
	ok(holds(path, "labels.txt", "two\n"), "in place of the old one");
	ok(!holds(path, "curves.png", "old"), "of which nothing is left");
	ok(holds(path, "thesis.txt", "") && holds(path, ".gitignore", "") && holds(path, "late.txt", ""), "what is not of a model stays");
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
	is_text(error.reason, "holds something other than a model; it is not replaced", "... is not replaced");
	static const char *const others[][2] = {{"hidden", ".git"}, {"named", "labels.txt"}, {"project", "training.json"},
		{"keras", "X.weights.h5"}};
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "%s/%s", scratch(), others[i][0]);
		ok(file_make_folder(path, &error) == 0, "a folder with %s", others[i][1]);
		put(path, others[i][1], "");
		ok(model_folder_open(&folder, path, &error) < 0, "... is not replaced");
	}
	snprintf(path, sizeof path, "%s/odd", scratch());
	ok(file_make_folder(scratch_path("odd/curves.png"), &error) == 0, "a model with a folder for a file");
	put_model(path);
	ok(model_folder_open(&folder, path, &error) < 0, "... is not replaced");
	is_text(error.reason, "holds a folder curves.png, and in a model that is a file", "... for that");
	put(scratch(), "file", "");
	ok(model_folder_open(&folder, scratch_path("file"), &error) < 0, "a file");
	is_text(error.reason, "is a file, and a model is a folder", "... is not replaced");
	ok(model_folder_open(&folder, scratch_path("file/x"), &error) < 0, "a path through a file");
	ok(symlink("nowhere", scratch_path("astray")) == 0 && model_folder_open(&folder, scratch_path("astray"), &error) < 0,
		"a link that leads nowhere");
	ok(model_folder_open(&folder, "", &error) < 0, "an empty name");
	model_folder_abandon(&folder);
}

/* What happens to the final name while training goes on. */
static void taken_meanwhile(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096], expected[8192];
	snprintf(path, sizeof path, "%s/taken", scratch());
	for (int run = 1; run <= 2; run++) {
		ok(run == 2 || model_folder_open(&folder, path, &error) == 0, "open a new one");
		if (run == 2)
			folder = (struct model_folder){.path = strdup(path)};
		ok(run == 2 || file_make_folder(path, &error) == 0, "somebody makes the folder");
		if (run == 1)
			put(path, "labels.txt", "mine");
		ok(model_folder_start(&folder, &error) == 0, "start");
		put_model(folder.making.path);
		ok(model_folder_commit(&folder, &error) < 0, "commit fails");
		snprintf(expected, sizeof expected, "holds labels.txt, and no model that it is of; the new model is in %s.%d", path, run);
		is_text(error.reason, expected, "and says where it went");
		is_integer(files_in(path), 1, "the folder is as it was");
		ok(holds(path, "labels.txt", "mine"), "and the file");
		snprintf(expected, sizeof expected, "%s.%d", path, run);
		is_integer(files_in(expected), 3, "the new model is there");
	}
	ok(model_folder_open(&folder, scratch_path("gone/model"), &error) == 0 && rmdir(scratch_path("gone")) == 0 &&
		symlink("nowhere", scratch_path("gone")) == 0, "the folder above it goes");
	ok(model_folder_start(&folder, &error) < 0, "start fails");
	model_folder_abandon(&folder);
	ok(model_folder_open(&folder, scratch_path("became"), &error) == 0, "another");
	put(scratch(), "became", "mine");
	ok(model_folder_start(&folder, &error) == 0, "its name became a file");
	put_model(folder.making.path);
	ok(model_folder_commit(&folder, &error) < 0 && holds(scratch(), "became", "mine"), "which stays");
	is_integer(files_in(scratch_path("became.1")), 3, "and the model is beside it");
}

/* Killed after the new files were put in the folder: before any was moved, and after some were. */
static void finished_by_the_next(void)
{
	struct model_folder folder;
	struct error error;
	char path[4096], fresh[4200];
	for (int moved = 0; moved < 2; moved++) {
		snprintf(path, sizeof path, "%s/killed-%d", scratch(), moved);
		snprintf(fresh, sizeof fresh, "%s/.millrace-new", path);
		ok(file_make_folder(fresh, &error) == 0, "a folder");
		put_model(path);
		put(path, "labels.txt", "old");
		put(path, "notes.txt", "mine");
		put(path, "curves.png", moved ? "new" : "old");
		put(fresh, "labels.txt", "new");
		put(fresh, "poids.h5", "new");
		if (!moved)
			put(fresh, "architecture.json", "new");
		char *labels = file_set_path(path, "labels.txt");
		ok(strstr(labels, "new/labels.txt") != NULL, "a reader finds the new labels");
		free(labels);
		ok(model_folder_open(&folder, path, &error) == 0, "the next to open it");
		model_folder_abandon(&folder);
		ok(!file_exists(fresh) && holds(path, "labels.txt", "new") && holds(path, "poids.h5", "new"), "moves them");
		ok(holds(path, "curves.png", "new") == moved && !holds(path, "curves.png", "old"), "without one of the old");
		ok(holds(path, "notes.txt", "mine"), "what is not of a model stays");
	}
}

static void through_a_link(void)
{
	struct model_folder folder;
	struct error error;
	ok(symlink("a/b_model", scratch_path("link")) == 0, "a link to a model");
	ok(model_folder_open(&folder, scratch_path("link"), &error) == 0 && model_folder_start(&folder, &error) == 0, "start");
	put_model(folder.making.path);
	put(folder.making.path, "history.tsv", "linked");
	ok(model_folder_commit(&folder, &error) == 0, "commit");
	ok(holds(scratch_path("a/b_model"), "history.tsv", "linked"), "the model behind the link was replaced");
	char target[64];
	ok(readlink(scratch_path("link"), target, sizeof target) == 9, "the link stays");
	char before[4096];
	ok(getcwd(before, sizeof before) && chdir(scratch_path("a/b_model")) == 0, "in a model");
	ok(model_folder_open(&folder, ".", &error) == 0 && model_folder_start(&folder, &error) == 0, "start");
	put_model(folder.making.path);
	put(folder.making.path, "history.tsv", "here");
	ok(model_folder_commit(&folder, &error) == 0 && holds(".", "history.tsv", "here"), "the working folder stays");
	ok(chdir(before) == 0, "back");
}

int main(void)
{
	new_folder();
	replaced_folder();
	refused_folders();
	taken_meanwhile();
	finished_by_the_next();
	through_a_link();
	return done();
}
