/* Pictures answered by a network, a batch at a time. */
#ifndef PREDICT_ANSWERS_H
#define PREDICT_ANSWERS_H

#include "base/parallel.h"
#include "model/picture.h"
#include "nn/network.h"
#include "predict/answer.h"
#include "stream/stream.h"

#include <stdbool.h>

/* One picture of a batch. */
struct answers_item {
	char *name;         /* as printed; owned */
	char *result;       /* name of what is written about it; owned */
	const char *path;   /* of its file, which the caller keeps; NULL for an input given as numbers */
	unsigned char *bytes; /* of the file, where it can't be read again; owned */
	size_t size;
	unsigned char digest[STREAM_DIGEST_SIZE]; /* of a record, as the stream has it */
	bool labelled;      /* its target is known */
	bool bad;           /* could not be read, or no result written */
	bool lost;          /* could be read, so that it is the result's place that is bad: the next won't fare better */
	struct error error; /* then why */
};

struct answers {
	struct network *network;           /* the caller's, as are labels and pool */
	const struct text_list *labels;    /* one per output */
	struct parallel *pool;
	struct picture_settings settings;  /* how files become inputs */
	struct shape shape;                /* of an input */
	size_t input_count;                /* its floats */
	int outputs, shown;                /* classes, and how many of them an answer names */
	int capacity, count;
	struct answers_item *items;
	float *inputs, *logits, *probabilities, *targets; /* (capacity, H, W, C), (capacity, outputs) three times */
	int *order;                        /* (capacity, outputs) */
};

/* Makes room for `capacity` pictures, which the network must be made for. `shown` more than the outputs is as many as
 * there are. On failure (-1) *answers is empty. */
CHECKED int answers_create(struct answers *answers, struct network *network, const struct text_list *labels,
	const struct picture_settings *settings, int capacity, int shown, struct parallel *pool, struct error *error);
void answers_free(struct answers *answers);

/* Adds a file, or (`path` NULL) an input that the caller writes to answers_input, to a batch that has room; its target
 * is all 0. `name` and `result` are taken over (NULL: could not be allocated). Returns the index, or -1. */
CHECKED int answers_add(struct answers *answers, char *name, char *result, const char *path, struct error *error);

/* What is in the file of a picture: bytes to be given back with answers_release. -1: it can't be read. */
CHECKED int answers_bytes(const struct answers_item *item, unsigned char **bytes, size_t *size, struct error *error);
void answers_release(const struct answers_item *item, unsigned char *bytes);

/* Of picture `index`: its input, (H, W, C); the network's logits; what each of the outputs should be. */
float *answers_input(const struct answers *answers, int index);
const float *answers_logits(const struct answers *answers, int index);
float *answers_target(const struct answers *answers, int index);

/* Reads the files in parallel; `meanwhile`, unless NULL, is called by one of the threads. */
void answers_read(struct answers *answers, void meanwhile(void *context), void *context);
/* Answers all that are not bad. */
void answers_run(struct answers *answers);

/* The answer to picture `index`; what it points to lives until answers_clear. */
struct answer answers_get(const struct answers *answers, int index);

/* Draws an answer on its picture: the classes shown, emphasised the best one where it reaches `threshold`, with
 * `several` every one that does. On failure (-1) *out is empty. */
typedef int answer_annotate(const struct answer *answer, const struct image *picture, double threshold, bool several,
	struct image *out, struct error *error);

/* Where answers are drawn: FOLDER/RESULT-annotated.png, or FOLDER/DECISION/RESULT-annotated.png. */
struct answers_drawing {
	const char *folder;
	bool by_decision;           /* a folder per class, and "unsure" (answer_decision) */
	double threshold;
	bool several;               /* as `annotate` takes them */
	answer_annotate *annotate;  /* called by several threads at once */
};

/* Draws all answers, in parallel, on pictures at their own size, or for inputs on what the network sees; one for which
 * that fails becomes bad. */
void answers_draw(struct answers *answers, const struct answers_drawing *drawing);

/* Empties the batch. */
void answers_clear(struct answers *answers);

#endif
