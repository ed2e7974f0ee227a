/* Strict numbers, fields that stay on their line, class names. */
#include "base/text.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void numbers(void)
{
	int64_t integer;
	uint64_t natural;
	double real;
	ok(text_to_integer("-42", &integer) && integer == -42, "integer: -42");
	ok(text_to_unsigned("18446744073709551615", &natural) && natural == UINT64_MAX,
		"unsigned: 2^64 - 1");
	ok(text_to_real("2.5e-1", &real) && real == 0.25, "real: 2.5e-1");
	static const char *const none[] = {"", " 1", "1 ", "1x", "0x10", "nan", "inf", "-", "1,5",
		"1e999"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		ok(!text_to_integer(none[i], &integer), "no integer: '%s'", none[i]);
		ok(!text_to_real(none[i], &real), "no real: '%s'", none[i]);
	}
	ok(!text_to_integer("9223372036854775808", &integer), "no integer: 2^63");
	ok(!text_to_unsigned("-1", &natural), "no unsigned: -1");
	ok(!text_to_unsigned("18446744073709551616", &natural), "no unsigned: 2^64");
}

static char *field(const char *text)
{
	char *written = NULL;
	size_t size;
	FILE *stream = open_memstream(&written, &size);
	text_write_field(stream, text);
	fclose(stream);
	return written;
}

