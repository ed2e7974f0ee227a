/* The table of digests: what is set is found, through every growth. */
#include "base/digest_table.h"
#include "tap.h"

#include <stdio.h>

enum { MANY = 5000 };

static void key_of(int i, unsigned char key[DIGEST_KEY_SIZE])
{
	char text[32];
	snprintf(text, sizeof text, "http://h/%d", i);
	digest_key(text, key);
}

int main(void)
{
	struct digest_table table = {0};
	unsigned char key[DIGEST_KEY_SIZE];
	static const unsigned char abc[] = {0xba, 0x78, 0x16, 0xbf};
	digest_key("abc", key);
	ok(key[0] == abc[0] && key[1] == abc[1] && key[2] == abc[2] && key[3] == abc[3],
		"the SHA-256 of \"abc\" (FIPS 180)");
	is_integer(digest_table_get(&table, key), -1, "an empty table has nothing");
	int failed = 0, wrong = 0, found = 0;
	for (int i = 0; i < MANY; i++) {
		key_of(i, key);
		failed |= digest_table_set(&table, key, i, NULL);
	}
	for (int i = 0; i < MANY; i++) {
		key_of(i, key);
		wrong += digest_table_get(&table, key) != i;
		key_of(MANY + i, key);
		found += digest_table_get(&table, key) != -1;
	}
	ok(!failed && !wrong, "each has its number");
	is_integer(found, 0, "no other is there");
	key_of(7, key);
	ok(digest_table_set(&table, key, 0, NULL) == 0 && digest_table_get(&table, key) == 0,
		"a number replaced");
	is_integer((long long)table.count, MANY, "counted once");
	digest_table_free(&table);
	return done();
}
