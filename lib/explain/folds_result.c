#include "explain/folds_result.h"

#include "base/array.h"
#include "dataset/table.h"

#include <stdlib.h>
#include <string.h>

/* The tables that are read, by the first field of their header; the others are skipped. */
enum section { SECTION_OTHER, SECTION_MEASURES, SECTION_CLASSES };

static enum section section_of(const struct table *table)
{
	return strcmp(table->fields[0], "measure") == 0  ? SECTION_MEASURES
		: strcmp(table->fields[0], "class") == 0 ? SECTION_CLASSES
							 : SECTION_OTHER;
}

static int read_measure(struct folds_result *result, const struct table *table, struct error *error)
{
	const struct {
		const char *name;
		uint64_t *number;
		double *real;
	} measures[] = {{"records", &result->records, NULL}, {"correct", &result->correct, NULL},
		{"folds", &result->folds, NULL}, {"accuracy_mean", NULL, &result->mean},
		{"accuracy_deviation", NULL, &result->deviation}};
	for (size_t i = 0; i < sizeof measures / sizeof *measures; i++) {
		if (strcmp(table->fields[0], measures[i].name) != 0)
			continue;
		const char *value = table->count > 1 ? table->fields[1] : "";
		bool valid = measures[i].number ? text_to_unsigned(value, measures[i].number)
						: text_to_real(value, measures[i].real);
		if (!valid)
			return error_set(error, measures[i].name, "'%s' is not a number", value);
	}
	return 0;
}

static int read_class(struct folds_result *result, const struct table *table, struct error *error)
{
	enum { RECORDS = 1, CORRECT = 3 };
	struct class_counts counts = {0};
	if (table->count <= CORRECT || !text_to_unsigned(table->fields[RECORDS], &counts.actual) ||
		!text_to_unsigned(table->fields[CORRECT], &counts.correct) ||
		counts.correct > counts.actual)
		return error_set(error, table->fields[0], "has no numbers of records");
	struct class_counts *all = array_grow(result->counts, result->classes.count, sizeof *all);
	if (!all)
		return error_memory(error, table->fields[0]);
	result->counts = all;
	all[result->classes.count] = counts;
	return text_list_add(&result->classes, table->fields[0], error);
}

static int read_row(struct folds_result *result, const struct table *table, enum section section,
	struct error *error)
{
	int status = section == SECTION_MEASURES ? read_measure(result, table, error)
		: section == SECTION_CLASSES     ? read_class(result, table, error)
						 : 0;
	return status ? table_error(table, error) : 0;
}

static int read_tables(struct folds_result *result, struct table *table, struct error *error)
{
	enum section section = SECTION_OTHER;
	bool is_header = true;
	int status;
	while ((status = table_next(table, error)) == 1) {
		bool is_blank = table->count == 1 && !*table->fields[0];
		if (is_header && !is_blank)
			section = section_of(table);
		else if (!is_blank && read_row(result, table, section, error))
			return -1;
		is_header = is_blank;
	}
	if (status == 0 &&
		(!result->folds || !result->records || result->correct > result->records))
		return error_set(error, table->name, "is not a result of evaluate-folds");
	return status;
}

int folds_result_read(struct folds_result *result, const char *path, struct error *error)
{
	struct table table;
	*result = (struct folds_result){0};
	int status = table_open(&table, path, error);
	if (status == 0)
		status = read_tables(result, &table, error);
	table_close(&table);
	if (status)
		folds_result_free(result);
	return status;
}

void folds_result_free(struct folds_result *result)
{
	text_list_free(&result->classes);
	free(result->counts);
	*result = (struct folds_result){0};
}
