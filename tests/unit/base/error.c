/* An error names its object and reason whatever it is given, and whose fault it was. */
#include "base/error.h"
#include "tap.h"

#include <errno.h>
#include <string.h>

static void kinds(void)
{
	static const int of_machine[] = {ENOMEM, EMFILE, ENFILE, EIO, ENOSPC, EDQUOT, EAGAIN};
	static const int of_object[] = {ENOENT, EACCES, EISDIR, ENOTDIR, ELOOP, ENAMETOOLONG,
		EPERM};
	struct error error;
	for (size_t i = 0; i < sizeof of_machine / sizeof *of_machine; i++) {
		errno = of_machine[i];
		ok(error_system(&error, "a.png") == -1 && error.kind == ERROR_MACHINE,
			"the machine's fault: %s", error.reason);
	}
	for (size_t i = 0; i < sizeof of_object / sizeof *of_object; i++) {
		errno = of_object[i];
		ok(error_system(&error, "a.png") == -1 && error.kind == ERROR_OBJECT,
			"the object's: %s", error.reason);
	}
	ok(error_memory(&error, "a.png") == -1 && error.kind == ERROR_MACHINE,
		"no memory is the machine's");
	is_text(error.reason, "out of memory", "  with this reason");
	ok(error_set(&error, "a.png", "cut short") == -1 && error.kind == ERROR_OBJECT,
		"what is said of an object is its own");
	ok(error_machine(&error, "a.png", "the %s is gone", "decoder") == -1 &&
			error.kind == ERROR_MACHINE,
		"unless it is said otherwise");
	is_text(error.reason, "the decoder is gone", "  with any reason");
	ok(error_within(&error, "train") == -1 && error.kind == ERROR_MACHINE,
		"a larger object does not change it");
	is_text(error.object, "train: a.png", "  but the name");
	struct error copy;
	ok(error_copy(&copy, &error) == -1 && copy.kind == ERROR_MACHINE &&
			strcmp(copy.object, error.object) == 0,
		"it is copied with the rest");
	ok(error_copy(NULL, &error) == -1 && error_copy(&error, &error) == -1,
		"to nowhere and to itself, too");
}

static void no_reason(void)
{
	struct error error;
	errno = 0;
	error_system(&error, "a.png");
	is_text(error.reason, "unknown error", "no errno");
	error_set(&error, "a.png", "%s", "");
	is_text(error.reason, "unknown error", "an empty reason");
}

static void no_object(void)
{
	struct error error;
	errno = ENOENT;
	ok(error_system(&error, NULL) == -1 && error_memory(&error, NULL) == -1 &&
			error_machine(&error, NULL, "x") == -1 &&
			error_set(&error, NULL, "x") == -1,
		"an object without a name");
	is_text(error.object, "?", "  is shown so");
	error_within(&error, NULL);
	is_text(error.object, "?: ?", "  in another one, too");
	error_replace_path(&error, NULL, "b");
	error_replace_path(&error, "?", NULL);
	is_text(error.object, "?: ?", "  and is not renamed");
	ok(error_set(NULL, NULL, "x") == -1 && error_system(NULL, "x") == -1 &&
			error_memory(NULL, NULL) == -1 && error_within(NULL, NULL) == -1 &&
			error_replace_path(NULL, NULL, NULL) == -1,
		"nothing is kept where nobody wants it");
}

int main(void)
{
	kinds();
	no_reason();
	no_object();
	return done();
}
