#include "train/checkpoint_state.h"

#include "base/json.h"
#include "format/keras.h"
#include "train/card.h"
#include "train/settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- digests ---- */

static json_t *hex_json(const unsigned char digest[DIGEST_SIZE])
{
	char hex[DIGEST_HEX_SIZE];
	digest_hex(digest, DIGEST_SIZE, hex);
	return json_string(hex);
}

static json_t *network_json(const struct training *training, struct error *error)
{
	unsigned char digest[DIGEST_SIZE];
	json_t *value = architecture_value(&training->graph, ARCHITECTURE_FOR_ALL,
		training->request.architecture, error);
	char *text = value ? json_print(value, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
	json_decref(value);
	if (!text) {
		if (value)
			error_memory(error, training->request.architecture);
		return NULL;
	}
	digest_of(text, strlen(text), digest);
	free(text);
	return hex_json(digest);
}

static json_t *class_weights_json(const struct training *training)
{
	if (!training->class_weights)
		return json_null();
	json_t *weights = json_array();
	for (size_t i = 0; i < samples_head(training->samples)->classes.count; i++)
		weights = json_add_item(weights, json_real((double)training->class_weights[i]));
	return weights;
}

/* ---- positions and logs ---- */

/* JSON has no infinity: json_number writes null. */
static double finite_or_infinity(const json_t *number)
{
	return json_is_null(number) ? INFINITY : json_number_value(number);
}

static json_t *position_json(const struct training_position *position)
{
	return json_pack("{s:i, s:I, s:[f, I, I], s:f, s:I, s:I, s:f, s:f, s:i}", "epoch",
		position->epoch, "done", (json_int_t)position->done, "totals",
		position->totals.loss, (json_int_t)position->totals.correct,
		(json_int_t)position->totals.count, "seconds", position->seconds, "steps",
		(json_int_t)position->steps, "updates", (json_int_t)position->updates, "rate",
		position->rate, "elapsed", position->elapsed, "repeated_epochs",
		position->repeated_epochs);
}

static bool position_restore(struct training_position *position, json_t *json)
{
	json_int_t done, correct, count, steps, updates;
	if (json_unpack(json, "{s:i, s:I, s:[F, I, I], s:F, s:I, s:I, s:F, s:F, s:i}", "epoch",
		    &position->epoch, "done", &done, "totals", &position->totals.loss, &correct,
		    &count, "seconds", &position->seconds, "steps", &steps, "updates", &updates,
		    "rate", &position->rate, "elapsed", &position->elapsed, "repeated_epochs",
		    &position->repeated_epochs) ||
		position->epoch < 1 || done < 0 || done > UINT32_MAX || correct < 0 || count < 0 ||
		steps < 0 || updates < 0)
		return false;
	position->done = (uint32_t)done;
	position->totals.correct = (uint64_t)correct;
	position->totals.count = (uint64_t)count;
	position->steps = (uint64_t)steps;
	position->updates = (uint64_t)updates;
	return true;
}

static json_t *log_json(const struct training_log *log)
{
	json_t *rows = json_array();
	for (int i = 0; i < log->count; i++) {
		const struct epoch_result *e = &log->epochs[i];
		rows = json_add_item(rows,
			json_pack("[i, f, f, b, o, f, f, f, f]", e->epoch, e->loss, e->accuracy,
				(int)e->validated, json_number(e->validation_loss),
				e->validation_accuracy, e->learning_rate, e->images_per_second,
				e->seconds));
	}
	return rows;
}

static int log_restore(struct training_log *log, const json_t *rows, struct error *error)
{
	size_t index;
	json_t *row;
	json_array_foreach (rows, index, row) {
		struct epoch_result e = {0};
		json_t *validation_loss;
		int validated;
		if (json_unpack(row, "[i, F, F, b, o, F, F, F, F]", &e.epoch, &e.loss, &e.accuracy,
			    &validated, &validation_loss, &e.validation_accuracy, &e.learning_rate,
			    &e.images_per_second, &e.seconds))
			return 1;
		e.validated = validated;
		e.validation_loss = finite_or_infinity(validation_loss);
		if (training_log_add(log, &e, error))
			return -1;
	}
	return 0;
}

static json_t *passes_json(const struct training *training)
{
	json_t *passes = json_array();
	for (int i = 0; i < training->pass_count; i++)
		passes = json_add_item(passes, hex_json(training->passes[i]));
	return passes;
}

/* ---- all of it ---- */

json_t *checkpoint_state(const struct training *training, struct error *error)
{
	struct training_state network = network_training_state(training->network);
	json_t *hash = network_json(training, error);
	if (!hash)
		return NULL;
	json_t *state = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:[o, i, f], s:[i, I], s:[f, f], "
				  "s:o, s:o}",
		"options", training_settings(training), "network", hash, "data",
		training_data_digest(training->samples), "validation",
		training_data_digest(training->validation), "class_weights",
		class_weights_json(training), "position", position_json(&training->position),
		"plateau", json_number(training->plateau.best), training->plateau.bad_epochs,
		training->plateau.factor, "average", training->average.pending,
		(json_int_t)training->average.estimated_at, "powers", *network.beta1_power,
		*network.beta2_power, "log", log_json(&training->log), "passes",
		passes_json(training));
	if (!state)
		error_memory(error, training->request.partial);
	return state;
}

