#include "train/training.h"

#include "base/random.h"
#include "train/batch.h"

#include <stdlib.h>

/* What an epoch works with. */
struct run {
	struct training *training;
	struct batch batch;
	uint32_t *order;   /* of the samples in this epoch; room for `capacity` */
	uint32_t capacity;
	float *logits;     /* (batch size, outputs) */
	uint64_t step;     /* of the whole training */
};

/* Loss and correct answers added up. */
struct tally {
	double loss;
	uint64_t correct, count;
};

static void add_to_tally(struct tally *tally, double loss, int correct, int count)
{
	tally->loss += loss * count;
	tally->correct += (uint64_t)correct;
	tally->count += (uint64_t)count;
}

/* Numbers 0 to count - 1 in run->order. */
static int number_samples(struct run *run, uint32_t count, struct error *error)
{
	if (count > run->capacity) {
		uint32_t *order = realloc(run->order, count * sizeof *order);
		if (!order)
			return error_memory(error, "order of samples");
		run->order = order;
		run->capacity = count;
	}
	for (uint32_t i = 0; i < count; i++)
		run->order[i] = i;
	return 0;
}

static int next_batch(struct run *run, const struct samples *samples, uint32_t first, struct error *error)
{
	const struct training *training = run->training;
	uint32_t left = samples_count(samples) - first;
	int count = left < (uint32_t)run->batch.size ? (int)left : run->batch.size;
	bool distribution = training->options.loss == LOSS_CATEGORICAL_CROSSENTROPY &&
		samples_head(samples)->label == STREAM_LABEL_WEIGHTS;
	return batch_load(&run->batch, samples, run->order + first, count, distribution, error) ? -1 : count;
}

static int not_finite(const struct training *training, int epoch, uint32_t batch, int layer, struct error *error)
{
	char object[256];
	snprintf(object, sizeof object, "epoch %d, batch %u, layer '%s'", epoch, batch,
		training->architecture.layers[layer].name);
	return error_set(error, object, "gives values that are not finite; try a smaller --learning-rate");
}

static int train_samples(struct run *run, int epoch, struct progress *progress, struct tally *tally,
	struct error *error)
{
	struct training *training = run->training;
	uint32_t count = samples_count(training->samples);
	struct random random = random_start(training->request.seed, RANDOM_SHUFFLE, (uint64_t)epoch - 1, 0);
	if (number_samples(run, count, error))
		return -1;
	random_shuffle(&random, run->order, count);
	for (uint32_t first = 0; first < count; first += (uint32_t)run->batch.size) {
		char note[80];
		int n = next_batch(run, training->samples, first, error);
		if (n < 0)
			return -1;
		struct step_result step = network_train_step(training->network, run->batch.inputs, run->batch.targets, n,
			(float)training->request.learning_rate, run->step++);
		if (step.bad_layer >= 0)
			return not_finite(training, epoch, first / (uint32_t)run->batch.size + 1, step.bad_layer, error);
		add_to_tally(tally, step.loss, step.correct, n);
		snprintf(note, sizeof note, "loss %.4f, accuracy %.4f", tally->loss / (double)tally->count,
			(double)tally->correct / (double)tally->count);
		progress_update(progress, tally->count, note);
	}
	return 0;
}

static int largest(const float *values, int count)
{
	int best = 0;
	for (int i = 1; i < count; i++)
		if (values[i] > values[best])
			best = i;
	return best;
}

static int validate(struct run *run, struct tally *tally, struct error *error)
{
	struct training *training = run->training;
	int outputs = network_outputs(training->network);
	uint32_t count = samples_count(training->validation);
	if (number_samples(run, count, error))
		return -1;
	for (uint32_t first = 0; first < count; first += (uint32_t)run->batch.size) {
		int n = next_batch(run, training->validation, first, error), correct = 0;
		if (n < 0)
			return -1;
		network_forward(training->network, run->batch.inputs, n, run->logits, NULL);
		for (int i = 0; i < n; i++)
			correct += largest(run->logits + i * outputs, outputs) == largest(run->batch.targets + i * outputs, outputs);
		add_to_tally(tally, network_loss(&training->options, run->logits, run->batch.targets, n, outputs), correct, n);
	}
	return 0;
}

