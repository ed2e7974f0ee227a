/* The training loop: epochs, and in them updates of the weights. */
#include "train/training.h"

#include "base/argmax.h"
#include "base/sparkline.h"
#include "train/checkpoint.h"
#include "train/feed.h"
#include "train/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one run of the loop works with, beside the training. */
struct loop {
	struct training *training;
	struct feed feed;
	float *logits;        /* (batch size, outputs) */
	double started;       /* when this run of the loop did, less what earlier ones took */
	bool is_stream_error; /* the error is of a stream: the training is as good as before */
};

static bool is_interrupted(const struct training *training)
{
	return training->request.interrupted && *training->request.interrupted;
}

static bool is_out_of_time(const struct loop *loop)
{
	double limit = loop->training->request.time_limit;
	return limit > 0 && progress_clock() - loop->started >= limit;
}

static void add_batch(struct epoch_totals *totals, double loss, int correct, int count)
{
	totals->loss += loss * count;
	totals->correct += (uint64_t)correct;
	totals->count += (uint64_t)count;
}

/* ---- samples ---- */

/* Returns the number of samples loaded, or -1. */
static int load_batch(struct loop *loop, const struct samples *samples, uint32_t first,
	struct error *error)
{
	int count = feed_load(&loop->feed, samples, first, error);
	loop->is_stream_error |= count < 0;
	return count;
}

/* Selects the pass of this epoch; a training that goes on within one has selected it. */
static int select_pass(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	bool repeated;
	if (training->position.epoch <= training->pass_count)
		return 0;
	if (samples_begin_epoch(training->samples, training->position.epoch - 1, &repeated,
		    error)) {
		loop->is_stream_error = true;
		return -1;
	}
	training->position.repeated_epochs += repeated && samples_passes(training->samples) > 1;
	return training_add_pass(training, error);
}

/* ---- updates ---- */

/* The learning rate of the update that begins with this sample. */
static double rate_at(const struct loop *loop)
{
	const struct training *training = loop->training;
	const struct training_request *request = &training->request;
	struct schedule schedule = training->schedule;
	uint64_t images = (uint64_t)request->batch_size * (uint64_t)request->accumulate,
		 updates = (samples_count(training->samples) - 1) / images + 1,
		 done = training->position.done / images;
	double step = 1.0 / (double)updates;
	double position = training->position.epoch - 1 + (double)done * step;
	/* With a limit the training is as long as it will get at this speed. */
	double elapsed = progress_clock() - loop->started;
	if (request->time_limit > 0 && elapsed > 0) {
		double expected = fmax(position + step, position * request->time_limit / elapsed);
		if (schedule.epochs == 0 || expected < schedule.epochs)
			schedule.epochs = expected;
		if (request->warmup < 0)
			schedule.warmup = schedule_default_warmup(schedule.epochs);
	}
	return schedule_rate(&schedule, position, step) * training->plateau.factor;
}

static int not_finite_error(const struct training *training, int layer, struct error *error)
{
	char object[256];
	uint32_t size = (uint32_t)training->request.batch_size;
	snprintf(object, sizeof object, "epoch %d, batch %u, layer '%s'", training->position.epoch,
		(training->position.done + size - 1) / size, training->graph.layers[layer].name);
	return error_set(error, object,
		"has non-finite values (NaN or infinity); try a smaller --learning-rate");
}

/* Adds the gradients of the next batch. */
static int add_gradients(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	struct training_position *position = &training->position;
	int n = load_batch(loop, training->samples, position->done, error);
	if (n < 0)
		return -1;
	struct step_result step = network_add_gradients(training->network, loop->feed.batch.inputs,
		loop->feed.batch.targets, n, position->steps++);
	position->done += (uint32_t)n;
	if (step.bad_layer >= 0)
		return not_finite_error(training, step.bad_layer, error);
	add_batch(&position->totals, step.loss, step.correct, n);
	return 0;
}

