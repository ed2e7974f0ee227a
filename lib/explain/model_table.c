#include "explain/model_table.h"

#include "base/text.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>

enum { DIGEST_SHOWN = 12, DIGITS_OF_RESULT = 6, DIGITS_OF_SETTING = 15 };

/* ---- a row ---- */

/* A member of a member; NULL if there is none. */
static json_t *find(const json_t *card, const char *object, const char *key)
{
	return json_object_get(json_object_get(card, object), key);
}

/* Adds a copy of a value, if it is one to show. NULL without memory. */
static json_t *add(json_t *row, const char *key, json_t *value)
{
	return value && !json_is_null(value) ? json_add_member(row, key, json_deep_copy(value))
					     : row;
}

/* The metrics of the epoch whose weights the model has; cards that do not say it have the last. */
static const json_t *find_kept(const json_t *card)
{
	const json_t *last = find(card, "results", "last"), *best = find(card, "results", "best");
	const json_t *epoch = json_object_get(find(card, "results", "kept"), "epoch");
	return epoch && json_equal(epoch, json_object_get(best, "epoch")) ? best : last;
}

static json_t *make_results(const json_t *card, const char *folder)
{
	static const char *const metrics[] = {"loss", "accuracy", "val_loss", "val_accuracy"};
	const json_t *kept = find_kept(card), *best = find(card, "results", "best");
	json_t *results = json_add_member(json_object(), "model", json_text(folder));
	results = json_add_member(results, "finished",
		json_boolean(!json_is_false(json_object_get(card, "finished"))));
	results = add(results, "epochs_done",
		json_object_get(find(card, "results", "last"), "epoch"));
	results = add(results, "kept_epoch", json_object_get(kept, "epoch"));
	for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
		char name[32];
		snprintf(name, sizeof name, "kept_%s", metrics[i]);
		results = add(results, name, json_object_get(kept, metrics[i]));
	}
	results = add(results, "best_epoch", json_object_get(best, "epoch"));
	return add(results, "best_val_accuracy", json_object_get(best, "val_accuracy"));
}

/* The arguments of augment, from the history of the training stream; NULL: it was not augmented. */
static json_t *find_augmentation(const json_t *card)
{
	json_t *entry, *found = NULL;
	size_t index;
	json_array_foreach (find(card, "data", "history"), index, entry) {
		const char *tool = json_string_value(json_object_get(entry, "tool"));
		if (tool && strcmp(tool, "augment") == 0)
			found = json_object_get(entry, "arguments");
	}
	return found;
}

/* Options of cnn-train, then what else the results depend on. Accuracies compare on the same
 * validation set only. */
static json_t *make_settings(const json_t *card)
{
	json_t *options = json_object_get(card, "options");
	json_t *settings = json_is_object(options) ? json_deep_copy(options) : json_object();
	const char *digest = json_string_value(find(card, "validation", "sha256"));
	settings = add(settings, "width", find(card, "input", "width"));
	settings = add(settings, "height", find(card, "input", "height"));
	settings = add(settings, "augment", find_augmentation(card));
	if (digest)
		settings = json_add_member(settings, "validation",
			json_stringn(digest, strnlen(digest, DIGEST_SHOWN)));
	return add(settings, "source", find(card, "notes", "source"));
}

int model_table_add(struct model_table *table, const char *folder, struct error *error)
{
	json_t *card;
	if (model_read_card(&card, folder, error))
		return -1;
	if (!card)
		return error_set(error, folder, "has no model card");
	json_t *row = json_pack("{s:o, s:o}", "results", make_results(card, folder), "settings",
		make_settings(card));
	json_decref(card);
	if (!table->rows)
		table->rows = json_array();
	/* Takes ownership, also on failure. */
	return row && json_array_append_new(table->rows, row) == 0 ? 0
								   : error_memory(error, folder);
}

/* ---- the table ---- */

/* Whether the rows have different values of a setting, or only some have it. */
static bool differs(const json_t *rows, const char *key)
{
	const json_t *first = find(json_array_get(rows, 0), "settings", key);
	json_t *row;
	size_t index;
	json_array_foreach (rows, index, row) {
		const json_t *value = find(row, "settings", key);
		if (value != first && !json_equal(value, first))
			return true;
	}
	return false;
}

/* An object with the settings to show as keys, in the order in which the cards have them. NULL
 * without memory. */
static json_t *choose_settings(const json_t *rows)
{
	json_t *row, *value, *chosen = json_object();
	const char *key;
	size_t index;
	json_array_foreach (rows, index, row)
		json_object_foreach (json_object_get(row, "settings"), key, value)
			if (json_array_size(rows) == 1 || differs(rows, key))
				chosen = json_add_member(chosen, key, json_null());
	return chosen;
}

/* Objects and arrays, which no version writes, stay empty. */
static void write_value(FILE *stream, const json_t *value, int digits)
{
	if (json_is_string(value))
		text_write_field(stream, json_string_value(value));
	else if (json_is_integer(value))
		fprintf(stream, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		fprintf(stream, "%.*g", digits, json_real_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", stream);
}

static void write_row(FILE *stream, const json_t *row, const char *const *results,
	const json_t *settings)
{
	const char *key;
	json_t *value;
	for (int i = 0; results[i]; i++) {
		if (i > 0)
			fputc('\t', stream);
		write_value(stream, find(row, "results", results[i]), DIGITS_OF_RESULT);
	}
	json_object_foreach ((json_t *)settings, key, value) {
		fputc('\t', stream);
		write_value(stream, find(row, "settings", key), DIGITS_OF_SETTING);
	}
	fputc('\n', stream);
}

static void write_header(FILE *stream, const char *const *results, const json_t *settings)
{
	const char *key;
	json_t *value;
	for (int i = 0; results[i]; i++)
		fprintf(stream, "%s%s", i > 0 ? "\t" : "", results[i]);
	json_object_foreach ((json_t *)settings, key, value) {
		fputc('\t', stream);
		text_write_field(stream, key);
	}
	fputc('\n', stream);
}

int model_table_write(const struct model_table *table, FILE *stream, struct error *error)
{
	static const char *const results[] = {"model", "finished", "epochs_done", "kept_epoch",
		"kept_loss", "kept_accuracy", "kept_val_loss", "kept_val_accuracy", "best_epoch",
		"best_val_accuracy", NULL};
	json_t *settings = choose_settings(table->rows), *row;
	size_t index;
	if (!settings)
		return error_memory(error, "table of models");
	write_header(stream, results, settings);
	json_array_foreach (table->rows, index, row)
		write_row(stream, row, results, settings);
	json_decref(settings);
	return 0;
}

void model_table_free(struct model_table *table)
{
	json_decref(table->rows);
	*table = (struct model_table){0};
}
