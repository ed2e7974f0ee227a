/* Pictures answered by a network, a batch at a time. */
#ifndef EXPLAIN_ANSWERS_H
#define EXPLAIN_ANSWERS_H

#include "base/parallel.h"
#include "explain/answer.h"
#include "model/picture.h"
#include "nn/network.h"

#include <stdbool.h>

/* One picture of a batch. */
struct answers_item {
	char *name;         /* as printed; owned */
	const char *path;   /* of its file, which the caller keeps; NULL for an input given as numbers */
	bool bad;           /* could not be read, or not be annotated */
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
	float *inputs, *logits, *probabilities; /* (capacity, H, W, C), (capacity, outputs) twice */
	int *order;                        /* (capacity, outputs) */
};

/* Makes room for `capacity` pictures, which the network must be made for. `shown` more than the outputs is as many as
 * there are. On failure (-1) *answers is empty. */
CHECKED int answers_create(struct answers *answers, struct network *network, const struct text_list *labels,
	const struct picture_settings *settings, int capacity, int shown, struct parallel *pool, struct error *error);
void answers_free(struct answers *answers);

/* Adds a file, or an input that the caller writes to answers.inputs + index * input_count, to a batch that has room.
 * `name` is taken over (NULL: it could not be allocated). Returns the index, or -1. */
CHECKED int answers_add_picture(struct answers *answers, char *name, const char *path, struct error *error);
CHECKED int answers_add_input(struct answers *answers, char *name, struct error *error);

/* Reads the files in parallel, and answers all that are not bad. */
void answers_run(struct answers *answers);

/* The answer to picture `index`; what it points to lives until answers_clear. */
struct answer answers_get(const struct answers *answers, int index);

/* The picture itself at its own size; of an input, what the network sees. On failure (-1) *image is empty. */
CHECKED int answers_read_picture(const struct answers *answers, int index, struct image *image, struct error *error);

/* Where answers are drawn: FOLDER/RESULT-annotated.png, or FOLDER/DECISION/RESULT-annotated.png. */
struct answers_drawing {
	const char *folder;
	const char *const *results; /* one per picture of the batch */
	bool by_decision;           /* a folder per class, and "unsure" (answer_decision) */
	double threshold;
	bool several;               /* as answer_annotate takes them */
};

/* Draws all answers, in parallel; a picture for which that fails becomes bad. */
void answers_draw(struct answers *answers, const struct answers_drawing *drawing);

/* Empties the batch. */
void answers_clear(struct answers *answers);

#endif