static void fields(void)
{
	static const struct {
		const char *text, *written;
	} cases[] = {{"plain", "plain"}, {"a\tb", "a\\tb"}, {"a\nb", "a\\nb"}, {"a\\b", "a\\\\b"},
		{"\033[31m", "\\x1B[31m"}, {"caf\xC3\xA9", "caf\xC3\xA9"}, {"\xC3", "\\xC3"},
		{"\xED\xA0\x80", "\\xED\\xA0\\x80"}, {"\xC0\xAF", "\\xC0\\xAF"},
		{"\xC2\x9B", "\\xC2\\x9B"}, {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
		{"\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"}, {"\x7F", "\\x7F"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *written = field(cases[i].text);
		is_text(written, cases[i].written, "a field as written");
		ok(text_read_field(written) && strcmp(written, cases[i].text) == 0,
			"and read back");
		free(written);
	}
	char bad[] = "a\\q", cut[] = "a\\x1";
	is_integer(text_hexadecimal('0'), 0, "hexadecimal 0");
	is_integer(text_hexadecimal('9'), 9, "hexadecimal 9");
	is_integer(text_hexadecimal('a'), 10, "hexadecimal a");
	is_integer(text_hexadecimal('F'), 15, "hexadecimal F");
	ok(text_hexadecimal('g') < 0 && text_hexadecimal('/') < 0 && text_hexadecimal(0) < 0,
		"no hexadecimal digits");
	ok(!text_read_field(bad), "an unknown escape is refused");
	ok(!text_read_field(cut), "a cut escape is refused");
	char small[8], shown[96], again[96];
	is_text(text_printable(shown, sizeof shown, "a\\b\n\033\xC3"), "a\\b\\n\\x1B\\xC3",
		"for display a backslash is not doubled");
	is_text(text_printable(again, sizeof again, shown), shown,
		"and escaping again changes nothing");
	is_text(text_printable(shown, sizeof shown,
			"a\u202Egnp.\u2066b\u2028c\u200B\uFEFF\U000E0041"),
		"a\\xE2\\x80\\xAEgnp."
		"\\xE2\\x81\\xA6b\\xE2\\x80\\xA8c\\xE2\\x80\\x8B\\xEF\\xBB\\xBF\\xF3\\xA0\\x81\\x8"
		"1",
		"characters that reorder or hide others are escaped");
	is_text(text_printable(shown, sizeof shown,
			"\u00E9 co\u00ADop \u06CC\u200C\u06A9 \U0001F469\u200D\U0001F467 \u05D0"),
		"\u00E9 co\u00ADop \u06CC\u200C\u06A9 \U0001F469\u200D\U0001F467 \u05D0",
		"joiners and soft hyphens stay");
	is_text(text_printable(shown, sizeof shown,
			"\u115F\u3164\uFFA0\u034F\u2065\U000E0100\u2764\uFE0F\u180B"),
		"\\xE1\\x85\\x9F\\xE3\\x85\\xA4\\xEF\\xBE\\xA0\\xCD\\x8F\\xE2\\x81\\xA5\U000E0100"
		"\u2764\uFE0F\u180B",
		"invisible characters are escaped, but variation selectors stay");
	is_text(text_printable(small, sizeof small, "abcdef\033"), "abcdef",
		"an escape is not truncated");
}

static void json(void)
{
	char *written = NULL;
	size_t size;
	FILE *stream = open_memstream(&written, &size);
	text_write_json(stream,
		"{\"a\":"
		"\"caf\u00E9\\n\u202E\u2066\\u202E\xC2\x9B\x7F\uFEFF\U000E0041\U0001F600\u200D\"}"
		"\n");
	fclose(stream);
	is_text(written,
		"{\"a\":"
		"\"caf\u00E9\\n\\u202e\\u2066\\u202E\\u009b\\u007f\\ufeff\\udb40\\udc41\U0001F600"
		"\u200D\"}\n",
		"in JSON they become \\uXXXX");
	free(written);
}

static void lines(void)
{
	static const struct {
		const char *text, *unified;
	} cases[] = {{"", ""}, {"a\nb\n", "a\nb\n"}, {"a\r\nb\r\n", "a\nb\n"}, {"a\r\nb\r", "a\nb"},
		{"\r\n\r\n", "\n\n"}, {"a\rb\n", "a\rb\n"}, {"a\r\r\n", "a\r\n"},
		{"\xEF\xBB\xBF"
		 "a\r\n\xEF\xBB\xBF"
		 "b",
			"a\nb"},
		{"\xEF\xBB\xBF", ""}, {"\xEF\xBB\xBF\r\n", "\n"},
		{"a\xEF\xBB\xBF"
		 "b",
			"a\xEF\xBB\xBF"
			"b"},
		{"\xEF\xBB", "\xEF\xBB"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[32];
		snprintf(text, sizeof text, "%s", cases[i].text);
		text_unify_lines(text);
		is_text(text, cases[i].unified, "line ends of any editor");
	}
}

/* A long list, which has a hash table, finds the same as a short one after any change. */
static void long_lists(void)
{
	struct text_list list = {0};
	struct error error;
	char name[32];
	int wrong = 0;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "name %d", i * 7 % 1000);
		wrong += text_list_find(&list, name) != -1 || text_list_add(&list, name, &error) ||
			text_list_find(&list, name) != i;
	}
	is_integer(wrong, 0, "items are found once added");
	ok(text_list_add(&list, "name 7", &error) == 0 && text_list_find(&list, "name 7") == 1,
		"of two equal items the first is found");
	text_list_remove(&list, 1);
	is_integer(text_list_find(&list, "name 7"), 999,
		"  or the second, when that one is taken out");
	text_list_remove(&list, 999);
	ok(text_list_find(&list, "name 7") == -1 && text_list_find(&list, "name 14") == 1 &&
			list.count == 999,
		"  or none");
	text_list_sort(&list);
	for (size_t i = 0; i < list.count; i++)
		wrong += text_list_find(&list, list.items[i]) != (int)i;
	ok(wrong == 0 && strcmp(list.items[0], "name 0") == 0, "in a sorted list all are found");
	free(list.items[--list.count]);
	ok(text_list_find(&list, "name 999") == -1 &&
			text_list_find(&list, "name 998") == (int)list.count - 1,
		"also after the last was removed");
	ok(text_list_add(&list, "another", &error) == 0 &&
			text_list_find(&list, "another") == (int)list.count - 1 &&
			text_list_find(&list, "name 999") == -1,
		"  and got another");
	text_list_free(&list);
	ok(text_list_find(&list, "another") == -1, "an empty one holds none");
}

static void columns(void)
{
	is_integer(text_columns(""), 0, "columns of nothing");
	is_integer(text_columns("Erza Scarlet"), 12, "of plain letters");
	is_integer(text_columns("caf\xC3\xA9"), 4, "of an accented one");
	is_integer(text_columns("cafe\xCC\x81"), 4, "of one made of two characters");
	is_integer(text_columns("\xE5\xAD\xAB\xE6\x82\x9F\xE7\xA9\xBA"), 6, "of wide ones");
	is_integer(text_columns("a\xFF\xE5z"), 4, "of invalid UTF-8");
}

static void class_names(void)
{
	static const char *const good[] = {"pikachu", "Erza Scarlet", "caf\xC3\xA9", "a.b", "-",
		"[x]"};
	static const char *const bad[] = {"", ".", "..", ".hidden", "a/b", "a\nb", " a", "a ",
		"\xFF"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ok(text_is_class_name(good[i]), "a class name: '%s'", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!text_is_class_name(bad[i]), "no class name (%zu)", i);
	char longest[257];
	memset(longest, 'a', 256);
	longest[256] = 0;
	ok(!text_is_class_name(longest), "256 bytes are too many");
	ok(text_is_class_name(longest + 1), "255 bytes are not");
}

static void lists(void)
{
	struct text_list list = {0};
	struct error error;
	int failed = 0;
	for (int i = 0; i < 40; i++) {
		char name[3] = {(char)('a' + i * 7 % 26), (char)('A' + i), 0};
		failed |= text_list_add(&list, name, &error);
	}
	ok(!failed && list.count == 40, "a list grows");
	text_list_sort(&list);
	int sorted = 1;
	for (size_t i = 1; i < list.count; i++)
		sorted &= strcmp(list.items[i - 1], list.items[i]) <= 0;
	ok(sorted, "and sorts by bytes");
	ok(text_list_find(&list, "aA") == 0 && text_list_find(&list, "?") == -1, "and finds");
	text_list_free(&list);
	ok(list.count == 0 && !list.items, "and is freed empty");
}

static void durations(void)
{
	static const struct {
		double seconds;
		const char *text;
	} cases[] = {{0, "0 s"}, {1.4, "1 s"}, {90, "90 s"}, {91, "2 min"}, {540, "9 min"},
		{5400, "90 min"}, {5401, "1.5 h"}, {35900, "10.0 h"}, {360000, "100 h"}};
	char out[16];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		is_text(text_duration(out, sizeof out, cases[i].seconds), cases[i].text,
			"a duration");
	is_text(text_duration(out, 4, 540), "9 m", "  is truncated");
}

int main(void)
{
	numbers();
	fields();
	json();
	lines();
	long_lists();
	columns();
	class_names();
	durations();
	lists();
	return done();
}
