/* Duplicates are found among so many images that every table has grown several times. */
#include "scrape/duplicate_index.h"

#include "base/random.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 5000, CLASSES = 7 };

static struct error error;
static unsigned char digests[COUNT][DIGEST_SIZE];
static struct image_hash hashes[COUNT];

static void fill(struct random *random, unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)random_u32(random);
}

static void make_images(void)
{
	struct random random = random_start(1, RANDOM_TEST, 0, 0);
	for (int i = 0; i < COUNT; i++) {
		fill(&random, digests[i], DIGEST_SIZE);
		fill(&random, hashes[i].pixels, IMAGE_HASH_PIXELS_SIZE);
		hashes[i].plain = true;
	}
	/* Linear probing past others, also from the last slot to the first. */
	for (int i = 1; i < COUNT; i += 2)
		memcpy(digests[i],
			i % 4 == 1 ? digests[i - 1] : (unsigned char *)"\377\377\377\377", 4);
}

static struct duplicate_index *create_index(void)
{
	struct duplicate_index *index;
	if (duplicate_index_create(&index, IMAGE_HASH_HAMMING, &error))
		exit(1);
	return index;
}

static int add(struct duplicate_index *index, int image, const unsigned char *digest)
{
	char name[16];
	snprintf(name, sizeof name, "class %d", image % CLASSES);
	return duplicate_index_add(index,
		&(struct indexed_image){name, IMAGE_PNG, digest, &hashes[image], image % 2 == 0},
		&error);
}

static bool is_named(const struct duplicate *duplicate, enum duplicate_kind kind, int image)
{
	char class_name[16], name[FILE_NAME_SIZE];
	snprintf(class_name, sizeof class_name, "class %d", image % CLASSES);
	duplicate_index_file_name(name, class_name, digests[image], IMAGE_PNG);
	return duplicate->kind == kind && strcmp(duplicate->name, name) == 0;
}

int main(void)
{
	static const unsigned char other[DIGEST_SIZE] = {1};
	static const struct image_hash plain = {.plain = true};
	struct duplicate_index *index = create_index();
	int added = 0, by_bytes = 0, by_pixels = 0, not_found = 0, existing = 0;
	make_images();
	for (int i = 0; i < COUNT; i++) {
		not_found +=
			duplicate_index_find(index, digests[i], &hashes[i]).kind == DUPLICATE_NONE;
		added += add(index, i, digests[i]) == 0;
	}
	is_integer(not_found, COUNT, "none is found before it is added");
	is_integer(added, COUNT, "each can be added");
	for (int i = 0; i < COUNT; i++) {
		struct duplicate bytes = duplicate_index_find(index, digests[i], &plain);
		struct duplicate pixels = duplicate_index_find(index, other, &hashes[i]);
		by_bytes += is_named(&bytes, DUPLICATE_BYTES, i);
		by_pixels += is_named(&pixels, DUPLICATE_PIXELS, i);
	}
	is_integer(by_bytes, COUNT, "each is found by its bytes");
	is_integer(by_pixels, COUNT, "each is found by its pixels");
	is_integer(duplicate_index_find(index, other, &plain).kind, DUPLICATE_NONE,
		"another is not");
	is_integer(add(index, 3, digests[5]), 0, "one of the same bytes may be added");
	is_integer(add(index, 8, other), 0, "and one of the same pixels");
	struct duplicate first = duplicate_index_find(index, digests[COUNT - 1], &hashes[8]);
	ok(is_named(&first, DUPLICATE_BYTES, COUNT - 1), "bytes count before pixels");
	first = duplicate_index_find(index, (const unsigned char[DIGEST_SIZE]){2}, &hashes[8]);
	ok(is_named(&first, DUPLICATE_PIXELS, 8), "of the same pixels the first is named");
	for (int class = 0; class < CLASSES; class ++) {
		char name[16];
		snprintf(name, sizeof name, "class %d", class);
		existing += duplicate_index_count(index, name);
	}
	is_integer(existing, COUNT / 2 + 1, "those whose file is there are counted");
	duplicate_index_destroy(index);
	return done();
}
