#include "train/training.h"

#include "base/argmax.h"
#include "base/random.h"
#include "train/batch.h"

#include <stdlib.h>

/* State of the training loop. */
struct training_loop {
	struct training *training;
	struct batch batch;
	uint32_t *order; /* of the samples in this epoch */
	float *logits;   /* (batch size, outputs) */
	uint64_t step;   /* number of the next, over all epochs */
};

/* Sums over the samples of an epoch. */
struct epoch_totals {
	double loss;
	uint64_t correct, count;
};

static void add_batch(struct epoch_totals *totals, double loss, int correct, int count)
{
	totals->loss += loss * count;
	totals->correct += (uint64_t)correct;
	totals->count += (uint64_t)count;
}

/* Sets loop->order to 0, 1, ..., count - 1. */
static int reset_order(struct training_loop *loop, uint32_t count, struct error *error)
{
	uint32_t *order = realloc(loop->order, count * sizeof *order);
	if (!order)
		return error_memory(error, "order of samples");
	loop->order = order;
	for (uint32_t i = 0; i < count; i++)
		loop->order[i] = i;
	return 0;
}

static int load_next_batch(struct training_loop *loop, const struct samples *samples,
	uint32_t first, struct error *error)
{
	const struct training *training = loop->training;
	uint32_t left = samples_count(samples) - first;
	int count = left < (uint32_t)loop->batch.size ? (int)left : loop->batch.size;
	bool distribution = loss_row(training->options.loss)->is_distribution &&
		samples_head(samples)->label == STREAM_LABEL_WEIGHTS;
	return batch_load(&loop->batch, samples, loop->order + first, count, distribution, error)
		? -1
		: count;
}

static int not_finite_error(const struct training *training, int epoch, uint32_t batch, int layer,
	struct error *error)
{
	char object[256];
	snprintf(object, sizeof object, "epoch %d, batch %u, layer '%s'", epoch, batch,
		training->graph.layers[layer].name);
	return error_set(error, object,
		"has non-finite values (NaN or infinity); try a smaller --learning-rate");
}

static int train_samples(struct training_loop *loop, int epoch, struct progress *progress,
	struct epoch_totals *totals, struct error *error)
{
	struct training *training = loop->training;
	uint32_t count = samples_count(training->samples);
	struct random random =
		random_start(training->request.seed, RANDOM_SHUFFLE, (uint64_t)epoch - 1, 0);
	if (reset_order(loop, count, error))
		return -1;
	random_shuffle(&random, loop->order, count);
	for (uint32_t first = 0; first < count; first += (uint32_t)loop->batch.size) {
		char note[80];
		int n = load_next_batch(loop, training->samples, first, error);
		if (n < 0)
			return -1;
		struct step_result step = network_train_step(training->network, loop->batch.inputs,
			loop->batch.targets, n, (float)training->request.learning_rate,
			loop->step++);
		if (step.bad_layer >= 0)
			return not_finite_error(training, epoch,
				first / (uint32_t)loop->batch.size + 1, step.bad_layer, error);
		add_batch(totals, step.loss, step.correct, n);
		snprintf(note, sizeof note, "loss %.4f, accuracy %.4f",
			totals->loss / (double)totals->count,
			(double)totals->correct / (double)totals->count);
		progress_update(progress, totals->count, note);
	}
	return 0;
}

static int validate(struct training_loop *loop, struct epoch_totals *totals, struct error *error)
{
	struct training *training = loop->training;
	int outputs = network_outputs(training->network);
	uint32_t count = samples_count(training->validation);
	if (reset_order(loop, count, error))
		return -1;
	for (uint32_t first = 0; first < count; first += (uint32_t)loop->batch.size) {
		int n = load_next_batch(loop, training->validation, first, error), correct = 0;
		if (n < 0)
			return -1;
		network_forward(training->network, loop->batch.inputs, n, loop->logits, NULL);
		for (int i = 0; i < n; i++)
			correct += argmax(loop->logits + i * outputs, outputs) ==
				argmax(loop->batch.targets + i * outputs, outputs);
		add_batch(totals,
			network_loss(&training->options, loop->logits, loop->batch.targets, n,
				outputs),
			correct, n);
	}
	return 0;
}

