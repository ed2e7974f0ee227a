/* A training run: streams in, a trained network and its log out. */
#ifndef TRAIN_TRAINING_H
#define TRAIN_TRAINING_H

#include "base/parallel.h"
#include "base/progress.h"
#include "base/text.h"
#include "model/model.h"
#include "train/log.h"
#include "train/samples.h"

#include <stdio.h>

enum { LOSS_AUTO = -1, EPOCHS_DEFAULT = 50 };

/* Hyperparameters and data. */
struct training_request {
	const char *const *inputs; /* streams to train on; "-" is standard input */
	size_t input_count;        /* at least 1 */
	const char *validation;    /* stream, or NULL */
	const char *architecture;  /* "original", or the path of a Keras JSON file */
	enum activation_kind
		output; /* output activation of the original network: sigmoid or softmax */
	int epochs;     /* 0: one per pass of the stream, EPOCHS_DEFAULT if it has one pass */
	int batch_size;
	int loss; /* enum loss, or LOSS_AUTO: by the output activation; it decides which one a
	             network that ends without one gets */
	enum optimizer optimizer;
	double learning_rate, label_smoothing;
	uint64_t seed;             /* random seed of initial weights, order and dropout */
	int threads;               /* 0: one per core */
	struct progress *progress; /* one part per epoch */
};

struct training {
	struct training_request request;
	struct training_options options; /* for the network; LOSS_AUTO is resolved */
	struct parallel *pool;
	struct samples *samples, *validation; /* validation may be NULL */
	struct graph graph;
	struct output_head head; /* how the graph was completed */
	struct architecture_remarks remarks;
	struct network *network;
	struct input_values input_values; /* that the network takes */
	struct training_log log;
	double *class_totals; /* sum of the targets per class, in the first pass and in the
	                         validation samples */
	double *validation_totals;
	uint32_t records;    /* of the first pass */
	int repeated_epochs; /* epochs that reused a pass of a stream that has several */
};

/* Opens the streams, checks that they, the architecture and the options fit together, and makes the
 * network with its initial weights. Borrows the request's strings. On failure (-1) *training is
 * empty. */
CHECKED int training_open(struct training *training, const struct training_request *request,
	struct error *error);

/* Trains all epochs. -1 if a stream cannot be read, or if a value is not finite: the error's object
 * is its epoch, batch and layer. */
CHECKED int training_run(struct training *training, struct error *error);

/* Frees; an empty training is allowed. */
void training_close(struct training *training);

/* Names on the command line, NULL-terminated: the loss's after "auto", for LOSS_AUTO. */
extern const char *const training_loss_names[], *const training_optimizer_names[];

#endif
