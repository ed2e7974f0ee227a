/* An inspection gets the same rows as the decoded picture has, for every kind of picture and
 * orientation. */
#include "base/file.h"
#include "image/decoders.h"
#include "image/image_hash.h"
#include "image/image_measure.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct image_decode_options over_background = {.background = {0x20, 0x40, 0x60}};

/* ---- an inspection that stores every row, and counts its starts and ends ---- */

static int started, ended;
static bool refuse_start, refuse_finish;

struct stored_rows {
	struct image image;
	int rows;
};

static void *start(int width, int height, struct error *error)
{
	struct stored_rows *stored = calloc(1, sizeof *stored);
	if (refuse_start || !stored || image_create(&stored->image, width, height, 3, error)) {
		free(stored);
		error_set(error, "image", "may not begin");
		return NULL;
	}
	started++;
	return stored;
}

static void add_row(void *state, const unsigned char *row)
{
	struct stored_rows *stored = state;
	size_t size = 3 * (size_t)stored->image.width;
	if (stored->rows < stored->image.height)
		memcpy(stored->image.pixels + (size_t)stored->rows * size, row, size);
	stored->rows++;
}

static int finish(void *state, void *finding, struct error *error)
{
	struct stored_rows *stored = state;
	if (refuse_finish || stored->rows != stored->image.height)
		return error_set(error, "image", "may not end");
	*(struct image *)finding = stored->image;
	stored->image = (struct image){0};
	return 0;
}

static void end(void *state)
{
	struct stored_rows *stored = state;
	if (!stored)
		return;
	image_free(&stored->image);
	free(stored);
	ended++;
}

static const struct image_inspection keep = {start, add_row, finish, end};

/* ---- rows and the whole picture ---- */

static bool same_pixels(const struct image *a, const struct image *b)
{
	return a->width == b->width && a->height == b->height && a->pixels && b->pixels &&
		memcmp(a->pixels, b->pixels, 3 * (size_t)a->width * (size_t)a->height) == 0;
}

/* Whether the inspection finds the same in the file as in the picture. */
static bool same_finding(const unsigned char *bytes, size_t size, const struct image *whole,
	const struct image_inspection *inspection, size_t finding_size)
{
	_Alignas(16) unsigned char found[IMAGE_FINDING_MAXIMUM] = {0},
				   expected[IMAGE_FINDING_MAXIMUM] = {0};
	return image_inspect(bytes, size, "x", &over_background, inspection, found, finding_size,
		       NULL) == 0 &&
		image_inspect_pixels(whole, inspection, expected, NULL) == 0 &&
		memcmp(found, expected, sizeof found) == 0;
}

static void whole_file(const char *name, const unsigned char *bytes, size_t size)
{
	struct image whole, kept = {0};
	struct error error;
	if (image_decode(bytes, size, name, &over_background, &whole, &error)) {
		ok(image_inspect(bytes, size, name, &over_background, &keep, &kept, sizeof kept,
			   NULL) == -1 &&
				!kept.pixels,
			"%s: neither decoded nor inspected", name);
		return;
	}
	started = ended = 0;
	int result = image_inspect(bytes, size, name, &over_background, &keep, &kept, sizeof kept,
		&error);
	ok(result == 0 && same_pixels(&whole, &kept), "%s: the rows are those of the picture",
		name);
	ok(started == 1 && ended == 1, "  in one inspection, which was ended");
	ok(same_finding(bytes, size, &whole, &image_hash_inspection, sizeof(struct image_hash)),
		"  its hash is the picture's");
	ok(same_finding(bytes, size, &whole, &image_measure_inspection,
		   sizeof(struct image_measures)),
		"  so are its measures");
	image_free(&kept);
	image_free(&whole);
}

/* Truncated anywhere, it fails if decoding does, and every inspection that was started is ended. */
static void cut_file(const char *name, const unsigned char *bytes, size_t size)
{
	int wrong = 0;
	started = ended = 0;
	for (size_t length = 0; length < size; length += 1 + size / 40) {
		struct image image, kept = {0};
		int decoded = image_decode(bytes, length, name, &over_background, &image, NULL);
		int inspected = image_inspect(bytes, length, name, &over_background, &keep, &kept,
			sizeof kept, NULL);
		wrong += decoded != inspected || (decoded == 0 && !same_pixels(&image, &kept));
		image_free(&kept);
		image_free(&image);
	}
	ok(wrong == 0 && started == ended,
		"%s: truncated, it is inspected if it is decoded (%d wrong, %d of %d ended)", name,
		wrong, ended, started);
}

/* If the inspection itself fails, the error names the picture and the inspection is ended. */
static void failing(const char *name, const unsigned char *bytes, size_t size)
{
	struct error error = {0};
	struct image kept = {0};
	started = ended = 0;
	refuse_start = true;
	ok(image_inspect(bytes, size, name, &over_background, &keep, &kept, sizeof kept, &error) ==
				-1 &&
			ended == 0 && strstr(error.object, name) &&
			strcmp(error.reason, "may not begin") == 0,
		"%s: one that may not begin", name);
	refuse_start = false;
	refuse_finish = true;
	ok(image_inspect(bytes, size, name, &over_background, &keep, &kept, sizeof kept, &error) ==
				-1 &&
			ended == 1 && strstr(error.object, name) &&
			strcmp(error.reason, "may not end") == 0,
		"  and one that may not end");
	refuse_finish = false;
}

int main(void)
{
	struct text_list names = {0};
	struct error error;
	char *folder = strdup(fixture("image"));
	if (file_list(folder, FILE_REGULAR, &names, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		return done();
	}
	for (size_t i = 0; i < names.count; i++) {
		unsigned char *bytes = NULL;
		size_t size = 0;
		char *path = file_join(folder, names.items[i]);
		if (file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, &error))
			ok(false, "%s: %s", error.object, error.reason);
		whole_file(names.items[i], bytes, size);
		cut_file(names.items[i], bytes, size);
		if (strcmp(names.items[i], "orientation1.jpg") == 0 ||
			strcmp(names.items[i], "orientation6.jpg") == 0)
			failing(names.items[i], bytes, size);
		free(bytes);
		free(path);
	}
	ok(names.count > 50, "%zu files", names.count);
	text_list_free(&names);
	free(folder);
	return done();
}
