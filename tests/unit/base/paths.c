/* Comparison of paths to one file, existing or not, and containment in a folder. */
#include "base/paths.h"
#include "base/protected.h"
#include "base/file.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make(void)
{
	struct error error;
	ok(chdir(scratch()) == 0 && mkdir("a", 0777) == 0 && mkdir("a/b", 0777) == 0 &&
			mkdir("c", 0777) == 0 && output_bytes("a/file", "x", 1, &error) == 0 &&
			link("a/file", "hard") == 0 && symlink("a/file", "soft") == 0 &&
			symlink("../c/new", "a/dangling") == 0 && symlink("a", "folder") == 0 &&
			symlink("loop", "loop") == 0,
		"files and links are made");
}

static void same(void)
{
	static const struct {
		const char *path, *other;
		bool same;
	} rows[] = {
		{"a/file", "a/file", true},
		{"a/file", "./a//file", true},
		{"a/file", "c/../a/file", true},
		{"a/file", "hard", true},
		{"a/file", "soft", true},
		{"a/file", "folder/file", true},
		{"a/file", "c/new", false},
		{"a", "folder", true},
		{"a/file", "a/file/", false},
		{"a", "a/b", false},
		/* not there */
		{"new", "./new", true},
		{"new", "a/../new", true},
		{"new", "a/new", false},
		{"c/new", "a/dangling", true},
		{"a/new", "folder/new", true},
		{"x/y/new", "x//y/./new", true},
		{"x/y/new", "x/z/../y/new", true},
		{"x/../../../../../../../../../new", "/new", true},
		{"new", "New", false},
		{"new/", "new", true},
		{"x/new", "y/new", false},
		/* nowhere */
		{"loop", "loop", false},
		{"a/file/new", "a/file/new", false},
		{"", "", false},
		{"", "new", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ok(path_is_same(rows[i].path, rows[i].other) == rows[i].same,
			"'%s' and '%s' are %s", rows[i].path, rows[i].other,
			rows[i].same ? "one" : "two");
		ok(path_is_same(rows[i].other, rows[i].path) == rows[i].same,
			"... the other way round");
	}
}

static void within(void)
{
	static const struct {
		const char *path, *folder;
		bool within;
	} rows[] = {
		{"a", "a", true},
		{"a/b", "a", true},
		{"a/b/new/x", "a", true},
		{"folder/new", "a", true},
		{"a/new", "folder", true},
		{".", "a", false},
		{"a/../c", "a", false},
		{"a/dangling", "a", false},
		{"a/dangling", "c", true},
		{"ab", "a", false},
		{"a", "/", true},
		{"new", "missing", false},
		{"x/../a/new", "a", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ok(path_is_within(rows[i].path, rows[i].folder) == rows[i].within,
			"'%s' is %swithin '%s'", rows[i].path, rows[i].within ? "" : "not ",
			rows[i].folder);
}

static void resolve(void)
{
	char *path = path_resolve("a/./dangling/../deep/new/"), *here = getcwd(NULL, 0),
	     *expected = file_join(here, "c/deep/new");
	is_text(path ? path : "(none)", expected, "links, dots and slashes are followed");
	free(path);
	free(here);
	free(expected);
	ok(!path_resolve("loop") && !path_resolve(""),
		"a loop of links and an empty name cannot be resolved");
}

static void protect(void)
{
	struct error error;
	ok(protect_file("a/file", &error) == 0 && protect_file("a", &error) == 0 &&
			protect_file("missing", &error) == 0 &&
			protect_file("/dev/null", &error) == 0,
		"only regular files are protected");
	is_text(protected_name_of("hard"), "a/file", "a file is protected by every name");
	ok(!protected_name_of("a") && !protected_name_of("/dev/null") && !protected_name_of("new"),
		"and nothing else");
	static const char *const names[] = {"a/file", "hard", "soft", "folder/file"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ok(output_bytes(names[i], "y", 1, &error) == -1, "%s is not replaced", names[i]);
		is_text(error.reason, "would replace a/file, which is read",
			"... with this reason");
	}
	unsigned char *bytes = NULL;
	size_t size;
	ok(file_read("a/file", 9, &bytes, &size, &error) == 0 && size == 1 && *bytes == 'x',
		"the file is unchanged");
	ok(output_bytes("a/other", "y", 1, &error) == 0, "another file is written");
	free(bytes);
}

int main(void)
{
	make();
	same();
	within();
	resolve();
	protect();
	return done();
}