/* Batches whose gradients are added, and an update of the weights. */
static int update(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	struct training_position *position = &training->position;
	const struct training_position before = *position;
	uint32_t count = samples_count(training->samples);
	position->rate = rate_at(loop);
	for (int i = 0; i < training->request.accumulate && position->done < count; i++)
		if (add_gradients(loop, error)) {
			/* Earlier batches have changed running statistics already. */
			loop->is_stream_error &= i == 0;
			*position = before;
			return -1;
		}
	network_update(training->network, (float)position->rate);
	average_note(&training->average, training->network, ++position->updates);
	training->is_saved = false;
	return 0;
}

/* The losses of the last epochs, and of this one so far, as a curve. */
static void loss_curve(const struct training *training, double loss, char *out, size_t size)
{
	enum { WIDTH = 16 };
	const struct training_log *log = &training->log;
	double losses[WIDTH];
	int earlier = log->count < WIDTH - 1 ? log->count : WIDTH - 1;
	for (int i = 0; i < earlier; i++)
		losses[i] = log->epochs[log->count - earlier + i].loss;
	losses[earlier] = loss;
	*out = ' ';
	sparkline(losses, earlier + 1, WIDTH, out + 1, size - 1);
}

static void show_progress(struct training *training)
{
	const struct epoch_totals *totals = &training->position.totals;
	const struct progress *progress = training->request.progress;
	double loss = totals->loss / (double)totals->count;
	char note[160], curve[64] = "";
	if (training->log.count && progress_is_utf8(progress))
		loss_curve(training, loss, curve, sizeof curve);
	snprintf(note, sizeof note, "loss %.4f%s, accuracy %.4f", loss, curve,
		(double)totals->correct / (double)totals->count);
	progress_update(training->request.progress, totals->count, note);
}

/* A step that makes a weight infinite is detected by the next one, which the last step of an epoch
 * does not have. */
static int check_weights(const struct training *training, struct error *error)
{
	int layer = network_bad_layer(training->network);
	return layer < 0 ? 0 : not_finite_error(training, layer, error);
}

/* The rest of the epoch. */
static enum training_result train_samples(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	struct training_position *position = &training->position;
	uint32_t count = samples_count(training->samples);
	if (feed_shuffle(&loop->feed, position->epoch, error))
		return TRAINING_FAILED;
	while (position->done < count && !(is_out_of_time(loop) && position->totals.count)) {
		if (is_interrupted(training))
			return TRAINING_INTERRUPTED;
		if (update(loop, error))
			return TRAINING_FAILED;
		show_progress(training);
	}
	return check_weights(training, error) ? TRAINING_FAILED : TRAINING_DONE;
}

/* ---- validation ---- */

static enum training_result validate_samples(struct loop *loop, struct epoch_totals *totals,
	struct error *error)
{
	struct training *training = loop->training;
	int outputs = network_outputs(training->network);
	uint32_t count = samples_count(training->validation);
	if (feed_in_order(&loop->feed, training->validation, error))
		return TRAINING_FAILED;
	for (uint32_t first = 0; first < count; first += (uint32_t)loop->feed.batch.size) {
		int n = load_batch(loop, training->validation, first, error), correct = 0;
		if (n < 0)
			return TRAINING_FAILED;
		network_forward(training->network, loop->feed.batch.inputs, n, loop->logits, NULL);
		for (int i = 0; i < n; i++)
			correct += argmax(loop->logits + i * outputs, outputs) ==
				argmax(loop->feed.batch.targets + i * outputs, outputs);
		add_batch(totals,
			network_loss(&training->options, loop->logits, loop->feed.batch.targets, n,
				outputs),
			correct, n);
		if (is_interrupted(training))
			return TRAINING_INTERRUPTED;
	}
	return TRAINING_DONE;
}

static int estimate_statistics(struct loop *loop, struct error *error)
{
	int result = statistics_estimate(loop->training, &loop->feed, error);
	loop->is_stream_error |= result < 0;
	return result;
}

