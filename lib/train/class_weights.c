#include "train/class_weights.h"

#include "dataset/table.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

void class_weights_balance(float *weights, const double *totals, size_t classes)
{
	double sum = 0;
	for (size_t i = 0; i < classes; i++)
		sum += totals[i];
	for (size_t i = 0; i < classes; i++)
		weights[i] = totals[i] > 0 ? (float)(sum / ((double)classes * totals[i])) : 1;
}

/* How the rows up to the next blank line are read. */
struct layout {
	bool has_weights;             /* false: rows are ignored */
	size_t fields, class, weight; /* fields of a row, and which of them are meant */
};

/* Index of the field of the current row that is `text`; table->count if there is none. */
static size_t find_field(const struct table *table, const char *text)
{
	size_t index = 0;
	while (index < table->count && strcmp(table->fields[index], text))
		index++;
	return index;
}

static bool is_blank(const struct table *table)
{
	return table->count == 1 && !*table->fields[0];
}

/* Finds the layout by the first row after a blank one. Returns whether that row is a header. */
static bool read_layout(const struct table *table, struct layout *layout)
{
	size_t class = find_field(table, "class"), weight = find_field(table, "weight");
	bool is_header = class < table->count && weight < table->count;
	if (is_header)
		*layout = (struct layout){true, table->count, class, weight};
	else
		*layout = (struct layout){table->count == 2, 2, 0, 1};
	return is_header;
}

/* `weights` are 0 where there was no row yet. */
static int read_row(float *weights, const struct text_list *classes, const struct table *table,
	const struct layout *layout, struct error *error)
{
	if (table->count != layout->fields)
		return error_set(error, "line", "does not have %zu fields", layout->fields);
	const char *class = table->fields[layout->class], *text = table->fields[layout->weight];
	int index = text_list_find(classes, class);
	double weight;
	if (index < 0)
		return error_set(error, class, "is not a class of the stream");
	if (weights[index] > 0)
		return error_set(error, class, "has more than one weight");
	if (!text_to_real(text, &weight) || !isfinite((float)weight) || !((float)weight > 0))
		return error_set(error, class, "'%s' is not a weight: a finite number above 0",
			text);
	weights[index] = (float)weight;
	return 0;
}

static int read_rows(float *weights, const struct text_list *classes, struct table *table,
	struct error *error)
{
	struct layout layout;
	bool begins = true;
	int result;
	while ((result = table_next(table, error)) > 0) {
		bool is_data = !is_blank(table) && !(begins && read_layout(table, &layout));
		begins = is_blank(table);
		if (is_data && layout.has_weights &&
			read_row(weights, classes, table, &layout, error))
			return table_error(table, error);
	}
	return result;
}

static int check_complete(const float *weights, const struct text_list *classes, const char *name,
	struct error *error)
{
	for (size_t i = 0; i < classes->count; i++)
		if (!(weights[i] > 0)) {
			error_set(error, classes->items[i], "has no weight");
			return error_within(error, name);
		}
	return 0;
}

int class_weights_read(float *weights, const struct text_list *classes, const char *path,
	struct error *error)
{
	struct table table;
	if (table_open(&table, path, error))
		return -1;
	for (size_t i = 0; i < classes->count; i++)
		weights[i] = 0;
	int result = read_rows(weights, classes, &table, error);
	if (result == 0)
		result = check_complete(weights, classes, table.name, error);
	table_close(&table);
	return result;
}
