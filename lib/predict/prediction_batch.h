/* Prediction of a batch of pictures. */
#ifndef PREDICT_PREDICTION_BATCH_H
#define PREDICT_PREDICTION_BATCH_H

#include "base/parallel.h"
#include "model/picture.h"
#include "nn/network.h"
#include "predict/prediction.h"
#include "stream/stream.h"

#include <stdbool.h>

/* One picture of a batch. */
struct batch_item {
	char *name;           /* as printed; owned */
	char *output_name;    /* base name of its output files; owned */
	const char *path;     /* of its file, the caller's; NULL for an input given as numbers */
	unsigned char *bytes; /* contents of a file that can't be read again, else NULL; owned */
	size_t size;
	unsigned char digest[STREAM_DIGEST_SIZE]; /* of a record, as the stream has it */
	bool labelled;                            /* has a target */
	bool bad;           /* could not be read, or its output not written; then `error` is set */
	bool output_failed; /* its output could not be written: no bad input, but a failure of the
	                       program */
	struct error error;
};

enum { PREDICTION_MODELS_MAXIMUM = 16 };

/* A further model of an average. */
struct batch_member {
	const struct model *model; /* the caller's */
	struct picture_settings settings;
	size_t input_count;                  /* floats of an input */
	int *class_of;                       /* output to that of the first model; owned */
	float *inputs;                       /* (capacity, H, W, C), owned, as the next */
	float *varied, *raw, *probabilities; /* the same; (capacity, outputs) twice */
};

struct prediction_batch {
	struct network *network;        /* the caller's, as are labels and pool */
	enum activation_kind last;      /* the final activation */
	double temperature;             /* of the probabilities (model/temperature.h) */
	const struct text_list *labels; /* one per output */
	struct parallel *pool;
	struct picture_settings settings; /* how files become inputs */
	struct shape shape;               /* of an input */
	size_t input_count;               /* its floats */
	int outputs, top;                 /* classes, and how many of them are output */
	int capacity, count;
	struct batch_item *items;
	float *inputs, *logits, *raw, *probabilities,
		*targets; /* (capacity, H, W, C), (capacity, outputs) four times; raw: as the
	                     network gives them */
	int *order;       /* (capacity, outputs) */
	struct batch_member members[PREDICTION_MODELS_MAXIMUM - 1];
	int member_count;
	int variants;  /* whose probabilities are averaged; under 2: the input alone */
	float *varied; /* (capacity, H, W, C) and */
	double *sums;  /* (2, capacity, outputs), only for several */
};

/* Allocates a batch of `capacity` pictures, which must not exceed the batch of the
 * model's network. `top` is
 * limited to the outputs. On failure (-1) *batch is empty. */
CHECKED int prediction_batch_create(struct prediction_batch *batch, const struct model *model,
	const struct picture_settings *settings, int capacity, int top, struct parallel *pool,
	struct error *error);
/* Lets the probabilities be means over the first `variants`, 1 to 10, of each input
 * (predict/variants.h). -1 without memory: the batch is still the caller's to free. */
CHECKED int prediction_batch_average(struct prediction_batch *batch, int variants,
	struct error *error);
/* Adds a model to the average, whose classes must be those of the first, in any order; after
 * prediction_batch_average. -1: other classes, named after `name`, or no memory. */
CHECKED int prediction_batch_add_model(struct prediction_batch *batch, const struct model *model,
	const char *name, const struct picture_settings *settings, struct error *error);
void prediction_batch_free(struct prediction_batch *batch);

/* Adds a file, or (`path` NULL) an input that the caller writes to prediction_batch_input, to a
 * batch that is not full; its target is all 0. Takes ownership of `name` and `output_name` (NULL:
 * out of memory). Returns the index, or -1. */
CHECKED int prediction_batch_add(struct prediction_batch *batch, char *name, char *output_name,
	const char *path, struct error *error);

/* Contents of a picture's file, to be freed with batch_item_release. -1 if it can't be read. */
CHECKED int batch_item_bytes(const struct batch_item *item, unsigned char **bytes, size_t *size,
	struct error *error);
void batch_item_release(const struct batch_item *item, unsigned char *bytes);

/* Of picture `index`: its input, (H, W, C); logits of its probabilities; the
 * probabilities before calibration; the target of each output. */
float *prediction_batch_input(const struct prediction_batch *batch, int index);
const float *prediction_batch_logits(const struct prediction_batch *batch, int index);
const float *prediction_batch_raw(const struct prediction_batch *batch, int index);
float *prediction_batch_target(const struct prediction_batch *batch, int index);

/* Reads the files in parallel: each once, and decoded for each model. */
void prediction_batch_read(struct prediction_batch *batch);
/* Runs the networks, one after the other, on the batch and ranks the classes. */
void prediction_batch_run(struct prediction_batch *batch);

/* The prediction for picture `index`; its pointers are valid until prediction_batch_clear. */
struct prediction prediction_batch_get(const struct prediction_batch *batch, int index);

/* Draws a prediction on its picture: the top classes, the first emphasised if it reaches
 * `threshold`, with `multi_label` every class that does. On failure (-1) *out is empty. */
typedef int prediction_annotate(const struct prediction *prediction, const struct image *picture,
	double threshold, bool multi_label, struct image *out, struct error *error);

/* Output of annotated pictures: FOLDER/OUTPUT_NAME-annotated.png, or
 * FOLDER/DECISION/OUTPUT_NAME-annotated.png. */
struct annotation_request {
	const char *folder;
	bool by_decision; /* a folder per class, and "unsure" (prediction_decision) */
	double threshold; /* arguments of `annotate` */
	bool multi_label;
	prediction_annotate *annotate; /* must be thread-safe */
};

/* Writes annotated pictures of all items that are not bad, in parallel, at their original size
 * (inputs given as numbers: the input's size). An item for which that fails becomes bad. */
void prediction_batch_annotate(struct prediction_batch *batch,
	const struct annotation_request *request);

/* Empties the batch. */
void prediction_batch_clear(struct prediction_batch *batch);

#endif
