/* Arrays and buffers that grow: what was put in stays, and what can't be had is refused. */
#include "base/array.h"
#include "tap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void arrays(void)
{
	enum { MANY = 1000 };
	int *items = NULL, wrong = 0, moved = 0;
	for (int i = 0; i < MANY; i++) {
		int *grown = array_grow(items, (size_t)i, sizeof *items);
		moved += grown != items;
		items = grown;
		items[i] = i;
	}
	for (int i = 0; i < MANY; i++)
		wrong += items[i] != i;
	is_integer(wrong, 0, "a thousand items are kept");
	ok(moved <= 11, "with at most a reallocation for each power of two");
	free(items);
	ok(!array_grow(NULL, (size_t)1 << 62, 16), "a size that overflows is refused");
}

static void buffers(void)
{
	struct buffer buffer = {0};
	bool good = buffer_append(&buffer, NULL, 0) && buffer_append(&buffer, "abc", 3);
	for (int i = 0; i < 10000; i++)
		good = good && buffer_append(&buffer, "0123456789", 10);
	ok(good, "appended");
	is_integer((long long)buffer.size, 100003, "all bytes are there");
	ok(memcmp(buffer.bytes, "abc0123", 7) == 0 && memcmp(buffer.bytes + 100000, "789", 3) == 0,
		"in their order");
	ok(!buffer_append(&buffer, "x", SIZE_MAX) && buffer.size == 100003,
		"a size that overflows is refused and changes nothing");
	free(buffer.bytes);
}

int main(void)
{
	arrays();
	buffers();
	return done();
}
