/* Unique names of results for pictures from any folders. */
#include "predict/result_names.h"
#include "tap.h"

#include <string.h>

static struct error error;

static void names_are(char *const *paths, const char *const *expected, size_t count,
	const char *what)
{
	struct text_list names = {0};
	ok(result_names(&names, paths, count, &error) == 0, "%s", what);
	for (size_t i = 0; i < count; i++)
		is_text(names.items[i], expected[i], paths[i]);
	text_list_free(&names);
}

static void names_differ(void)
{
	names_are((char *[]){"data/images.jpeg", "data/images.png", "data/other.png"},
		(const char *[]){"images.jpeg", "images.png", "other"}, 3,
		"extensions distinguish two in one folder");
	names_are((char *[]){"x/a/one.png", "x/a/one.jpg", "x/b/one.png", "x/b/one.jpg",
			  "x/c/one.jpg"},
		(const char *[]){"a-one.png", "a-one.jpg", "b-one.png", "b-one.jpg", "c-one"}, 5,
		"or both where both are needed");
	names_are((char *[]){"a/one.png", "./b/one.png", "two.jpg", "c/three.jpeg", ".hidden", "-",
			  "a.b.gif"},
		(const char *[]){"a-one", "b-one", "two", "three", ".hidden", "stdin", "a.b"}, 7,
		"folders distinguish two");
	names_are((char *[]){"a/one.png", "a/one.jpg", "x/a/one.png"},
		(const char *[]){"a-one.png", "one.jpg", "x-a-one.png"}, 3,
		"whole paths distinguish the rest");
	names_are((char *[]){"one.png", "one.png", "./one.png", "one.png-2.gif"},
		(const char *[]){"one.png", "one.png-3", "one.png-4", "one.png-2"}, 4,
		"numbers, where nothing else does");
	names_are((char *[]){"a-one.gif", "a/one.png", "b/one.png"},
		(const char *[]){"a-one", "a-one.png", "b-one"}, 3,
		"a path's own name is not given to another");
	char path[400];
	memset(path, 'x', sizeof path);
	memcpy(path + sizeof path - 9, "\xc3\xa9nd.png", 9);
	path[sizeof path - 1] = 0;
	struct text_list names = {0};
	ok(result_names(&names, (char *[]){path}, 1, &error) == 0 && strlen(names.items[0]) == 160,
		"a long name is cut");
	text_list_free(&names);
}

int main(void)
{
	names_differ();
	return done();
}
