/* What there is to know of picture files without knowing a class: read, decoded and hashed, many at once. */
#ifndef DATASET_SURVEY_H
#define DATASET_SURVEY_H

#include "base/digest.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "dataset/class_folders.h"
#include "image/image_hash.h"
#include "image/image_measure.h"

/* What a picture is like. */
struct picture_facts {
	enum image_type type;
	int width, height; /* upright */
	struct image_measures measures;
};

struct survey {
	bool known;                        /* the file can be read and decoded */
	struct error *trouble;             /* else why not; owned */
	unsigned char digest[DIGEST_SIZE]; /* SHA-256 of the file */
	struct image_hash hash;            /* of the picture at full size, over white */
	struct picture_facts facts;        /* all zero unless they are asked for */
};

/* Surveys files[count], in parallel, into surveys[count] in the same order; `facts` asks for these. Shows how many are
 * done. The caller ends each with survey_free. Returns 0, or -1 without memory; what can't be decoded is no failure. */
CHECKED int survey_files(struct survey *surveys, const struct dataset_file *const *files, size_t count,
	bool facts, struct parallel *pool, struct progress *progress, struct error *error);

/* Frees what surveys[count] hold, not the array. */
void survey_free(struct survey *surveys, size_t count);

#endif
