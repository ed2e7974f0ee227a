#include "train/card.h"

#include "base/file.h"
#include "base/file_set.h"
#include "base/json.h"
#include "base/version.h"
#include "format/keras.h"
#include "model/folder.h"
#include "model/model.h"
#include "model/temperature.h"
#include "train/settings.h"

#include <stdlib.h>
#include <string.h>

void card_shorten_paths(char *line)
{
	char *out = line;
	char previous = ' ';
	while (*line) {
		if (*line == '/' && strchr(" '=", previous)) {
			size_t length = previous == '\'' ? strcspn(line, "'") : strcspn(line, " '");
			for (size_t i = length; i > 0; i--)
				if (line[i - 1] == '/') {
					line += i;
					break;
				}
			previous = '/';
			continue;
		}
		previous = *out++ = *line++;
	}
	*out = 0;
}

/* The number of epochs that were not planned is that of those done. */
static json_t *options_object(const struct training *training)
{
	json_t *options = training_settings(training);
	return training->epochs
		? options
		: json_add_member(options, "epochs", json_integer(training->log.count));
}

/* The stream's history, absolute paths in its command lines shortened; NULL without memory. */
static json_t *history_array(const struct stream_head *head)
{
	json_t *history = json_deep_copy(head->history), *entry;
	size_t index;
	json_array_foreach (history, index, entry) {
		const char *arguments = json_string_value(json_object_get(entry, "arguments"));
		char *shortened = arguments ? strdup(arguments) : NULL;
		if (shortened)
			card_shorten_paths(shortened);
		int failed = arguments &&
			(!shortened ||
				json_object_set_new(entry, "arguments", json_string(shortened)));
		free(shortened);
		if (failed) {
			json_decref(history);
			return NULL;
		}
	}
	return history;
}

/* Finds the value of `option` ("--fit ") in a command line, and its length; NULL if the option is
 * missing. */
static const char *find_value(const char *command_line, const char *option, size_t *length)
{
	const char *found = strstr(command_line, option);
	if (!found)
		return NULL;
	found += strlen(option);
	*length = *found == '\'' ? strcspn(++found, "'") : strcspn(found, " ");
	return found;
}

/* Input shape and values, and the preprocessing options of pack-tensors, whose history has all of
 * them. */
static json_t *input_object(const struct training *training)
{
	const struct stream_head *head = samples_head(training->samples);
	static const char *const options[] = {"fit", "interpolation", "background"};
	json_t *input = json_pack("{s:i, s:i, s:i}", "width", head->width, "height", head->height,
		"channels", head->channels);
	json_t *entry;
	size_t index;
	input = input_values_write(input, &training->input_values);
	json_array_foreach (head->history, index, entry) {
		const char *tool = json_string_value(json_object_get(entry, "tool"));
		const char *arguments = json_string_value(json_object_get(entry, "arguments"));
		for (int i = 0; i < 3 && tool && arguments && strcmp(tool, "pack-tensors") == 0;
			i++) {
			char name[24];
			size_t length;
			snprintf(name, sizeof name, "--%s ", options[i]);
			const char *value = find_value(arguments, name, &length);
			if (value)
				input = json_add_member(input, options[i],
					json_stringn(value, length));
		}
	}
	return input;
}

json_t *training_data_digest(const struct samples *samples)
{
	unsigned char digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	if (!samples || !samples_is_complete(samples))
		return json_null();
	samples_digest(samples, digest);
	digest_hex(digest, DIGEST_SIZE, hex);
	return json_string(hex);
}

/* Digest, records, passes, value range, and the sum of the targets of each class. */
static json_t *data_object(const struct samples *samples, uint32_t records, const double *totals)
{
	const struct stream_head *head = samples_head(samples);
	json_t *counts = json_object();
	for (size_t i = 0; i < head->classes.count; i++)
		counts = json_add_member(counts, head->classes.items[i],
			head->label == STREAM_LABEL_INDEX ? json_integer((json_int_t)totals[i])
							  : json_number(totals[i]));
	return json_pack("{s:o, s:i, s:i, s:[f,f], s:o, s:o}", "sha256",
		training_data_digest(samples), "records", (int)records, "passes",
		(int)samples_passes(samples), "range", head->minimum, head->maximum, "classes",
		counts, "history", history_array(head));
}

