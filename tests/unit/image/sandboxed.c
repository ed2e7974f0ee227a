/* Decoding in the sandbox gives the same as without: for every picture, complete, truncated or
 * damaged. */
#include "base/file.h"
#include "base/parallel.h"
#include "image/decoders.h"
#include "image/image_hash.h"
#include "sandbox/confine.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The result of decoding, with or without the sandbox. */
struct decode_outcome {
	int failed;
	struct error error;
	struct image image;
	struct image_info info;
};

static bool same(const struct decode_outcome *a, const struct decode_outcome *b)
{
	if (a->failed != b->failed || a->info.type != b->info.type)
		return false;
	if (a->failed)
		return strcmp(a->error.object, b->error.object) == 0 &&
			strcmp(a->error.reason, b->error.reason) == 0 && !a->image.pixels &&
			!b->image.pixels;
	if (a->info.width != b->info.width || a->info.height != b->info.height)
		return false;
	return a->image.width == b->image.width && a->image.height == b->image.height &&
		a->image.channels == b->image.channels &&
		(!a->image.pixels ||
			memcmp(a->image.pixels, b->image.pixels,
				(size_t)a->image.width * (size_t)a->image.height *
					(size_t)a->image.channels) == 0);
}

static void show(const struct decode_outcome *outcome)
{
	if (outcome->failed)
		note("%s: %s", outcome->error.object, outcome->error.reason);
	else
		note("%d x %d x %d", outcome->image.width, outcome->image.height,
			outcome->image.channels);
}

static bool compare(struct decode_outcome *here, struct decode_outcome *there)
{
	bool good = same(here, there);
	if (!good) {
		show(here);
		show(there);
	}
	image_free(&here->image);
	image_free(&there->image);
	return good;
}

/* Finds the hash; of every other picture it is not liked. */
static struct image_inspection picky;

static int finish_picky(void *state, void *finding, struct error *error)
{
	const struct image_hash *hash = finding;
	if (image_hash_inspection.finish(state, finding, error))
		return -1;
	return hash->pixels[0] & 1 ? error_set(error, "image", "is odd") : 0;
}

static bool compare_findings(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options)
{
	struct image_hash found_here = {0}, found_there = {0};
	struct decode_outcome here = {0}, there = {0};
	here.failed =
		inspect_in_process(bytes, size, name, options, &picky, &found_here, &here.error);
	there.failed = image_inspect(bytes, size, name, options, &picky, &found_there,
		sizeof found_there, &there.error);
	bool equal = here.failed || memcmp(&found_here, &found_there, sizeof found_here) == 0;
	return compare(&here, &there) && equal;
}

static bool compare_all(const unsigned char *bytes, size_t size, const char *name)
{
	static const struct image_decode_options decodes[] = {{.background = {1, 20, 200}},
		{.keep_alpha = 1}, {.minimum_width = 3, .minimum_height = 2},
		{.pixels_maximum = 100}};
	static const struct image_resize_options loads[] = {{7, 5, IMAGE_BILINEAR, IMAGE_STRETCH,
								    {9, 9, 9}},
		{20, 20, IMAGE_BICUBIC, IMAGE_PAD, {0, 128, 255}},
		{4, 9, IMAGE_NEAREST, IMAGE_CROP, {0, 0, 0}}};
	struct decode_outcome here = {0}, there = {0};
	here.failed = probe_in_process(bytes, size, name, &here.info, &here.error);
	there.failed = image_probe(bytes, size, name, &there.info, &there.error);
	bool good = compare(&here, &there);
	for (size_t i = 0; i < sizeof decodes / sizeof *decodes; i++) {
		here = there = (struct decode_outcome){0};
		here.failed =
			decode_in_process(bytes, size, name, &decodes[i], &here.image, &here.error);
		there.failed =
			image_decode(bytes, size, name, &decodes[i], &there.image, &there.error);
		good &= compare(&here, &there) && compare_findings(bytes, size, name, &decodes[i]);
	}
	for (size_t i = 0; i < 2 * sizeof loads / sizeof *loads; i++) {
		int channels = i % 2 ? 1 : 3;
		here = there = (struct decode_outcome){0};
		here.failed = load_in_process(bytes, size, name, &loads[i / 2], channels,
			&here.image, &here.error);
		there.failed = image_load(bytes, size, name, &loads[i / 2], channels, &there.image,
			&there.error);
		good &= compare(&here, &there);
	}
	return good;
}

