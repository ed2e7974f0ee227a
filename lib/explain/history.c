#include "explain/history.h"

#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAXIMUM = 64 << 20, FIELDS_MAXIMUM = 64, EPOCH_COLUMN = HISTORY_COLUMNS };

static const char *const names[] = {"loss", "accuracy", "val_loss", "val_accuracy", "epoch"};

/* Splits `line` at tabs. Returns the number of fields. */
static int split_fields(char *line, char *fields[FIELDS_MAXIMUM])
{
	int count = 0;
	for (char *rest = line; rest && count < FIELDS_MAXIMUM;)
		fields[count++] = strsep(&rest, "\t");
	return count;
}

/* Sets field_of[] to the field index of each column, -1 if it is missing. */
static int parse_header(char *line, int field_of[], const char *path, struct error *error)
{
	char *fields[FIELDS_MAXIMUM];
	int count = split_fields(line, fields);
	for (int column = 0; column <= EPOCH_COLUMN; column++) {
		field_of[column] = -1;
		for (int i = 0; i < count; i++)
			if (strcmp(fields[i], names[column]) == 0)
				field_of[column] = i;
	}
	if (field_of[EPOCH_COLUMN] < 0 || field_of[HISTORY_LOSS] < 0)
		return error_set(error, path,
			"is not a history: its first line does not name the columns epoch and "
			"loss");
	return 0;
}

static bool parse_value(const char *text, double *value)
{
	*value = NAN;
	return !*text || strcmp(text, "nan") == 0 || text_to_real(text, value);
}

static int parse_row(struct history *history, char *line, const int field_of[], const char *path,
	struct error *error)
{
	char *fields[FIELDS_MAXIMUM];
	int count = split_fields(line, fields), row = history->count;
	int64_t epoch;
	if (field_of[EPOCH_COLUMN] >= count ||
		!text_to_integer(fields[field_of[EPOCH_COLUMN]], &epoch) || epoch < 0 ||
		epoch > 1000000000)
		return error_set(error, path, "line %d: no epoch number", row + 2);
	history->epoch[row] = (int)epoch;
	for (int column = 0; column < HISTORY_COLUMNS; column++) {
		history->values[column][row] = NAN;
		if (field_of[column] < 0)
			continue;
		if (field_of[column] >= count ||
			!parse_value(fields[field_of[column]], &history->values[column][row]))
			return error_set(error, path, "line %d: no number for %s", row + 2,
				names[column]);
	}
	history->count++;
	return 0;
}

static int allocate_rows(struct history *history, size_t rows, const char *path,
	struct error *error)
{
	history->epoch = malloc(rows * sizeof *history->epoch);
	bool allocated = history->epoch != NULL;
	for (int i = 0; i < HISTORY_COLUMNS; i++)
		allocated &=
			(history->values[i] = malloc(rows * sizeof *history->values[i])) != NULL;
	return allocated ? 0 : error_memory(error, path);
}

static int parse_history(struct history *history, char *text, const char *path, struct error *error)
{
	int field_of[HISTORY_COLUMNS + 1];
	size_t rows = 1;
	for (const char *p = text; *p; p++)
		rows += *p == '\n';
	char *rest = text;
	if (allocate_rows(history, rows, path, error) ||
		parse_header(strsep(&rest, "\n"), field_of, path, error))
		return -1;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line && parse_row(history, line, field_of, path, error))
			return -1;
	return history->count ? 0 : error_set(error, path, "contains no epoch");
}

int history_read(struct history *history, const char *path, struct error *error)
{
	char *text;
	*history = (struct history){0};
	if (file_read_regular_text(path, FILE_MAXIMUM, &text, error))
		return -1;
	int result = parse_history(history, text, path, error);
	free(text);
	if (result)
		history_free(history);
	return result;
}

void history_free(struct history *history)
{
	free(history->epoch);
	for (int i = 0; i < HISTORY_COLUMNS; i++)
		free(history->values[i]);
	*history = (struct history){0};
}

bool history_has(const struct history *history, enum history_column column)
{
	for (int i = 0; i < history->count; i++)
		if (!isnan(history->values[column][i]))
			return true;
	return false;
}

/* Whether a > b, where any number is greater than NaN. */
static bool is_better(double a, double b)
{
	return isnan(b) ? !isnan(a) : a > b;
}

int history_best(const struct history *history)
{
	bool validated = history_has(history, HISTORY_VALIDATION_LOSS) ||
		history_has(history, HISTORY_VALIDATION_ACCURACY);
	const double *loss = history->values[validated ? HISTORY_VALIDATION_LOSS : HISTORY_LOSS];
	const double *accuracy =
		history->values[validated ? HISTORY_VALIDATION_ACCURACY : HISTORY_ACCURACY];
	int best = 0;
	for (int i = 1; i < history->count; i++)
		if (is_better(accuracy[i], accuracy[best]) ||
			(!is_better(accuracy[best], accuracy[i]) &&
				is_better(-loss[i], -loss[best])))
			best = i;
	return best;
}