static json_t *epoch_object(const struct epoch_result *result)
{
	json_t *object = json_pack("{s:i, s:f, s:f}", "epoch", result->epoch, "loss", result->loss,
		"accuracy", result->accuracy);
	if (result->validated) {
		object = json_add_member(object, "val_loss", json_number(result->validation_loss));
		object = json_add_member(object, "val_accuracy",
			json_number(result->validation_accuracy));
	}
	return object;
}

/* Which epoch's weights the model has, and why. Only a training with validation has a best epoch.
 */
static json_t *kept_object(const struct training *training)
{
	const struct training_log *log = &training->log;
	const struct epoch_result *last = &log->epochs[log->count - 1],
				  *best = training_log_best(log);
	bool is_best = training->best != NULL;
	const char *why = is_best ? "it has the highest validation accuracy, which is optimistic "
				    "because it chose the epoch"
		: !training->is_finished   ? "it is the last so far"
		: training->is_cut_by_time ? "it is the last within the time limit"
					   : "it is the last";
	return json_pack("{s:i, s:b, s:s}", "epoch", is_best ? best->epoch : last->epoch, "average",
		training->average.weights != NULL, "why", why);
}

/* Null before the end of the first epoch. */
static json_t *results_object(const struct training *training)
{
	const struct training_log *log = &training->log;
	if (log->count == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "last", epoch_object(&log->epochs[log->count - 1]),
		"best", epoch_object(training_log_best(log)), "kept", kept_object(training));
}

int training_check_notes(const struct text_list *notes, struct error *error)
{
	for (size_t i = 0; i < notes->count; i++) {
		if (!strchr(notes->items[i], '=') || notes->items[i][0] == '=')
			return error_set(error, "--notes", "'%s' is not KEY=VALUE",
				notes->items[i]);
		if (!text_is_utf8(notes->items[i]))
			return error_set(error, "--notes", "'%s' is not UTF-8", notes->items[i]);
	}
	return 0;
}

static json_t *notes_object(const struct text_list *notes)
{
	json_t *object = json_object();
	for (size_t i = 0; i < notes->count; i++) {
		size_t length = strcspn(notes->items[i], "=");
		char *key = strndup(notes->items[i], length);
		object = json_add_member(object, key, json_string(notes->items[i] + length + 1));
		free(key);
	}
	return object;
}

json_t *training_card(const struct training *training, struct error *error)
{
	char *shortened = strdup(training->request.command_line);
	if (!shortened) {
		error_memory(error, "training.json");
		return NULL;
	}
	card_shorten_paths(shortened);
	json_t *validation = training->validation
		? data_object(training->validation, samples_count(training->validation),
			  training->validation_totals)
		: json_null();
	json_t *card = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "tool",
		"cnn-train", "version", MILLRACE_VERSION, "command_line", json_text(shortened),
		"options", options_object(training), "input", input_object(training), "data",
		data_object(training->samples, training->records, training->class_totals),
		"validation", validation, "results", results_object(training), "notes",
		notes_object(training->request.notes), "finished", (int)training->is_finished);
	if (training->request.start.model)
		card = json_add_member(card, "transfer", transfer_card(training));
	free(shortened);
	if (!card)
		error_memory(error, "training.json");
	return card;
}

int training_save(const struct training *training, const char *folder, struct error *error)
{
	char *history = file_join(folder, model_file_names[MODEL_HISTORY]);
	if (!history)
		return error_memory(error, folder);
	json_t *card = training_card(training, error);
	int result = card ? model_save(folder, training->network,
				    &samples_head(training->samples)->classes, card, error)
			  : -1;
	if (result == 0 && training->log.count)
		result = training_log_write(&training->log, history, error);
	json_decref(card);
	free(history);
	return result;
}

int card_write_calibration(const char *folder, json_t *calibration, struct error *error)
{
	json_t *card;
	double temperature;
	if (model_read_card(&card, folder, error)) {
		json_decref(calibration);
		return -1;
	}
	char *path = file_set_path(folder, model_file_names[MODEL_CARD]);
	json_t *changed = json_add_member(json_incref(card), "calibration", calibration);
	int result = !card ? error_set(error, folder, "has no model card to keep a temperature in")
		: !path || !changed
		? error_memory(error, folder)
		: temperature_read(&temperature, card, ACTIVATION_SOFTMAX, error);
	if (result == 0 && temperature == 0)
		result = error_set(error, folder, "a calibration needs a temperature");
	if (result == 0)
		result = keras_write_json(json_incref(card), path, error);
	json_decref(changed);
	json_decref(card);
	free(path);
	return result;
}
