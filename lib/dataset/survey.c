#include "dataset/survey.h"

#include "base/file.h"

#include <stdlib.h>

enum { WINDOW = 256 }; /* files between two looks at the progress */

struct work {
	struct survey *surveys;
	const struct dataset_file *const *files;
	bool facts;
};

/* What is found out of a picture where it is decoded: its hash, and after that, where they are asked for, its facts. */
struct finding {
	struct image_hash hash;
	struct picture_facts facts; /* all but the type */
};

/* ---- hash and facts together ---- */

struct inspecting {
	int width, height;
	void *hash, *measures; /* states of these two inspections */
};

static void end(void *state)
{
	struct inspecting *inspecting = state;
	if (!inspecting)
		return;
	image_hash_inspection.end(inspecting->hash);
	image_measure_inspection.end(inspecting->measures);
	free(inspecting);
}

static void *start(int width, int height, struct error *error)
{
	struct inspecting *inspecting = calloc(1, sizeof *inspecting);
	if (!inspecting) {
		error_memory(error, "image");
		return NULL;
	}
	inspecting->width = width;
	inspecting->height = height;
	inspecting->hash = image_hash_inspection.start(width, height, error);
	inspecting->measures = inspecting->hash ? image_measure_inspection.start(width, height, error) : NULL;
	if (inspecting->measures)
		return inspecting;
	end(inspecting);
	return NULL;
}

static void add_row(void *state, const unsigned char *row)
{
	struct inspecting *inspecting = state;
	image_hash_inspection.add_row(inspecting->hash, row);
	image_measure_inspection.add_row(inspecting->measures, row);
}

static int finish(void *state, void *found, struct error *error)
{
	struct inspecting *inspecting = state;
	struct finding *finding = found;
	finding->facts = (struct picture_facts){.width = inspecting->width, .height = inspecting->height};
	return image_hash_inspection.finish(inspecting->hash, &finding->hash, error) ||
		image_measure_inspection.finish(inspecting->measures, &finding->facts.measures, error) ? -1 : 0;
}

static const struct image_inspection hash_and_facts = {start, add_row, finish, end};

/* ---- files ---- */

static int survey_picture(struct survey *survey, const unsigned char *bytes, size_t size, const char *path, bool facts,
	struct error *error)
{
	static const struct image_decode_options over_white = {.background = {255, 255, 255}};
	struct finding finding = {0};
	struct image_info info = {0};
	const struct image_inspection *inspection = facts ? &hash_and_facts : &image_hash_inspection;
	digest_of(bytes, size, survey->digest);
	if (image_inspect(bytes, size, path, &over_white, inspection, &finding, sizeof finding, error) ||
		(facts && image_probe(bytes, size, path, &info, error)))
		return -1;
	survey->hash = finding.hash;
	survey->facts = finding.facts;
	survey->facts.type = info.type;
	return 0;
}

static void survey_file(void *context, int index, int worker)
{
	const struct work *work = context;
	struct survey *survey = &work->surveys[index];
	const char *path = work->files[index]->path;
	unsigned char *bytes;
	size_t size;
	struct error error;
	(void)worker;
	int result = file_read(path, IMAGE_FILE_MAXIMUM, &bytes, &size, &error);
	if (result == 0) {
		result = survey_picture(survey, bytes, size, path, work->facts, &error);
		free(bytes);
	}
	if (result && (survey->trouble = malloc(sizeof error)))
		*survey->trouble = error;
	survey->known = result == 0;
}

int survey_files(struct survey *surveys, const struct dataset_file *const *files, size_t count, bool facts,
	struct parallel *pool, struct progress *progress, struct error *error)
{
	progress_start(progress, "", "pictures", count);
	for (size_t i = 0; i < count; i++)
		surveys[i] = (struct survey){0};
	for (size_t first = 0; first < count; first += WINDOW) {
		struct work work = {surveys + first, files + first, facts};
		size_t size = count - first < WINDOW ? count - first : WINDOW;
		parallel_for(pool, (int)size, survey_file, &work);
		for (size_t i = first; i < first + size; i++)
			if (!surveys[i].known && !surveys[i].trouble)
				return error_memory(error, files[i]->path);
		progress_update(progress, first + size, "");
	}
	progress_finish(progress, count, "");
	return 0;
}

void survey_free(struct survey *surveys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(surveys[i].trouble);
}
