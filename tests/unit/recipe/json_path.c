/* Paths into JSON: what they mean, and what is none. */
#include "recipe/json_path.h"
#include "tap.h"

#include <stdio.h>
#include <string.h>

static int join(void *context, const char *name, json_t *value)
{
	char *joined = context;
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	snprintf(joined + strlen(joined), 500 - strlen(joined), "%s%s%s%s", *joined ? " " : "", name ? name : "",
		name ? ":" : "", text);
	free(text);
	return 0;
}

static void gives(json_t *value, const char *text, const char *expected)
{
	struct json_path path;
	struct error error;
	char joined[500] = "";
	size_t budget = 1000;
	if (json_path_parse(&path, text, &error)) {
		is_text(error.reason, expected, text);
		return;
	}
	ok(json_path_select(&path, value, join, joined, &budget) == 0, "%s ends", text);
	is_text(joined, expected, text);
	json_path_free(&path);
}

int main(void)
{
	static const char bad[] = "not a JSON path";
	json_t *value = json_loads("{\"items\":[{\"link\":\"x\",\"image\":{\"w\":1}},{\"link\":\"y\"},3],\"one\":{\"link\":\"z\"},"
		"\"odd.name\":[[1,2],[3]],\"\":5,\"deep\":{\"deep\":{\"deep\":7}}}", 0, NULL);
	gives(value, "items[].link", "link:\"x\" link:\"y\"");
	gives(value, "items[].image.w", "w:1");
	gives(value, "items[1].link", "link:\"y\"");
	gives(value, "items[9].link", "");
	gives(value, "items.link", "");
	gives(value, "one[].link", "link:\"z\"");
	gives(value, "one[0].link", "");
	gives(value, "items[0].*", "link:\"x\" image:{\"w\":1}");
	gives(value, "..link", "link:\"x\" link:\"y\" link:\"z\"");
	gives(value, "..deep", "deep:{\"deep\":{\"deep\":7}} deep:{\"deep\":7} deep:7");
	gives(value, "..image..w", "w:1");
	gives(value, "\"odd.name\"[][]", "1 2 3");
	gives(value, "\"odd.name\"[0][1]", "2");
	gives(value, "\"\"", ":5");
	gives(value, ".one.link", "link:\"z\"");
	gives(value, "nothing[].at.all", "");
	json_t *number = json_integer(-1);
	gives(number, "search_results[].id", "");
	gives(number, "..id", "");
	gives(number, ".", "-1");
	gives(number, "", "-1");
	gives(number, "[]", "-1");
	static const char *const none[] = {"a.", "a..", "a[", "a[x]", "a[-1]", "a[1", "a]", "a b", "\"a", "a.[0]", "...a", "a*",
		"a[1234567890]"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		gives(value, none[i], bad);
	struct json_path path;
	struct error error;
	char joined[500] = "";
	size_t budget = 5;
	ok(json_path_parse(&path, "..link", &error) == 0 && json_path_select(&path, value, join, joined, &budget) == -1 &&
		budget == 0, "no more values are looked at than allowed");
	json_path_free(&path);
	json_decref(number);
	json_decref(value);
	return done();
}
