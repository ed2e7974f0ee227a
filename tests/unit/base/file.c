/* Files appear whole or not at all; folders are listed in order. */
#include "base/file.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *at(const char *name)
{
	return file_join(scratch(), name);
}

static size_t entries(void)
{
	struct text_list names = {0};
	struct error error;
	size_t count = file_list(scratch(), FILE_REGULAR, &names, &error) ? 999 : names.count;
	text_list_free(&names);
	return count;
}

static bool holds(const char *path, const char *text)
{
	unsigned char *bytes;
	size_t size;
	struct error error;
	bool same = file_read(path, 1 << 20, &bytes, &size, &error) == 0 &&
		strcmp((char *)bytes, text) == 0;
	free(bytes);
	return same;
}

static void replace(void)
{
	struct error error;
	struct output output;
	char *path = at("file");
	ok(output_bytes(path, "old", 3, &error) == 0 && holds(path, "old"), "bytes are written");
	ok(output_open(&output, path, &error) == 0, "an output opens");
	fputs("new", output.stream);
	fflush(output.stream);
	ok(holds(path, "old"), "the old content stays while the new is written");
	output_abandon(&output);
	ok(holds(path, "old") && entries() == 1, "abandoned: nothing changed, nothing left");
	ok(output_open(&output, path, &error) == 0, "an output opens again");
	fputs("new", output.stream);
	ok(output_commit(&output, &error) == 0 && holds(path, "new") && entries() == 1,
		"committed: replaced");
	struct stat status;
	mode_t mask = umask(022);
	umask(mask);
	ok(stat(path, &status) == 0 && (status.st_mode & 0777) == (0666 & ~mask),
		"with the mode of any new file");
	ok(output_open(&output, path, &error) == 0, "and again");
	unfinished_remove_all();
	ok(access(output.unfinished.path, F_OK) != 0 && holds(path, "new"),
		"a signal handler can remove what is unfinished");
	output_abandon(&output);
	free(path);
}

static void failures(void)
{
	struct error error;
	struct output output;
	unsigned char *bytes;
	size_t size;
	char *missing = at("no/such/file"), *path = at("file");
	ok(output_open(&output, missing, &error) == -1, "no folder, no output");
	is_text(error.reason, "No such file or directory", "  and it says so");
	ok(output_open(&output, scratch(), &error) == -1, "a folder is no output");
	is_text(error.reason, "is a folder", "  and it says so");
	ok(output_bytes("/dev/full", "x", 1, &error) == -1, "a full disk is an error");
	is_text(error.reason, "No space left on device", "  and it says so");
	ok(access("/dev/full", W_OK) == 0, "and the device is still one");
	ok(file_read(missing, 10, &bytes, &size, &error) == -1 && !bytes, "a missing file");
	ok(file_read(scratch(), 10, &bytes, &size, &error) == -1 && !bytes, "a folder is no file");
	is_text(error.reason, "is a folder", "  and it says so");
	ok(file_read(path, 2, &bytes, &size, &error) == -1 && !bytes, "a file above the limit");
	is_text(error.reason, "larger than 2 bytes", "  and it says so");
	ok(file_read(path, 3, &bytes, &size, &error) == 0 && size == 3, "a file at the limit");
	free(bytes);
	free(missing);
	free(path);
}

static void folders(void)
{
	struct error error;
	struct text_list names = {0};
	char *deep = at("tree/b/c"), *tree = at("tree"), *blocked = at("file/x");
	ok(file_make_folder(deep, &error) == 0 && file_is_folder(deep),
		"folders are made with those above");
	ok(file_make_folder(deep, &error) == 0, "twice is fine");
	ok(file_make_folder(blocked, &error) == -1, "not below a file");
	static const char *const files[] = {"tree/z", "tree/A", "tree/a b", "tree/.hidden"};
	for (int i = 0; i < 4; i++) {
		char *path = at(files[i]);
		ok(output_bytes(path, "", 0, &error) == 0, "an empty file: %s", files[i]);
		free(path);
	}
	ok(file_list(tree, FILE_REGULAR, &names, &error) == 0 && names.count == 3,
		"files, hidden ones left out");
	ok(strcmp(names.items[0], "A") == 0 && strcmp(names.items[1], "a b") == 0,
		"sorted by bytes");
	text_list_free(&names);
	ok(file_list(tree, FILE_FOLDER, &names, &error) == 0 && names.count == 1, "folders alone");
	text_list_free(&names);
	ok(file_list(blocked, FILE_FOLDER, &names, &error) == -1, "no list of what is no folder");
	text_list_free(&names);
	free(deep);
	free(tree);
	free(blocked);
}

