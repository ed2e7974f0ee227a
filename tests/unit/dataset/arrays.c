/* .npy files, also invalid ones: cut at every byte, every bit of the header flipped, huge sizes.
 * Tables in TSV and CSV. */
#include "base/file.h"
#include "dataset/npy.h"
#include "dataset/table.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct error error;

static const char *put(const char *name, const void *bytes, size_t size)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", scratch(), name);
	FILE *file = fopen(path, "wb"); /* output_bytes would sync to disk, thousands of times */
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		exit(1);
	return path;
}

/* Whether an array of these bytes is read; if so reads each of its values. */
static bool is_read(const void *bytes, size_t size)
{
	struct ndarray array;
	if (npy_read(&array, put("array.npy", bytes, size), &error))
		return false;
	double minimum, maximum;
	(void)ndarray_range(&array, &minimum, &maximum);
	for (uint64_t row = 0; row < array.sizes[0]; row++)
		for (uint64_t index = 0; index < ndarray_row_count(&array); index++)
			(void)ndarray_value(&array, row, index);
	ndarray_free(&array);
	return true;
}

static void damaged(const char *name)
{
	unsigned char *bytes;
	size_t size;
	if (file_read(fixture(name), 1 << 16, &bytes, &size, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		return;
	}
	int cut = 0;
	ok(is_read(bytes, size), "%s is read", name);
	for (size_t length = 0; length < size; length++)
		cut += is_read(bytes, length);
	is_integer(cut, 0, "cut at any byte it is not");
	for (size_t bit = 0; bit < 8 * size && bit < 8 * 128; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		(void)is_read(bytes, size);
		bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	ok(is_read(bytes, size), "with any bit flipped nothing crashes");
	free(bytes);
}

/* Six bytes after a header; `reason` is the expected error, NULL for none. */
static void header(const char *text, const char *reason)
{
	unsigned char bytes[512] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
	size_t length = strlen(text);
	bytes[8] = (unsigned char)length;
	bytes[9] = (unsigned char)(length >> 8);
	memcpy(bytes + 10, text, length);
	bool read = is_read(bytes, 10 + length + 6);
	ok(reason ? !read && strstr(error.reason, reason) : read, "%s: %s%s", text,
		reason ? reason : "is read",
		!reason || read || strstr(error.reason, reason) ? "" : error.reason);
}

static void headers(void)
{
	static const char *const invalid[] = {"", "{", "}", "{}", "{'shape': (6,)}",
		"{'descr': '|u1', 'fortran_order': False}",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (6)}",
		"{'descr': '|u1', 'fortran_order': 0, 'shape': (6,)}",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (6,), 'shape': (6,)}",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (6,), 'more': 1}",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (-6,)}",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (6,)",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (6,)} x",
		"{'descr': '|u1, 'fortran_order': False, 'shape': (6,)}",
		"{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999999999999,)}"};
	for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
		header(invalid[i], "invalid .npy header");
	header("{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }", NULL);
	header("{\"shape\":(2,3),\"fortran_order\":True,\"descr\":\"|u1\"}\n", NULL);
	header("{'descr': '<u2', 'fortran_order': False, 'shape': (3,)}", NULL);
	header("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,6)}",
		"more than 4 dimensions");
	header("{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (3,)}", "structures");
	header("{'descr': '|O', 'fortran_order': False, 'shape': (6,)}", "of type '|O'");
	header("{'descr': '<c8', 'fortran_order': False, 'shape': (6,)}", "of type '<c8'");
	header("{'descr': '<U6', 'fortran_order': False, 'shape': (6,)}", "of type '<U6'");
	header("{'descr': '<f1', 'fortran_order': False, 'shape': (6,)}", "of type '<f1'");
	header("{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "single number");
	header("{'descr': '|u1', 'fortran_order': False, 'shape': (0,)}", "empty array");
	header("{'descr': '|u1', 'fortran_order': False, 'shape': (5,)}", "holds more");
	header("{'descr': '|u1', 'fortran_order': False, 'shape': (7,)}", "holds less");
	header("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296,4294967296)}",
		"holds less");
	header("{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693,8,125)}",
		"holds less");
	ok(!is_read("\x93NUMPY\4\0\0\0\0\0", 12) && strstr(error.reason, "version 4.0"),
		"an unknown version");
	ok(!is_read("\x93NUMPY\2\0\0\0\0\x7f", 12) && strstr(error.reason, "header of more than"),
		"a header of two GiB");
}

/* ---- tables ---- */

/* All rows as "a|b c|d"; or the error. */
static const char *rows(const char *name, const char *text)
{
	static char shown[1024];
	struct table table;
	int result = table_open(&table, put(name, text, strlen(text)), &error);
	*shown = 0;
	while (result == 0 && (result = table_next(&table, &error)) == 1) {
		for (size_t i = 0; i < table.count; i++)
			sprintf(shown + strlen(shown), "%s%s",
				i                ? "|"
					: *shown ? " "
						 : "",
				table.fields[i]);
		result = 0;
		if (!table.rest || !*table.rest)
			break;
	}
	if (result < 0)
		sprintf(shown, "%s: %s", strstr(error.object, "line"), error.reason);
	table_close(&table);
	return shown;
}

static void tables(void)
{
	is_text(rows("a.csv", "a,b\nc,\n"), "a|b c|", "CSV");
	is_text(rows("a.CSV",
			"\xEF\xBB\xBF"
			"a,b\r\n\"c,\"\"d\"\"\",\"\"\r\n"),
		"a|b c,\"d\"|", "a byte order mark, quotes, CRLF");
	is_text(rows("a.csv", "\"two\nlines\",b\n\"x\""), "two\nlines|b x",
		"a newline in quotes, none at the end");
	is_text(rows("a.csv", "a\r\nb\r\n\r\n"), "a b ", "one column");
	is_text(rows("a.csv", "a\n\"b\nc\n"), "line 2: field: has no closing quote",
		"a missing closing quote");
	is_text(rows("a.csv", "\"x\ny\"\n\"b\"c\n"),
		"line 3: field: has text after its closing quote", "text after a closing quote");
	is_text(rows("a.csv", "a\"b,\"\"\n"), "a\"b|",
		"a quote within a field, and an empty one in quotes");
	is_text(rows("a.tsv", "a,b\tc\\n\n\n"), "a,b|c\n ", "TSV");
	is_text(rows("a.tsv", "a\n\\q\n"), "line 2: \\q: has an unknown escape",
		"an unknown escape");
	is_text(rows("a.csv", ""), "", "an empty file");
}

int main(void)
{
	damaged("dataset/f8-big-F.npy");
	damaged("dataset/version2.npy");
	damaged("dataset/python2.npy");
	headers();
	tables();
	return done();
}