/* Of the average of the weights, if there is one. */
static enum training_result validate(struct loop *loop, struct epoch_totals *totals,
	struct error *error)
{
	struct training *training = loop->training;
	if (estimate_statistics(loop, error))
		return TRAINING_FAILED;
	average_exchange(&training->average, training->network);
	enum training_result result = validate_samples(loop, totals, error);
	average_exchange(&training->average, training->network);
	return result;
}

/* ---- epochs ---- */

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

static struct epoch_result epoch_result(const struct training *training,
	const struct epoch_totals *validation, double seconds)
{
	const struct training_position *position = &training->position;
	double count = (double)position->totals.count;
	struct epoch_result result = {
		.epoch = position->epoch,
		.loss = position->totals.loss / count,
		.accuracy = (double)position->totals.correct / count,
		.validated = training->validation != NULL,
		.learning_rate = position->rate,
		.images_per_second = count / position->seconds,
		.seconds = position->seconds + seconds,
	};
	if (result.validated) {
		result.validation_loss = validation->loss / (double)validation->count;
		result.validation_accuracy =
			(double)validation->correct / (double)validation->count;
	}
	return result;
}

/* Keeps a copy of the weights if this epoch is the best so far. */
static void keep_best(struct training *training)
{
	const struct training_log *log = &training->log;
	if (!training->best || training_log_best(log) != &log->epochs[log->count - 1])
		return;
	struct training_state state = network_training_state(training->network);
	const float *weights =
		training->average.weights ? training->average.weights : state.weights;
	memcpy(training->best, weights, state.weight_count * sizeof *weights);
}

static int note_epoch(struct training *training, const struct epoch_result *result,
	struct error *error)
{
	if (training_log_add(&training->log, result, error))
		return -1;
	keep_best(training);
	if (training->request.schedule == SCHEDULE_PLATEAU)
		plateau_note(&training->plateau,
			result->validated ? result->validation_loss : result->loss);
	training->position.epoch++;
	training->position.done = 0;
	training->position.totals = (struct epoch_totals){0};
	training->position.seconds = 0;
	training->is_saved = false;
	return 0;
}

static enum training_result run_epoch(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	struct training_position *position = &training->position;
	struct progress *progress = training->request.progress;
	struct epoch_totals validation = {0};
	char part[64];
	snprintf(part, sizeof part, training->epochs ? "epoch %d/%d" : "epoch %d", position->epoch,
		training->epochs);
	progress_start(progress, part, "images", samples_count(training->samples));
	progress->started -= position->seconds; /* of an epoch that is gone on with */
	progress_number(progress, position->epoch, training->epochs);
	double started = progress_clock();
	enum training_result result = train_samples(loop, error);
	double trained = progress_clock();
	position->seconds += trained - started;
	if (result)
		return result;
	average_complete(&training->average, training->network, position->updates);
	if (training->validation && (result = validate(loop, &validation, error)))
		return result;
	double validated = progress_clock() - trained;
	struct epoch_result epoch = epoch_result(training, &validation, validated);
	/* The progress line shows the speed of training without validation. */
	progress->started += validated;
	finish_progress(progress, &epoch, position->totals.count);
	return note_epoch(training, &epoch, error) ? TRAINING_FAILED : TRAINING_DONE;
}

static bool is_out_of_patience(const struct training *training)
{
	int patience = training->request.patience;
	return patience &&
		training->log.count - training_log_best(&training->log)->epoch >= patience;
}

static bool is_finished(const struct loop *loop)
{
	const struct training *training = loop->training;
	int done = training->log.count;
	if (done == 0)
		return false;
	if (is_out_of_time(loop) || is_out_of_patience(training))
		return true;
	if (training->epochs)
		return done >= training->epochs;
	return samples_is_complete(training->samples) &&
		done >= (int)samples_passes(training->samples);
}

/* ---- checkpoints ---- */

/* Unless every epoch is to have one, saving takes less than a hundredth of the time. */
static bool is_checkpoint_due(const struct training *training)
{
	double every = training->request.checkpoint_every;
	double pause = every > 0 ? fmax(every, 100 * training->saving_took) : 0;
	return training->request.partial && training->position.updates > 0 && !training->is_saved &&
		progress_clock() - training->saved_at >= pause;
}

