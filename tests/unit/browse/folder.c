/* Paths of URLs: nothing outside the folder, nothing hidden. */
#include "base/file.h"
#include "browse/folder.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char root[200];

static void make(const char *name)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s", scratch(), name);
	if (output_bytes(path, "x", 1, NULL))
		note("%s could not be made", path);
}

static void finds(const char *url_path, const char *expected)
{
	char *path = folder_find(root, url_path);
	if (expected)
		is_text(path ? path + strlen(root) : NULL, expected, url_path);
	else
		ok(!path, "%s: nothing", url_path);
	free(path);
}

int main(void)
{
	struct error error;
	char path[300], *real = realpath(scratch(), NULL);
	snprintf(root, sizeof root, "%s/in", real);
	free(real);
	snprintf(path, sizeof path, "%s/a b/.c", root);
	ok(file_make_folder(path, &error) == 0, "folders");
	snprintf(path, sizeof path, "%s-not", root);
	ok(file_make_folder(path, &error) == 0, "a folder whose name begins alike");
	make("in/a b/p.png"), make("in/a b/notes"), make("in/a b/.h.png"), make("in-not/q.png");
	snprintf(path, sizeof path, "%s/out", root);
	ok(symlink("../in-not", path) == 0, "a link to the outside");

	finds("/", "");
	finds("/a%20b", "/a b");
	finds("//a%20b///p.png", "/a b/p.png");
	finds("/a b/%70.png", "/a b/p.png");
	const char *const refused[] = {"/a%20b/..", "/..", "/../in-not/q.png",
		"/%2e%2e/in-not/q.png", "/.%2e/in-not", "/.", "/a%20b/.c", "/a%20b/.h.png",
		"/a%20b%2Fp.png", "/a%20b/p.png%00", "/a%20b/%", "/a%20b/%7", "/a%20b/%7g", "/out",
		"/out/q.png", "/-not/q.png", "/absent"};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		finds(refused[i], NULL);

	struct text_list folders = {0}, pictures = {0};
	ok(folder_list(root, root, &folders, &pictures, &error) == 0, "lists");
	ok(folders.count == 1 && pictures.count == 0 && strcmp(folders.items[0], "a b") == 0,
		"one folder");
	snprintf(path, sizeof path, "%s/a b", root);
	ok(folder_list(root, path, &folders, &pictures, &error) == 0 && pictures.count == 1,
		"one picture");
	text_list_free(&folders);
	text_list_free(&pictures);
	is_text(folder_media_type("a.JPeG"), "image/jpeg", "media type");
	ok(!folder_media_type("a.svg") && !folder_media_type("png"), "not images");
	return done();
}