/* Makes link `name` to `target` in the scratch folder, and writes through it. */
static int write_through(const char *name, const char *target, const char *text,
	struct error *error)
{
	char *link = at(name);
	int result = symlink(target, link) ? -1 : output_bytes(link, text, strlen(text), error);
	struct stat status;
	ok(lstat(link, &status) == 0 && S_ISLNK(status.st_mode), "%s stays a link", name);
	free(link);
	return result;
}

static void links(void)
{
	struct error error;
	char *target = at("file"), *absent = at("tree/absent"), *inside = at("tree/inside");
	ok(write_through("link", "file", "linked", &error) == 0 && holds(target, "linked"),
		"the file that it leads to is written");
	ok(write_through("tree/back", "../link", "twice", &error) == 0 && holds(target, "twice"),
		"over two links, and from below");
	ok(write_through("dangling", "tree/absent", "new", &error) == 0 && holds(absent, "new"),
		"one that isn't there is made");
	ok(write_through("absolute", inside, "whole", &error) == 0 && holds(inside, "whole"),
		"a whole path");
	ok(write_through("circle", "circle", "x", &error) == -1, "a link to itself");
	is_text(error.reason, "Too many levels of symbolic links", "  and it says so");
	ok(strstr(error.object, "circle") != NULL, "  of the name it was given");
	ok(write_through("astray", "no/such/file", "x", &error) == -1, "a link into no folder");
	is_text(error.reason, "No such file or directory", "  and it says so");
	free(target);
	free(absent);
	free(inside);
}

static void modes(void)
{
	struct error error;
	struct stat status;
	char *path = at("private");
	static const mode_t kept[] = {0600, 0640, 0755, 0444};
	for (int i = 0; i < 4; i++) {
		ok(output_bytes(path, "a", 1, &error) == 0 && chmod(path, kept[i]) == 0 &&
				output_bytes(path, "b", 1, &error) == 0 &&
				stat(path, &status) == 0 && (status.st_mode & 07777) == kept[i],
			"a replaced file keeps its mode, %03o", kept[i]);
	}
	bool root = geteuid() == 0 && chown(path, 12345, 23456) == 0;
	ok(output_bytes(path, "c", 1, &error) == 0 && stat(path, &status) == 0 &&
			(!root || (status.st_uid == 12345 && status.st_gid == 23456)),
		"and its owner, where that may be");
	free(path);
}

static void regular_alone(void)
{
	struct error error = {0};
	struct stat status;
	unsigned char *bytes;
	size_t size;
	char *file = at("file"), *link = at("regular-link"), *pipe = at("regular-pipe");
	ok(symlink("file", link) == 0 && mkfifo(pipe, 0600) == 0, "a link and a pipe");
	int descriptor = file_open_regular(link, &status, &error);
	ok(descriptor >= 0 && S_ISREG(status.st_mode), "the file at the end of a link is opened");
	close(descriptor);
	ok(file_read_regular(file, 1 << 20, &bytes, &size, &error) == 0 &&
			size == (size_t)status.st_size,
		"... and read");
	free(bytes);
	ok(file_read_regular(file, 0, &bytes, &size, &error) < 0 && !bytes,
		"... unless it is too large");
	ok(file_open_regular(pipe, NULL, &error) < 0, "a pipe is not waited for");
	is_text(error.reason, "is not a regular file", "... with the reason");
	ok(file_read_regular(scratch(), 1, &bytes, &size, &error) < 0, "a folder");
	is_text(error.reason, "is a folder", "... with the reason");
	ok(file_open_regular("/nowhere/file", NULL, &error) < 0, "a missing file");
	is_text(error.reason, "No such file or directory", "... with the reason");
	unlink(pipe);
	unlink(link);
	free(file);
	free(link);
	free(pipe);
}

int main(void)
{
	replace();
	failures();
	folders();
	links();
	modes();
	regular_alone();
	return done();
}
