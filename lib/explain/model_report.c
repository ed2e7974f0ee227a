#include "explain/model_report.h"

#include "base/file.h"
#include "base/file_set.h"
#include "explain/choose.h"
#include "model/folder.h"

#include <stdlib.h>
#include <string.h>

static int open_model(struct model_report *report, const struct model_report_request *request,
	struct error *error)
{
	struct model *model = &report->model;
	if (parallel_create(&report->pool, request->threads, error) ||
		model_load(model, request->model,
			&(struct model_options){.mode = NETWORK_EXPLAIN,
				.batch = 1,
				.pool = report->pool,
				.width = request->width,
				.height = request->height,
				.labels = request->labels,
				.output = request->output},
			error))
		return -1;
	report->plan = (struct explain_plan){.network = model->network,
		.labels = &model->labels,
		.temperature = model->temperature,
		.options = {.method = request->method,
			.samples = 25,
			.noise = 0.15,
			.input_values = &report->plan.settings.values}};
	colormap_make(&report->plan.colormap, COLORMAP_JET);
	report->page = (struct report){.graph = &model->graph,
		.labels = &model->labels,
		.card = model->card,
		.plan = &report->plan};
	if (picture_settings_read(&report->plan.settings, model, request->input, error))
		return error_within(error, request->model);
	struct explain_choice choice = {.model = request->model};
	return explain_choose(&report->plan, &choice, error);
}

/* The given title, or the folder's name without trailing slashes. */
static int find_title(struct model_report *report, const struct model_report_request *request,
	struct error *error)
{
	size_t length = strlen(request->model);
	while (length > 1 && request->model[length - 1] == '/')
		length--;
	report->name = request->title ? strdup(request->title) : strndup(request->model, length);
	if (!report->name)
		return error_memory(error, request->model);
	report->page.title = request->title ? report->name : text_base_name(report->name);
	return 0;
}

static int read_history(struct model_report *report, const char *folder, struct error *error)
{
	char *path = file_set_path(folder, model_file_names[MODEL_HISTORY]);
	int result = path ? 0 : error_memory(error, folder);
	if (result == 0 && file_exists(path)) {
		result = history_read(&report->history, path, error);
		report->page.history = &report->history;
	}
	free(path);
	return result;
}

static int read_folds(struct model_report *report, const char *path, struct error *error)
{
	if (!path)
		return 0;
	report->page.folds = &report->folds;
	return folds_result_read(&report->folds, path, error);
}

static int examine_model(struct model_report *report, const struct model_report_request *request,
	struct error *error)
{
	struct stream_reader *reader;
	struct leaks leaks = {0};
	const struct model *model = &report->model;
	if (!request->validation)
		return 0;
	if (request->leaked && leaks_read(&leaks, request->leaked, error))
		return -1;
	int result = stream_open(&reader, request->validation, error);
	if (result == 0) {
		result = examine(&report->examination, model, &report->plan.settings.values, reader,
			request->mistakes, request->leaked ? &leaks : NULL, request->progress,
			error);
		stream_close(reader);
	}
	leaks_free(&leaks);
	report->page.validation = strcmp(request->validation, "-") == 0
		? "standard input"
		: text_base_name(request->validation);
	report->page.examination = &report->examination;
	return result;
}

int model_report_open(struct model_report *report, const struct model_report_request *request,
	struct error *error)
{
	*report = (struct model_report){0};
	return open_model(report, request, error) || find_title(report, request, error) ||
			read_history(report, request->model, error) ||
			read_folds(report, request->folds, error) ||
			examine_model(report, request, error)
		? -1
		: 0;
}

int model_report_write(const struct model_report *report, const char *path, struct error *error)
{
	char *bytes = NULL;
	size_t size;
	FILE *page = open_memstream(&bytes, &size);
	int result =
		page ? report_write(page, &report->page, error) : error_memory(error, report->name);
	if (page && fclose(page) && result == 0)
		result = error_memory(error, report->name);
	if (result == 0)
		result = output_bytes(path, bytes, size, error);
	free(bytes);
	return result;
}

void model_report_close(struct model_report *report)
{
	free(report->name);
	examination_free(&report->examination);
	folds_result_free(&report->folds);
	history_free(&report->history);
	model_free(&report->model);
	parallel_destroy(report->pool);
	*report = (struct model_report){0};
}
