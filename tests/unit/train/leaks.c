/* Data leakage by a list of split-dataset. */
#include "train/leaks.h"

#include "base/file.h"
#include "base/text.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define D "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

static struct error error;

static int read_text(struct leaks *leaks, const char *text)
{
	char *path = file_join(scratch(), "list");
	if (!path || output_bytes(path, text, strlen(text), &error))
		abort();
	int result = leaks_read(leaks, path, &error);
	free(path);
	return result;
}

static bool contains(const struct leaks *leaks, int byte)
{
	unsigned char digest[LEAK_DIGEST_SIZE];
	memset(digest, byte, sizeof digest);
	return leaks_contain(leaks, digest);
}

static void refused(const char *text, const char *object, const char *reason)
{
	struct leaks leaks;
	char name[128], whole[64];
	snprintf(name, sizeof name, "refused: %s", reason);
	is_integer(read_text(&leaks, text), -1, name);
	snprintf(whole, sizeof whole, "/list: %s", object);
	ok(strlen(error.object) > strlen(whole) &&
			strcmp(error.object + strlen(error.object) - strlen(whole), whole) == 0,
		"  at %s", error.object);
	is_text(error.reason, reason, "  with the reason");
	ok(leaks.count == 0 && !leaks.digests, "  it is empty");
}

int main(void)
{
	struct leaks leaks;
	is_integer(read_text(&leaks,
			   "path\tsplit\tgroup\tsha256\n"
			   "x\ttrain\t1\t" A "\ny\tvalidation\t1\t" B "\nz\tvalidation\t2\t" C
			   "\nw\ttest\t2\t" D "\n"),
		0, "a list with its columns in another order");
	is_integer((long long)leaks.count, 2, "  two leaked");
	ok(contains(&leaks, 0xbb), "  one of validation whose group is in train");
	ok(contains(&leaks, 0xdd), "  one of test whose group is in validation");
	ok(!contains(&leaks, 0xaa) && !contains(&leaks, 0xcc) && !contains(&leaks, 0x11),
		"  and no other");
	leaks_free(&leaks);
	is_integer(read_text(&leaks, "sha256\tgroup\tsplit\n" A "\t1\ttrain"), 0,
		"a list without leaks, and without a last newline");
	ok(leaks.count == 0 && !contains(&leaks, 0xaa), "  is empty");
	leaks_free(&leaks);
	refused("", "line 1", "has no column sha256: not a list of split-dataset");
	refused("path\tclass\tsplit\tsha256\n", "line 1",
		"has no column group: not a list of split-dataset");
	refused("sha256\tgroup\tsplit\n" A "\t1\n", "line 2: line", "has no field split");
	refused("sha256\tgroup\tsplit\n" A "\t1\ttrain\n" B "\t1\tfold-1\n", "line 3: split",
		"'fold-1' is not train, validation or test");
	refused("sha256\tgroup\tsplit\nabc\t1\ttrain\n", "line 2: sha256",
		"'abc' is not a SHA-256");
	refused("sha256\tgroup\tsplit\n" A "\t99\ttrain\n", "line 2: group",
		"'99' is not a number from 1 to the number of files");
	refused("sha256\tgroup\tsplit\n" A "\t0\ttrain\n", "line 2: group",
		"'0' is not a number from 1 to the number of files");
	is_integer(leaks_read(&leaks, scratch(), &error), -1, "a folder is an error");
	leaks_free(&leaks);
	return done();
}
