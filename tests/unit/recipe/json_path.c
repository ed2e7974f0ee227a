/* JSON paths: what they select, and invalid ones. */
#include "recipe/json_path.h"
#include "tap.h"

#include <stdio.h>
#include <string.h>

static int join(void *context, const char *name, json_t *value)
{
	char *joined = context;
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	snprintf(joined + strlen(joined), 500 - strlen(joined), "%s%s%s%s", *joined ? " " : "",
		name ? name : "", name ? ":" : "", text);
	free(text);
	return 0;
}

static void selects(json_t *value, const char *text, const char *expected)
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
	static const char invalid[] = "not a JSON path";
	json_t *value =
		json_loads("{\"items\":[{\"link\":\"x\",\"image\":{\"w\":1}},{\"link\":\"y\"},3],"
			   "\"one\":{\"link\":\"z\"},"
			   "\"odd.name\":[[1,2],[3]],\"\":5,\"deep\":{\"deep\":{\"deep\":7}}}",
			0, NULL);
	selects(value, "items[].link", "link:\"x\" link:\"y\"");
	selects(value, "items[].image.w", "w:1");
	selects(value, "items[1].link", "link:\"y\"");
	selects(value, "items[9].link", "");
	selects(value, "items.link", "");
	selects(value, "one[].link", "link:\"z\"");
	selects(value, "one[0].link", "");
	selects(value, "items[0].*", "link:\"x\" image:{\"w\":1}");
	selects(value, "..link", "link:\"x\" link:\"y\" link:\"z\"");
	selects(value, "..deep", "deep:{\"deep\":{\"deep\":7}} deep:{\"deep\":7} deep:7");
	selects(value, "..image..w", "w:1");
	selects(value, "\"odd.name\"[][]", "1 2 3");
	selects(value, "\"odd.name\"[0][1]", "2");
	selects(value, "\"\"", ":5");
	selects(value, ".one.link", "link:\"z\"");
	selects(value, "nothing[].at.all", "");
	json_t *number = json_integer(-1);
	selects(number, "search_results[].id", "");
	selects(number, "..id", "");
	selects(number, ".", "-1");
	selects(number, "", "-1");
	selects(number, "[]", "-1");
	static const char *const invalid_paths[] = {"a.", "a..", "a[", "a[x]", "a[-1]", "a[1", "a]",
		"a b", "\"a", "a.[0]", "...a", "a*", "a[1234567890]"};
	for (size_t i = 0; i < sizeof invalid_paths / sizeof *invalid_paths; i++)
		selects(value, invalid_paths[i], invalid);
	struct json_path path;
	struct error error;
	char joined[500] = "";
	size_t budget = 5;
	ok(json_path_parse(&path, "..link", &error) == 0 &&
			json_path_select(&path, value, join, joined, &budget) == -1 && budget == 0,
		"no more values are visited than the budget allows");
	json_path_free(&path);
	json_decref(number);
	json_decref(value);
	return done();
}
