/* A whole training: streams in, a trained network and its story out. */
#ifndef TRAIN_TRAINING_H
#define TRAIN_TRAINING_H

#include "base/parallel.h"
#include "base/progress.h"
#include "base/text.h"
#include "nn/network.h"
#include "train/log.h"
#include "train/samples.h"

#include <stdio.h>

enum { LOSS_AUTO = -1, EPOCHS_DEFAULT = 50 };

/* What is asked for. */
struct training_request {
	const char *const *inputs; /* streams to train on; "-" is standard input */
	size_t input_count;        /* at least 1 */
	const char *validation;    /* stream, or NULL */
	const char *architecture;  /* "original", or a Keras JSON file */
	enum activation output;    /* of the original network: sigmoid or softmax */
	int epochs;                /* 0: one for each pass of the stream, EPOCHS_DEFAULT if it has but one */
	int batch_size;
	int loss;                  /* enum loss, or LOSS_AUTO: what the output activation asks for */
	enum optimizer optimizer;
	double learning_rate, label_smoothing;
	uint64_t seed;             /* of weights, order and dropout */
	int threads;               /* 0: all */
	struct progress *progress; /* a part for each epoch */
};

struct training {
	struct training_request request;
	struct training_options options; /* as the engine takes them; the loss is resolved */
	struct parallel *pool;
	struct samples *samples, *validation; /* validation may be NULL */
	struct architecture architecture;
	struct network *network;
	struct training_log log;
	double *class_totals;  /* targets added up per class, in the first pass and in the validation samples */
	double *validation_totals;
	uint32_t records;      /* of the first pass */
	int repeated_epochs;   /* that used a pass again though the stream had several */
};

/* Opens the streams, checks that they, the architecture and the options fit together, and makes the network with its
 * first weights. Borrows the request's texts. On failure (-1) *training is empty. */
CHECKED int training_open(struct training *training, const struct training_request *request, struct error *error);

/* Trains all epochs. -1 when a stream fails, or when a value is no longer finite: the object says in which
 * epoch, batch and layer. */
CHECKED int training_run(struct training *training, struct error *error);

/* Frees; an empty training is allowed. */
void training_close(struct training *training);

/* Names as the command line and the model card have them; NULL-ended. */
extern const char *const training_loss_names[];      /* "binary", "categorical" */
extern const char *const training_optimizer_names[];

#endif
