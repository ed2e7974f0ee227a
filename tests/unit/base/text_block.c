/* Lists of strings in memory that another process writes: what it was given is read, and what is
 * none is refused. */
#include "base/text_block.h"

#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct text_block *block;

static void fill(const char *bytes, size_t size)
{
	memcpy(block->bytes, bytes, size);
	block->size = size;
}

static void round_trip(void)
{
	struct text_list list = {0}, got = {0};
	struct error error;
	ok(text_block_write(block, &list), "an empty list");
	ok(text_block_read(block, &got, &error) == 0 && got.count == 0, "is read");
	bool added = text_list_add(&list, "a", NULL) == 0 && text_list_add(&list, "", NULL) == 0 &&
		text_list_add(&list, "\303\251\n", NULL) == 0;
	ok(added && text_block_write(block, &list), "three strings");
	is_integer((long long)block->size, 7, "have 7 bytes");
	ok(text_block_read(block, &got, &error) == 0, "are read");
	is_integer((long long)got.count, 3, "all of them");
	is_text(got.items[0], "a", "the first");
	is_text(got.items[1], "", "an empty one");
	is_text(got.items[2], "\303\251\n", "the last");
	ok(text_block_read(block, &got, &error) == 0 && got.count == 6, "others are appended");
	text_list_free(&list);
	text_list_free(&got);
}

/* A list that fills the block, and one that has a byte more. */
static void limits(void)
{
	struct text_list list = {0};
	char *text = malloc(TEXT_BLOCK_SIZE + 1);
	memset(text, 'a', TEXT_BLOCK_SIZE);
	text[TEXT_BLOCK_SIZE - 1] = 0;
	ok(text_list_add(&list, text, NULL) == 0 && text_block_write(block, &list),
		"a string that fills it");
	struct text_list got = {0};
	ok(text_block_read(block, &got, NULL) == 0 && strcmp(got.items[0], text) == 0, "is read");
	text_list_free(&got);
	ok(text_list_add(&list, "", NULL) == 0 && !text_block_write(block, &list),
		"another has no room");
	text_list_free(&list);
	free(text);
}

static void is_refused(const char *what)
{
	struct text_list got = {0};
	struct error error = {0};
	is_integer(text_block_read(block, &got, &error), -1, what);
	is_text(error.reason, "is damaged", "... is refused");
	text_list_free(&got);
}

static void hostile(void)
{
	fill("ab", 2);
	is_refused("a string without its end");
	fill("a\0b", 3);
	is_refused("the last without its end");
	fill("", 1);
	block->size = TEXT_BLOCK_SIZE + 1;
	is_refused("a byte too many");
	block->size = (size_t)-1;
	is_refused("as many as there can be");
	memset(block->bytes, 'a', TEXT_BLOCK_SIZE);
	block->size = TEXT_BLOCK_SIZE;
	is_refused("all of it without an end");
}

int main(void)
{
	block = calloc(1, sizeof *block);
	round_trip();
	limits();
	hostile();
	free(block);
	return done();
}