/* The step that makes a weight infinite is noticed by the next one; the last step of an epoch has none. */
static int check_weights(const struct training *training, int epoch, struct error *error)
{
	int layer = network_bad_layer(training->network);
	uint32_t batches = (samples_count(training->samples) - 1) / (uint32_t)training->request.batch_size + 1;
	return layer < 0 ? 0 : not_finite(training, epoch, batches, layer, error);
}

static void finish_progress(struct progress *progress, const struct epoch_result *result, uint64_t count)
{
	char note[200];
	int used = snprintf(note, sizeof note, "loss %.4f, accuracy %.4f", result->loss, result->accuracy);
	if (result->validated)
		snprintf(note + used, sizeof note - (size_t)used, ", val_loss %.4f, val_accuracy %.4f",
			result->validation_loss, result->validation_accuracy);
	progress_finish(progress, count, note);
}

static int run_epoch(struct run *run, int epoch, int epochs, struct error *error)
{
	struct training *training = run->training;
	struct progress *progress = training->request.progress;
	struct tally tally = {0}, validation = {0};
	char part[64];
	snprintf(part, sizeof part, epochs ? "epoch %d/%d" : "epoch %d", epoch, epochs);
	progress_start(progress, part, "images", samples_count(training->samples));
	double started = progress_clock();
	if (train_samples(run, epoch, progress, &tally, error) || check_weights(training, epoch, error))
		return -1;
	double trained = progress_clock();
	if (training->validation && validate(run, &validation, error))
		return -1;
	double ended = progress_clock(), count = (double)tally.count, validated = (double)validation.count;
	struct epoch_result result = {
		.epoch = epoch, .loss = tally.loss / count, .accuracy = (double)tally.correct / count,
		.validated = training->validation != NULL, .learning_rate = training->request.learning_rate,
		.images_per_second = count / (trained - started), .seconds = ended - started,
	};
	if (result.validated) {
		result.validation_loss = validation.loss / validated;
		result.validation_accuracy = (double)validation.correct / validated;
	}
	/* The line's rate is that of training. */
	progress->started += ended - trained;
	finish_progress(progress, &result, tally.count);
	return training_log_add(&training->log, &result, error);
}

/* How many epochs there will be; 0 while a pipe has not shown it. */
static int planned_epochs(const struct training *training)
{
	size_t passes = samples_passes(training->samples);
	if (training->request.epochs)
		return training->request.epochs;
	if (!samples_is_complete(training->samples))
		return 0;
	return passes > 1 ? (int)passes : EPOCHS_DEFAULT;
}

static int run_epochs(struct run *run, struct error *error)
{
	struct training *training = run->training;
	for (int epoch = 1; planned_epochs(training) == 0 || epoch <= planned_epochs(training); epoch++) {
		bool repeated;
		if (samples_begin_epoch(training->samples, epoch - 1, &repeated, error))
			return -1;
		training->repeated_epochs += repeated && samples_passes(training->samples) > 1;
		if (run_epoch(run, epoch, planned_epochs(training), error))
			return -1;
	}
	return samples_finish(training->samples, error);
}

int training_run(struct training *training, struct error *error)
{
	struct run run = {.training = training};
	int size = training->request.batch_size;
	if (batch_create(&run.batch, training->samples, size, network_input(training->network), training->pool, error))
		return -1;
	run.logits = calloc((size_t)size, (size_t)network_outputs(training->network) * sizeof *run.logits);
	int result = run.logits ? run_epochs(&run, error) : error_memory(error, "logits");
	free(run.logits);
	free(run.order);
	batch_free(&run.batch);
	return result;
}
