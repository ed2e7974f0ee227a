#include "dataset/survey.h"

#include "base/file.h"

#include <stdlib.h>

enum { WINDOW = 256 }; /* files between two looks at the progress */

struct work {
	struct survey *surveys;
	const struct dataset_file *const *files;
	bool facts;
};

/* What is found out of a picture where it is decoded. */
struct finding {
	struct image_hash hash;
	struct picture_facts facts; /* all but the type */
};

static int find_hash(const struct image *image, void *finding, struct error *error)
{
	return image_hash_make(image, &((struct finding *)finding)->hash, error);
}

static int find_all(const struct image *image, void *finding, struct error *error)
{
	struct picture_facts *facts = &((struct finding *)finding)->facts;
	facts->width = image->width;
	facts->height = image->height;
	return find_hash(image, finding, error) || image_measure(image, &facts->measures, error) ? -1 : 0;
}

static int survey_picture(struct survey *survey, const unsigned char *bytes, size_t size, const char *path, bool facts,
	struct error *error)
{
	static const struct image_decode_options over_white = {.background = {255, 255, 255}};
	struct finding finding = {0};
	struct image_info info = {0};
	digest_of(bytes, size, survey->digest);
	if (image_inspect(bytes, size, path, &over_white, facts ? find_all : find_hash, &finding, sizeof finding, error) ||
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