static int same_value(const struct training *training, const json_t *before, json_t *now,
	const char *what, struct error *error)
{
	int result = !now ? error_memory(error, training->request.partial)
		: json_equal(before, now)
		? 0
		: error_set(error, training->request.partial, "was trained with another %s", what);
	json_decref(now);
	return result;
}

static int check_same(const struct training *training, const json_t *state, struct error *error)
{
	const char *partial = training->request.partial;
	json_t *now = training_settings(training), *hash = NULL;
	int result = now
		? training_settings_match(json_object_get(state, "options"), now, partial, error)
		: error_memory(error, partial);
	json_decref(now);
	if (result || !(hash = network_json(training, error)))
		return -1;
	if (same_value(training, json_object_get(state, "network"), hash, "network", error))
		return -1;
	if (same_value(training, json_object_get(state, "class_weights"),
		    class_weights_json(training), "table of class weights", error))
		return -1;
	/* Of a pipe only its passes can be compared. */
	if (samples_is_complete(training->samples) &&
		!json_is_null(json_object_get(state, "data")) &&
		same_value(training, json_object_get(state, "data"),
			training_data_digest(training->samples), "data set", error))
		return -1;
	return same_value(training, json_object_get(state, "validation"),
		training_data_digest(training->validation), "validation set", error);
}

static int invalid(const struct training *training, struct error *error)
{
	return error_set(error, training->request.partial, "has an invalid checkpoint");
}

int checkpoint_state_restore(struct training *training, const json_t *state, struct error *error)
{
	struct training_state network = network_training_state(training->network);
	json_t *best;
	json_int_t estimated_at;
	if (!json_is_object(json_object_get(state, "options")))
		return invalid(training, error);
	if (check_same(training, state, error))
		return -1;
	if (!position_restore(&training->position, json_object_get(state, "position")) ||
		json_unpack((json_t *)state, "{s:[o, i, F], s:[i, I], s:[F, F]}", "plateau", &best,
			&training->plateau.bad_epochs, &training->plateau.factor, "average",
			&training->average.pending, &estimated_at, "powers", network.beta1_power,
			network.beta2_power) ||
		!average_is_valid(&training->average))
		return invalid(training, error);
	training->average.estimated_at = (uint64_t)estimated_at;
	training->plateau.best = finite_or_infinity(best);
	int result = log_restore(&training->log, json_object_get(state, "log"), error);
	return result > 0 ? invalid(training, error) : result;
}

int checkpoint_read_passes(struct training *training, const json_t *state, struct error *error)
{
	json_t *passes = json_object_get(state, "passes"), *pass;
	size_t epoch;
	json_array_foreach (passes, epoch, pass) {
		char hex[DIGEST_HEX_SIZE];
		bool repeated;
		if (samples_begin_epoch(training->samples, (int)epoch, &repeated, error) ||
			training_add_pass(training, error))
			return -1;
		digest_hex(samples_pass_digest(training->samples), DIGEST_SIZE, hex);
		if (!json_string_value(pass) || strcmp(hex, json_string_value(pass)))
			return error_set(error, samples_name(training->samples),
				"pass %zu is not the one that %s was trained on", epoch + 1,
				training->request.partial);
	}
	return training->position.done <= samples_count(training->samples)
		? 0
		: invalid(training, error);
}
