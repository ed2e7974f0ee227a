/* Descriptions of characters: their meaning, and that invalid ones are refused with the name of the
 * object. */
#include "tap.h"

#include "draw/character.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char good[] =
	"{\"about\": \"test\", \"kits\": {\"round\": {"
	"  \"palette\": {\"skin\": \"#ff0000\", \"spot\": \"#0000ff\"}, \"moods\": [\"happy\"],"
	"  \"bones\": [{\"name\": \"body\"},"
	"    {\"name\": \"arm\", \"parent\": \"body\", \"at\": [-10, 0], \"paired\": true},"
	"    {\"name\": \"hand\", \"parent\": \"arm\", \"at\": [0, 5], \"swing\": [-20, 30]}],"
	"  \"parts\": [{\"name\": \"late\", \"layer\": 9, \"radius\": [1, 1]},"
	"    {\"name\": \"body\", \"radius\": [4, 4], \"fill\": \"skin\","
	"      \"inside\": [{\"name\": \"spot\", \"radius\": [1, 2], \"fill\": \"spot\"}]}]}},"
	" \"characters\": {"
	"  \"b two\": {\"kit\": \"round\","
	"    \"choices\": [{\"name\": \"blue\", \"share\": 0.5, \"palette\": {\"skin\": "
	"\"#0000ff\"}}],"
	"    \"parts\": [{\"name\": \"body\", \"radius\": [6, 7], \"when\": \"blue\"},"
	"      {\"name\": \"late\", \"hide\": true}, {\"name\": \"hand\", \"bone\": \"hand\","
	"      \"shape\": \"limb\", \"through\": [[0, 0], \"hand\"], \"radii\": [2, 1]}]},"
	"  \"a one\": {\"kit\": \"round\", \"palette\": {\"skin\": \"#00ff00\"}, \"moods\": "
	"[\"sad\", \"calm\"]}}}";

static void check_meaning(void)
{
	struct error error;
	struct character_list list;
	if (!ok(character_list_parse(good, strlen(good), "good", &list, &error) == 0,
		    "a description is read"))
		note("%s: %s", error.object, error.reason);
	is_integer((long long)list.count, 2, "two characters");
	const struct character *one = &list.items[0], *two = &list.items[1];
	is_text(one->name, "a one", "sorted by name");
	ok(one->palette[0].green == 1 && one->palette[0].red == 0,
		"its own colour overrides the kit's");
	ok(two->palette[0].red == 1, "but not for others");
	is_integer((long long)one->part_count, 2, "the kit's parts");
	is_text(one->parts[0].name, "body", "sorted by layer");
	is_integer((long long)one->parts[0].inside_count, 1, "with one nested part");
	ok(one->parts[0].inside[0].line_width == 0 && one->parts[0].line_width == 1,
		"nested parts have no outline by default");
	is_integer(one->moods[0], MOOD_SAD, "moods replace the kit's");
	is_integer((long long)one->mood_count, 2, "all of them");
	is_integer((long long)two->part_count, 2, "one part hidden, one added");
	is_near(two->parts[0].radius.y, 7, 0, "a part of the kit is overridden");
	ok(two->parts[0].fill == 0 && two->parts[0].inside_count == 1, "only in the given keys");
	is_integer(two->parts[0].choice, 0, "it depends on a choice");
	ok(two->choices[0].recolored[0] && !two->choices[0].recolored[1],
		"the choice changes one colour");
	ok(two->bones[2].paired && two->bones[2].parent == 1, "children of a pair are paired");
	is_integer(two->parts[1].centres[1].bone, 2, "a limb through a joint");
	character_list_free(&list);
	ok(!list.items && !list.count, "freed");
}

