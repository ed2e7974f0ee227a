#include "explain/history.h"

#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAXIMUM = 64 << 20, FIELDS_MAXIMUM = 64, EPOCH_COLUMN = HISTORY_COLUMNS };

static const char *const names[] = {"loss", "accuracy", "val_loss", "val_accuracy", "epoch"};

/* Cuts `line` at its tabs. Returns the number of fields. */
static int split(char *line, char *fields[FIELDS_MAXIMUM])
{
	int count = 0;
	for (char *rest = line; rest && count < FIELDS_MAXIMUM;)
		fields[count++] = strsep(&rest, "\t");
	return count;
}

/* Fills place[] with the field of each column, -1 where it is missing. */
static int read_header(char *line, int place[], const char *path, struct error *error)
{
	char *fields[FIELDS_MAXIMUM];
	int count = split(line, fields);
	for (int column = 0; column <= EPOCH_COLUMN; column++) {
		place[column] = -1;
		for (int i = 0; i < count; i++)
			if (strcmp(fields[i], names[column]) == 0)
				place[column] = i;
	}
	if (place[EPOCH_COLUMN] < 0 || place[HISTORY_LOSS] < 0)
		return error_set(error, path, "no history: its first line does not name the columns epoch and loss");
	return 0;
}

static bool read_value(const char *text, double *value)
{
	*value = NAN;
	return !*text || strcmp(text, "nan") == 0 || text_to_real(text, value);
}

static int read_line(struct history *history, char *line, const int place[], const char *path, struct error *error)
{
	char *fields[FIELDS_MAXIMUM];
	int count = split(line, fields), row = history->count;
	int64_t epoch;
	if (place[EPOCH_COLUMN] >= count || !text_to_integer(fields[place[EPOCH_COLUMN]], &epoch) ||
		epoch < 0 || epoch > 1000000000)
		return error_set(error, path, "line %d: no epoch number", row + 2);
	history->epoch[row] = (int)epoch;
	for (int column = 0; column < HISTORY_COLUMNS; column++) {
		history->values[column][row] = NAN;
		if (place[column] < 0)
			continue;
		if (place[column] >= count || !read_value(fields[place[column]], &history->values[column][row]))
			return error_set(error, path, "line %d: no number for %s", row + 2, names[column]);
	}
	history->count++;
	return 0;
}

static int allocate(struct history *history, size_t rows, const char *path, struct error *error)
{
	history->epoch = malloc(rows * sizeof *history->epoch);
	bool good = history->epoch != NULL;
	for (int i = 0; i < HISTORY_COLUMNS; i++)
		good &= (history->values[i] = malloc(rows * sizeof *history->values[i])) != NULL;
	return good ? 0 : error_memory(error, path);
}

static int parse(struct history *history, char *text, const char *path, struct error *error)
{
	int place[HISTORY_COLUMNS + 1];
	size_t rows = 1;
	for (const char *p = text; *p; p++)
		rows += *p == '\n';
	char *rest = text;
	if (allocate(history, rows, path, error) || read_header(strsep(&rest, "\n"), place, path, error))
		return -1;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line && read_line(history, line, place, path, error))
			return -1;
	return history->count ? 0 : error_set(error, path, "no epoch in it");
}

int history_read(struct history *history, const char *path, struct error *error)
{
	unsigned char *bytes;
	size_t size;
	*history = (struct history){0};
	if (file_read(path, FILE_MAXIMUM, &bytes, &size, error))
		return -1;
	int result = parse(history, (char *)bytes, path, error);
	free(bytes);
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

/* Whether a is more than b, where a number is more than none. */
static bool above(double a, double b)
{
	return isnan(b) ? !isnan(a) : a > b;
}

int history_best(const struct history *history)
{
	bool validated = history_has(history, HISTORY_VALIDATION_LOSS) || history_has(history, HISTORY_VALIDATION_ACCURACY);
	const double *loss = history->values[validated ? HISTORY_VALIDATION_LOSS : HISTORY_LOSS];
	const double *accuracy = history->values[validated ? HISTORY_VALIDATION_ACCURACY : HISTORY_ACCURACY];
	int best = 0;
	for (int i = 1; i < history->count; i++)
		if (above(accuracy[i], accuracy[best]) || (!above(accuracy[best], accuracy[i]) && above(-loss[i], -loss[best])))
			best = i;
	return best;
}
