/* Leftovers of a killed process are removed by the next that writes the same file; locked ones and
 * other files stay. */
#include "base/file.h"
#include "base/unfinished.h"
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *at(const char *name)
{
	static char path[4096];
	snprintf(path, sizeof path, "%s/%s", scratch(), name);
	return path;
}

static bool is_there(const char *name)
{
	struct stat status;
	return lstat(at(name), &status) == 0;
}

static void touch(const char *name)
{
	int file = open(at(name), O_WRONLY | O_CREAT, 0666);
	ok(file >= 0 && close(file) == 0, "make %s", name);
}

/* Starts a process that creates an unfinished file and folder, reports that, and waits for the end
 * of a pipe. */
static pid_t begin_elsewhere(int *keep)
{
	int ready[2], ends[2];
	*keep = -1;
	if (!*scratch() || pipe(ready) || pipe(ends))
		return -1;
	pid_t child = fork();
	if (child == 0) {
		struct unfinished file, folder;
		char byte;
		close(ends[1]);
		bool begun = unfinished_file(&file, at("out")) >= 0 &&
			unfinished_folder(&folder, at("results")) == 0 &&
			write(ready[1], "x", 1) == 1;
		_exit(!begun || read(ends[0], &byte, 1) < 0);
	}
	char byte;
	bool begun = (close(ready[1]), read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ends[0]);
	*keep = ends[1];
	return begun ? child : -1;
}

static void of_another_process(void)
{
	struct unfinished file, folder;
	int keep;
	pid_t child = begin_elsewhere(&keep);
	ok(child > 0 && is_there(".out.millrace-0") && is_there(".results.millrace-0"),
		"a process makes a file and a folder");
	int descriptor = unfinished_file(&file, at("out"));
	ok(descriptor >= 0 && unfinished_folder(&folder, at("results")) == 0, "so does this one");
	is_text(text_base_name(file.path), ".out.millrace-1", "by another name");
	ok(is_there(".out.millrace-0") && is_there(".results.millrace-0"),
		"those of the other process stay");
	unfinished_remove(&file);
	close(descriptor);
	ok(file_make_folder(at(".results.millrace-0/deep/er"), NULL) == 0,
		"there are folders in it");
	unfinished_remove(&folder);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(keep);
	ok(is_there(".out.millrace-0") && is_there(".results.millrace-0"),
		"killed, it leaves leftovers");
}

static void left(void)
{
	static const char *const others[] = {".out.123-0", ".out.millrace-x", ".out.millrace-0x",
		".other.millrace-0", "out.millrace-0", ".out.millrace-kept-1"};
	enum { OTHERS = sizeof others / sizeof *others };
	struct unfinished file, folder;
	for (int i = 0; i < OTHERS; i++)
		touch(others[i]);
	touch(".out.millrace-3");
	ok(symlink("out.millrace-0", at(".out.millrace-4")) == 0, "a link by such a name");
	int descriptor = unfinished_file(&file, at("out"));
	is_text(text_base_name(file.path), ".out.millrace-0", "the leftover is replaced");
	ok(!is_there(".out.millrace-3"), "whichever number it had");
	ok(is_there(".out.millrace-4"), "a link is not a leftover");
	for (int i = 0; i < OTHERS; i++)
		ok(is_there(others[i]), "%s stays", others[i]);
	unfinished_remove(&file);
	close(descriptor);
	ok(unfinished_folder(&folder, at("results")) == 0, "the same for a folder");
	is_text(text_base_name(folder.path), ".results.millrace-0", "...");
	ok(!is_there(".results.millrace-0/deep"), "with its content");
	unfinished_remove(&folder);
	ok(!is_there(".results.millrace-0"), "removed");
}

static int count_left(const char *path, void *context)
{
	int *count = context;
	(*count)++;
	is_text(text_base_name(path), ".out.millrace-split-0", "a leftover of that kind");
	return 0;
}

static void of_a_kind(void)
{
	struct unfinished folder, another;
	int count = 0;
	ok(unfinished_folder_of(&folder, at("out"), "split") == 0, "a folder of a kind");
	ok(unfinished_recover(at("out"), "split", count_left, &count) == 0 && count == 0,
		"locked, it is not a leftover");
	unfinished_forget(&folder);
	ok(unfinished_folder(&another, at("out")) == 0 && is_there(".out.millrace-split-0"),
		"as a leftover it is not removed");
	unfinished_remove(&another);
	ok(unfinished_recover(at("out"), "split", count_left, &count) == 0 && count == 1,
		"but recovered");
}

int main(void)
{
	of_another_process();
	left();
	of_a_kind();
	return done();
}
