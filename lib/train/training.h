/* A training: streams in, a trained network and its log out; with checkpoints, from which another
 * process goes on to the same bytes. */
#ifndef TRAIN_TRAINING_H
#define TRAIN_TRAINING_H

#include "base/parallel.h"
#include "base/progress.h"
#include "base/text.h"
#include "model/model.h"
#include "train/average.h"
#include "train/log.h"
#include "train/samples.h"
#include "train/schedule.h"
#include "train/transfer.h"

#include <signal.h>
#include <stdio.h>

enum { LOSS_AUTO = -1, EPOCHS_DEFAULT = 50 };

/* Hyperparameters and data. */
struct training_request {
	const char *const *inputs; /* streams to train on; "-" is standard input */
	size_t input_count;        /* at least 1 */
	const char *validation;    /* stream, or NULL */
	const char *architecture; /* built-in (architectures.h), or the path of a Keras JSON file */
	enum activation_kind
		output; /* output activation of a built-in network: sigmoid or softmax */

	struct start_request start; /* model to start from, instead of the architecture; a model
	                               of NULL: none */

	int epochs;     /* 0: one per pass of the stream, EPOCHS_DEFAULT if it has one pass; with a
	                   model to start from: none, the head is fitted alone */
	int batch_size; /* images a step */
	int accumulate; /* steps an update of the weights */
	int loss;       /* enum loss, or LOSS_AUTO: by the output activation; it decides which one a
	                   network that ends without one gets */
	double label_smoothing;
	const char *class_weights; /* "balanced", the path of a file, or NULL */
	enum optimizer optimizer;
	double momentum, weight_decay; /* weight_decay below 0: the optimizer's own */
	bool nesterov;
	double clip_norm;     /* limit of the norm of all gradients; 0: none */
	double learning_rate; /* the highest */
	enum schedule_kind schedule;
	double warmup;  /* epochs; below 0: schedule_default_warmup */
	double average; /* decay of the average of the weights (average.h); 0: none */
	int patience;   /* stop so many epochs after the best one, and keep that; 0: never */
	uint64_t seed;  /* random seed of initial weights, order and dropout */

	double time_limit;       /* seconds; 0: none */
	double checkpoint_every; /* seconds between checkpoints at least, at the ends of epochs */
	const char *partial;     /* model folder of the checkpoint; NULL: none is written */
	bool resume;             /* go on with that, if it is there */
	error_report *warn;      /* called when a checkpoint can't be written; training goes on */
	const volatile sig_atomic_t
		*interrupted;          /* stop after the step during which this is not 0; or NULL */
	const char *command_line;      /* for the model card; */
	const struct text_list *notes; /* likewise: KEY=VALUE */
	int threads;                   /* 0: one per core */
	struct progress *progress;     /* one part per epoch */
};

/* How far a training has come. */
struct training_position {
	int epoch;                  /* the current one, from 1 */
	uint32_t done;              /* samples of it that were trained on */
	struct epoch_totals totals; /* of those */
	double seconds;             /* that they took */
	uint64_t steps, updates;    /* in all epochs */
	double rate;                /* learning rate of the last update */
	double elapsed;             /* seconds of all */
	int repeated_epochs;        /* that reused a pass of a stream that has several */
};

struct training {
	struct training_request request;
	struct training_options options; /* for the network; LOSS_AUTO is resolved */
	struct schedule schedule;
	struct plateau plateau;
	int epochs; /* planned; 0: as many as a pipe has passes, which is not known yet */
	struct parallel *pool;
	struct samples *samples, *validation; /* validation may be NULL */
	struct graph graph;
	struct output_head head; /* how the graph was completed */
	struct architecture_remarks remarks;
	struct start start; /* empty: none */
	struct transfer transfer;
	bool is_head_only; /* the head was fitted to the features of all passes, and that is all */
	struct network *network;
	struct input_values input_values; /* that the network takes */
	float *class_weights;             /* one per class; NULL: all 1 */
	double *class_totals; /* sum of the targets per class, in the first pass and in the
	                         validation samples */
	double *validation_totals;
	uint32_t records; /* of the first pass */

	struct training_position position;
	struct training_log log;
	struct average average;
	float *best; /* weights of the best epoch so far, with a patience; else NULL */
	unsigned char (*passes)[DIGEST_SIZE]; /* that each epoch until now was trained on; owned */
	int pass_count;
	bool is_saved;  /* the checkpoint is this position */
	int resumed_at; /* epoch in which it went on with a checkpoint; 0: from the beginning */
	bool is_cut_by_time;    /* ended by its time limit */
	bool has_unused_passes; /* a pipe had more than it announced */
	bool is_finished;       /* and the network has the weights to keep */
	double saved_at;        /* when the checkpoint was written, and the seconds it took */
	double saving_took;
};

enum training_result { TRAINING_FAILED = -1, TRAINING_DONE, TRAINING_INTERRUPTED };

/* Opens the streams, checks that they, the architecture and the options fit together, and makes the
 * network with its initial weights; or, to resume, restores the checkpoint. Borrows the request's
 * strings. On failure (-1) *training is empty. */
CHECKED int training_open(struct training *training, const struct training_request *request,
	struct error *error);

/* Trains all epochs, and leaves the weights to keep in the network.
 * TRAINING_INTERRUPTED: a checkpoint was written, if one may be; without one there is an error, and
 * an empty reason where nothing was lost. TRAINING_FAILED: a stream cannot be read, of which a
 * checkpoint was written too (training->is_saved); or a value is not finite: the error's object is
 * its epoch, batch and layer. */
CHECKED enum training_result training_run(struct training *training, struct error *error);

/* Swaps the network's weights with those to keep: of the best epoch, else the average; or does
 * nothing where they are the same. */
void training_exchange_kept(struct training *training);

/* Notes that the current epoch is trained on the pass that is selected. -1 without memory. */
CHECKED int training_add_pass(struct training *training, struct error *error);

/* Frees; an empty training is allowed. */
void training_close(struct training *training);

/* Names on the command line, NULL-terminated: the loss's after "auto", for LOSS_AUTO. */
extern const char *const training_loss_names[], *const training_optimizer_names[];

#endif