/* All fixtures, and each truncated and damaged. */
struct fixture_comparison {
	const char *folder;
	struct text_list names;
	bool *good;
};

static void compare_file(void *context, int index, int worker)
{
	struct fixture_comparison *work = context;
	struct error error;
	unsigned char *bytes;
	size_t size;
	char *path = file_join(work->folder, work->names.items[index]);
	(void)worker;
	if (file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, &error) == 0) {
		work->good[index] =
			compare_all(bytes, size, path) && compare_all(bytes, size * 2 / 3, path);
		for (size_t i = 20; i < size; i += 101)
			bytes[i] ^= 16;
		work->good[index] &= compare_all(bytes, size, path);
	}
	free(bytes);
	free(path);
}

static void fixtures(void)
{
	struct error error;
	struct parallel *pool;
	struct fixture_comparison work = {.folder = strdup(fixture("image"))};
	if (file_list(work.folder, FILE_REGULAR, &work.names, &error) ||
		parallel_create(&pool, 3, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		return;
	}
	work.good = calloc(work.names.count + 1, sizeof *work.good);
	parallel_for(pool, (int)work.names.count, compare_file, &work);
	for (size_t i = 0; i < work.names.count; i++)
		ok(work.good[i], "%s: the same", work.names.items[i]);
	parallel_destroy(pool);
	text_list_free(&work.names);
	free(work.good);
	free((char *)work.folder);
}

/* P5 of the given sides, all 200. */
static unsigned char *make_grey(int width, int height, size_t *size)
{
	char header[64];
	int length = snprintf(header, sizeof header, "P5 %d %d 255\n", width, height);
	*size = (size_t)length + (size_t)width * (size_t)height;
	unsigned char *bytes = malloc(*size);
	memset(bytes, 200, *size);
	memcpy(bytes, header, (size_t)length);
	return bytes;
}

static void extremes(void)
{
	static unsigned char nothing[1];
	char name[800];
	size_t size;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = 0;
	ok(compare_all(nothing, 0, "empty") && compare_all(nothing, 1, ""),
		"no bytes, and no name");
	ok(compare_all((const unsigned char *)"GIF89a\0\0\1\0\0\0\0", 13, name),
		"a name longer than an error holds");
	unsigned char *bytes = make_grey(8000, 8000, &size);
	struct error error = {0};
	struct image image;
	struct image_decode_options options = {.keep_alpha = 1};
	bool good = image_decode(bytes, size, "large", &options, &image, &error) == 0;
	ok(good && image.width == 8000 && image.pixels[0] == 200 &&
			image.pixels[4 * 64000000 - 1] == 255 &&
			image.pixels[4 * 64000000 - 2] == 200,
		"64 megapixels in four channels");
	image_free(&image);
	struct image_resize_options resize = {20000, 20000, IMAGE_NEAREST, IMAGE_STRETCH, {0}};
	ok(image_load(bytes, size, "large", &resize, 3, &image, &error) == -1 && !image.pixels,
		"1.2 GB of result are too many");
	is_text(error.reason, "20000 x 20000 pixels are too many", "  with this reason");
	is_text(error.object, "large", "  and the picture's name");
	free(bytes);
	resize.width = resize.height = 1;
	good = image_load((const unsigned char *)"P5 1 1 255\nx", 12, "small", &resize, 3, &image,
		       &error) == 0;
	ok(good && image.pixels[1] == 'x', "and after it a small one succeeds");
	image_free(&image);
}

int main(void)
{
	struct error error;
	if (!CONFINE_POSSIBLE) {
		puts("1..0 # SKIP sanitizers and sandboxes exclude each other");
		return 0;
	}
	picky = image_hash_inspection;
	picky.finish = finish_picky;
	if (!ok(image_sandbox_start(&error) == 0, "a sandbox starts")) {
		note("%s: %s", error.object, error.reason);
		return done();
	}
	fixtures();
	extremes();
	image_sandbox_stop();
	image_sandbox_stop();
	return done();
}