/* `good` with one text replaced by another. */
static void is_refused(const char *from, const char *to, const char *object, const char *reason)
{
	struct error error = {0};
	struct character_list list;
	const char *start = strstr(good, from);
	char text[2 * sizeof good];
	snprintf(text, sizeof text, "%.*s%s%s", (int)(start - good), good, to,
		start + strlen(from));
	ok(character_list_parse(text, strlen(text), "x.json", &list, &error) == -1 && !list.items,
		"refused: %s", to);
	is_text(error.object, object, "it names the object");
	is_text(error.reason, reason, "and the reason");
}

static void check_refusals(void)
{
	is_refused("\"about\"", "\"abuot\"", "x.json: the file", "unknown key \"abuot\"");
	is_refused("#00ff00", "green", "x.json: a one", "\"palette\": \"skin\": not \"#rrggbb\"");
	is_refused("\"fill\": \"skin\"", "\"fill\": \"skni\"", "x.json: b two: part 1: body",
		"\"fill\": no colour \"skni\"");
	is_refused("[1, 2]", "[1, 1001]", "x.json: b two: body: part 1: spot",
		"\"radius\": 1001 is not from -1000 to 1000");
	is_refused("[1, 2]", "[1, 0]", "x.json: b two: body: part 1: spot",
		"\"radius\": not two numbers of at least 0.1");
	is_refused("\"parent\": \"arm\"", "\"parent\": \"leg\"", "x.json: b two: bone 3",
		"\"parent\": every bone but the first takes an earlier one");
	is_refused("[-20, 30]", "[-20, \"x\"]", "x.json: b two: bone 3", "\"swing\": not a number");
	is_refused("\"bone\": \"hand\"", "\"bone\": \"paw\"", "x.json: b two: part 2: hand",
		"\"bone\": no bone \"paw\"");
	is_refused("\"radii\": [2, 1]", "\"radii\": [2]", "x.json: b two: part 2: hand",
		"a limb takes 2 or more of \"through\" and as many \"radii\"");
	is_refused("\"when\": \"blue\"", "\"when\": \"red\"", "x.json: b two: part 1: body",
		"\"when\" or \"unless\": not one choice");
	is_refused("\"share\": 0.5", "\"share\": 2", "x.json: b two: choice 1",
		"\"share\": 2 is not from 0 to 1");
	is_refused("\"sad\"", "\"bored\"", "x.json: a one", "\"moods\": unknown mood \"bored\"");
	is_refused("\"shape\": \"limb\"", "\"shape\": \"cube\"", "x.json: b two: part 2: hand",
		"\"shape\": unknown word \"cube\"");
	is_refused("\"b two\"", "\"b/two\"", "x.json: b/two", "cannot be the name of a class");
	is_refused("\"kit\": \"round\"", "\"kit\": \"square\"", "x.json: b two",
		"\"kit\": no kit \"square\"");
	is_refused("\"name\": \"arm\"", "\"name\": \"body\"", "x.json: b two: bone 2",
		"a bone takes a \"name\" of its own");
	is_refused("\"moods\": [\"sad\", \"calm\"]", "\"parts\": {}", "x.json: a one",
		"\"parts\": not an array of 1 to 512");
	is_refused("\"layer\": 9", "\"layer\": true", "x.json: a one: part 1: late",
		"\"layer\": not a number");
}

/* Every proper prefix of a description is refused; with one byte changed it is read or refused,
 * without a crash. */
static void check_damage(void)
{
	struct character_list list;
	int read = 0;
	for (size_t size = 0; size < strlen(good); size++)
		if (character_list_parse(good, size, "cut", &list, NULL) == 0)
			read++;
	is_integer(read, 0, "no truncated description is read");
	char *text = strdup(good);
	for (size_t i = 0; i < strlen(good); i++) {
		text[i] = (char)(good[i] ^ (1 << i % 7));
		if (character_list_parse(text, strlen(good), "changed", &list, NULL) == 0)
			read++;
		character_list_free(&list);
		text[i] = good[i];
	}
	ok(read > 10 && read < (int)strlen(good), "some changed ones are valid (%d)", read);
	free(text);
}

int main(void)
{
	check_meaning();
	check_refusals();
	check_damage();
	return done();
}
