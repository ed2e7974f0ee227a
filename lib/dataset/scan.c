#include "dataset/scan.h"

#include "base/file.h"

#include <stdlib.h>

enum { BATCH = 256 }; /* files between two updates of the progress */

struct scan_job {
	struct file_scan *scans;
	const struct dataset_file *const *files;
	bool with_properties;
};

/* The result of an inspection while decoding: the hash first, as for image_hash_inspection
 * alone. */
struct inspected_picture {
	struct image_hash hash;
	struct picture_properties properties; /* all but the type */
};

/* ---- hash and properties in one pass ---- */

struct combined_inspection {
	int width, height;
	void *hash, *measures; /* states of the two inspections */
};

static void combined_end(void *state)
{
	struct combined_inspection *both = state;
	if (!both)
		return;
	image_hash_inspection.end(both->hash);
	image_measure_inspection.end(both->measures);
	free(both);
}

static void *combined_start(int width, int height, struct error *error)
{
	struct combined_inspection *both = calloc(1, sizeof *both);
	if (!both) {
		error_memory(error, "image");
		return NULL;
	}
	both->width = width;
	both->height = height;
	both->hash = image_hash_inspection.start(width, height, error);
	both->measures = both->hash ? image_measure_inspection.start(width, height, error) : NULL;
	if (both->measures)
		return both;
	combined_end(both);
	return NULL;
}

static void combined_add_row(void *state, const unsigned char *row)
{
	struct combined_inspection *both = state;
	image_hash_inspection.add_row(both->hash, row);
	image_measure_inspection.add_row(both->measures, row);
}

static int combined_finish(void *state, void *found, struct error *error)
{
	struct combined_inspection *both = state;
	struct inspected_picture *picture = found;
	picture->properties =
		(struct picture_properties){.width = both->width, .height = both->height};
	return image_hash_inspection.finish(both->hash, &picture->hash, error) ||
			image_measure_inspection.finish(both->measures,
				&picture->properties.measures, error)
		? -1
		: 0;
}

static const struct image_inspection hash_and_properties = {combined_start, combined_add_row,
	combined_finish, combined_end};

/* ---- files ---- */

static int scan_picture(struct file_scan *scan, const unsigned char *bytes, size_t size,
	const char *path, bool with_properties, struct error *error)
{
	static const struct image_decode_options over_white = {.background = {255, 255, 255}};
	struct inspected_picture picture = {0};
	struct image_info info = {0};
	const struct image_inspection *inspection =
		with_properties ? &hash_and_properties : &image_hash_inspection;
	digest_of(bytes, size, scan->digest);
	if (image_inspect(bytes, size, path, &over_white, inspection, &picture, sizeof picture,
		    error) ||
		(with_properties && image_probe(bytes, size, path, &info, error)))
		return -1;
	scan->hash = picture.hash;
	scan->properties = picture.properties;
	scan->properties.type = info.type;
	return 0;
}

static void scan_file(void *context, int index, int worker)
{
	const struct scan_job *job = context;
	struct file_scan *scan = &job->scans[index];
	const char *path = job->files[index]->path;
	unsigned char *bytes;
	size_t size;
	struct error error;
	(void)worker;
	int result = file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, &error);
	if (result == 0) {
		result = scan_picture(scan, bytes, size, path, job->with_properties, &error);
		free(bytes);
	}
	if (result && (scan->error = malloc(sizeof error)))
		*scan->error = error;
	scan->decoded = result == 0;
}

int scan_files(struct file_scan *scans, const struct dataset_file *const *files, size_t count,
	bool with_properties, struct parallel *pool, struct progress *progress, struct error *error)
{
	progress_start(progress, "", "pictures", count);
	for (size_t i = 0; i < count; i++)
		scans[i] = (struct file_scan){0};
	for (size_t first = 0; first < count; first += BATCH) {
		struct scan_job job = {scans + first, files + first, with_properties};
		size_t size = count - first < BATCH ? count - first : BATCH;
		parallel_for(pool, (int)size, scan_file, &job);
		for (size_t i = first; i < first + size; i++)
			if (!scans[i].decoded && !scans[i].error)
				return error_memory(error, files[i]->path);
		progress_update(progress, first + size, "");
	}
	progress_finish(progress, count, "");
	return 0;
}

void file_scans_free(struct file_scan *scans, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(scans[i].error);
}
