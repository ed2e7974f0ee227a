/* Heads: copies, history, matching; writing to a full disk. */
#include "sample.h"
#include "stream/format.h"

static const struct sample small = {STREAM_U8, STREAM_LABEL_INDEX, STREAM_RAW, 4, 3, 3, 5};

static void match(void)
{
	struct stream_head a = sample_head(&small), b;
	struct error error;
	if (stream_head_copy(&b, &a, &error))
		abort();
	is_integer(stream_head_match(&a, &b, &error), 0, "a copy matches");
	ok(json_equal(a.history, b.history) && a.history != b.history, "the history is copied");
	b.pass = 9;
	is_integer(stream_head_match(&a, &b, &error), 0, "the pass may differ");
	b.width++;
	is_integer(stream_head_match(&a, &b, &error), -1, "another shape");
	is_text(error.reason, "shape differs: 4x5x3 and 4x6x3", "is the reason");
	b.width--, b.maximum = 1;
	is_integer(stream_head_match(&a, &b, &error), -1, "another range");
	b.maximum = 255, b.classes.items[1][0] = 'x';
	is_integer(stream_head_match(&a, &b, &error), -1, "another class");
	is_text(error.reason, "class 1 differs: 'class 1' and 'xlass 1'", "is the reason");
	b.classes.items[1][0] = 'c', b.type = STREAM_F32;
	is_integer(stream_head_match(&a, &b, &error), -1, "another type");
	is_integer((long long)stream_tensor_size(&a), 60, "tensor size of u8");
	is_integer((long long)stream_tensor_size(&b), 240, "tensor size of f32");
	stream_head_free(&a);
	stream_head_free(&b);
}

static void history(void)
{
	struct stream_head head = {0};
	char *text = malloc(100001);
	if (stream_head_add_history(&head, "tool", "--x 'caf\xc3\xa9'", UINT64_MAX, NULL))
		abort();
	json_t *entry = json_array_get(head.history, 0);
	is_text(json_string_value(json_object_get(entry, "tool")), "tool", "tool");
	is_text(json_string_value(json_object_get(entry, "arguments")), "--x 'caf\xc3\xa9'",
		"arguments");
	is_text(json_string_value(json_object_get(entry, "seed")), "18446744073709551615", "seed");
	for (int i = 0; i < 100000; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[100000] = 0;
	if (stream_head_add_history(&head, "tool", text, 0, NULL) ||
		stream_head_add_history(&head, "tool", "\xff", 0, NULL))
		abort();
	const char *cut =
		json_string_value(json_object_get(json_array_get(head.history, 1), "arguments"));
	is_integer((long long)strlen(cut), STREAM_HISTORY_MAXIMUM, "long arguments are truncated");
	is_text(cut + strlen(cut) - 6, "\xc3\xa9 ...", "at the boundary of a character");
	is_text(json_string_value(json_object_get(json_array_get(head.history, 2), "arguments")),
		"\\xFF", "invalid UTF-8");
	stream_head_free(&head);
	free(text);
}

static void full_disk(void)
{
	FILE *full = fopen("/dev/full", "wb");
	struct stream_head head = sample_head(&small);
	struct stream_writer *writer;
	struct error error;
	setbuf(full, NULL);
	ok(stream_begin(&writer, full, "/dev/full", &head, STREAM_RAW, &error) == -1 && !writer,
		"a full disk is an error");
	is_text(error.reason, "No space left on device", "with its reason");
	fclose(full);
	stream_head_free(&head);
}

static void byte_order(void)
{
	unsigned char bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	swap_values(bytes, 2);
	ok(memcmp(bytes, (unsigned char[]){4, 3, 2, 1, 8, 7, 6, 5}, 8) == 0,
		"the byte order of values is swapped");
}

int main(void)
{
	match();
	history();
	full_disk();
	byte_order();
	return done();
}