static int save_checkpoint(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	struct error ignored;
	double started = progress_clock();
	training->position.elapsed = started - loop->started;
	/* Where its stream can't be read any more the model is less good; going on needs none. */
	if (statistics_estimate(training, &loop->feed, &ignored))
		training->average.estimated_at = 0;
	int result = checkpoint_write(training, error);
	training->saved_at = progress_clock();
	training->saving_took = training->saved_at - started;
	return result;
}

/* The head was fitted when the training was opened. */
static enum training_result note_head(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	struct epoch_totals validation = {0};
	double started = progress_clock();
	progress_start(training->request.progress, "head", "images",
		training->position.totals.count);
	enum training_result result =
		training->validation ? validate_samples(loop, &validation, error) : TRAINING_DONE;
	if (result)
		return result;
	struct epoch_result epoch = epoch_result(training, &validation, progress_clock() - started);
	finish_progress(training->request.progress, &epoch, training->position.totals.count);
	return note_epoch(training, &epoch, error) ? TRAINING_FAILED : TRAINING_DONE;
}

static enum training_result run_epochs(struct loop *loop, struct error *error)
{
	struct training *training = loop->training;
	enum training_result noted =
		training->is_head_only ? note_head(loop, error) : TRAINING_DONE;
	if (noted)
		return noted;
	while (!is_finished(loop)) {
		if (is_checkpoint_due(training) && save_checkpoint(loop, error))
			training->request.warn(error);
		if (select_pass(loop, error))
			return TRAINING_FAILED;
		enum training_result result = run_epoch(loop, error);
		if (result)
			return result;
	}
	if (!training->best && estimate_statistics(loop, error))
		return TRAINING_FAILED;
	training->is_cut_by_time = is_out_of_time(loop) && !is_out_of_patience(training) &&
		training->log.count != training->epochs;
	training->has_unused_passes = training->request.epochs == 0 &&
		training->log.count == training->epochs && !samples_is_complete(training->samples);
	/* The rest of a pipe may take its writer hours. */
	if (training->is_cut_by_time)
		return TRAINING_DONE;
	loop->is_stream_error = samples_finish(training->samples, error) != 0;
	return loop->is_stream_error ? TRAINING_FAILED : TRAINING_DONE;
}

/* What was trained is kept when it can't go on for now: interrupted, or without its stream. */
static enum training_result save_unfinished(struct loop *loop, enum training_result result,
	struct error *error)
{
	struct training *training = loop->training;
	struct error failure = {0};
	bool interrupted = is_interrupted(training);
	/* A stream that fails at once is not worth it. */
	bool has_begun = interrupted ? training->position.updates > 0 : training->log.count > 0;
	if (!interrupted && !loop->is_stream_error)
		return result;
	if (training->request.partial && has_begun && !training->is_saved &&
		save_checkpoint(loop, &failure))
		*error = failure;
	else if (interrupted)
		*error = (struct error){0};
	return interrupted ? TRAINING_INTERRUPTED : result;
}

static int create_loop(struct loop *loop, struct training *training, struct error *error)
{
	*loop = (struct loop){.training = training,
		.started = progress_clock() - training->position.elapsed};
	if (feed_create(&loop->feed, training, error))
		return -1;
	loop->logits = calloc((size_t)training->request.batch_size,
		(size_t)network_outputs(training->network) * sizeof *loop->logits);
	return loop->logits ? 0 : error_memory(error, "logits");
}

enum training_result training_run(struct training *training, struct error *error)
{
	struct loop loop;
	enum training_result result = TRAINING_FAILED;
	training->saved_at = progress_clock();
	samples_set_interruption(training->samples, training->request.interrupted);
	if (create_loop(&loop, training, error) == 0)
		result = run_epochs(&loop, error);
	if (result) {
		progress_clear(training->request.progress);
		result = save_unfinished(&loop, result, error);
	} else {
		training->is_finished = true;
		training_exchange_kept(training);
	}
	free(loop.logits);
	feed_free(&loop.feed);
	return result;
}