/* A step that makes a weight infinite is detected by the next one, which the last step of an epoch
 * does not have. */
static int check_weights(const struct training *training, int epoch, struct error *error)
{
	int layer = network_bad_layer(training->network);
	uint32_t batches =
		(samples_count(training->samples) - 1) / (uint32_t)training->request.batch_size + 1;
	return layer < 0 ? 0 : not_finite_error(training, epoch, batches, layer, error);
}

static void finish_progress(struct progress *progress, const struct epoch_result *result,
	uint64_t count)
{
	char note[200];
	int used = snprintf(note, sizeof note, "loss %.4f, accuracy %.4f", result->loss,
		result->accuracy);
	if (result->validated)
		snprintf(note + used, sizeof note - (size_t)used,
			", val_loss %.4f, val_accuracy %.4f", result->validation_loss,
			result->validation_accuracy);
	progress_finish(progress, count, note);
}

static int run_epoch(struct training_loop *loop, int epoch, int epochs, struct error *error)
{
	struct training *training = loop->training;
	struct progress *progress = training->request.progress;
	struct epoch_totals totals = {0}, validation = {0};
	char part[64];
	snprintf(part, sizeof part, epochs ? "epoch %d/%d" : "epoch %d", epoch, epochs);
	progress_start(progress, part, "images", samples_count(training->samples));
	double started = progress_clock();
	if (train_samples(loop, epoch, progress, &totals, error) ||
		check_weights(training, epoch, error))
		return -1;
	double trained = progress_clock();
	if (training->validation && validate(loop, &validation, error))
		return -1;
	double ended = progress_clock(), count = (double)totals.count,
	       validated = (double)validation.count;
	struct epoch_result result = {
		.epoch = epoch,
		.loss = totals.loss / count,
		.accuracy = (double)totals.correct / count,
		.validated = training->validation != NULL,
		.learning_rate = training->request.learning_rate,
		.images_per_second = count / (trained - started),
		.seconds = ended - started,
	};
	if (result.validated) {
		result.validation_loss = validation.loss / validated;
		result.validation_accuracy = (double)validation.correct / validated;
	}
	/* The progress line shows the speed of training without validation. */
	progress->started += ended - trained;
	finish_progress(progress, &result, totals.count);
	return training_log_add(&training->log, &result, error);
}

/* Number of epochs; 0: not known before the end of a pipe. */
static int planned_epochs(const struct training *training)
{
	size_t passes = samples_passes(training->samples);
	if (training->request.epochs)
		return training->request.epochs;
	if (!samples_is_complete(training->samples))
		return 0;
	return passes > 1 ? (int)passes : EPOCHS_DEFAULT;
}

static int run_epochs(struct training_loop *loop, struct error *error)
{
	struct training *training = loop->training;
	for (int epoch = 1; planned_epochs(training) == 0 || epoch <= planned_epochs(training);
		epoch++) {
		bool repeated;
		if (samples_begin_epoch(training->samples, epoch - 1, &repeated, error))
			return -1;
		training->repeated_epochs += repeated && samples_passes(training->samples) > 1;
		if (run_epoch(loop, epoch, planned_epochs(training), error))
			return -1;
	}
	return samples_finish(training->samples, error);
}

int training_run(struct training *training, struct error *error)
{
	struct training_loop loop = {.training = training};
	int size = training->request.batch_size;
	if (batch_create(&loop.batch, training->samples, size, network_input(training->network),
		    training->pool, error))
		return -1;
	loop.logits = calloc((size_t)size,
		(size_t)network_outputs(training->network) * sizeof *loop.logits);
	int result = loop.logits ? run_epochs(&loop, error) : error_memory(error, "logits");
	free(loop.logits);
	free(loop.order);
	batch_free(&loop.batch);
	return result;
}
