/* model-report: what a model learnt, how well, and from what, on one page. */
#include "base/file.h"
#include "common/tool.h"
#include "explain/confusion.h"
#include "explain/report.h"
#include "model/model.h"
#include "train/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *model_folder, *output_path, *validation_path, *title;
static int method = -1, mistakes = 24, threads;

static const struct option_row rows[] = {
	{'m', "model", OPTION_TEXT, &model_folder, "MODEL", "model folder", 0, 0, NULL},
	{'o', "output", OPTION_TEXT, &output_path, "FILE", "write the page here instead of standard output", 0, 0, NULL},
	{0, "validation", OPTION_TEXT, &validation_path, "STREAM", "labelled tensors to examine the model on", 0, 0, NULL},
	{0, "title", OPTION_TEXT, &title, "TEXT", "heading instead of the folder's name", 0, 0, NULL},
	{0, "mistakes", OPTION_INTEGER, &mistakes, "N", "how many of the worst mistakes to show", 0, 1000, NULL},
	{0, "method", OPTION_CHOICE, &method, "NAME", "how pictures are explained (default layer-cam)", 0, 0, saliency_method_names},
	TOOL_THREADS(threads),
	TOOL_END,
};

static const struct options options = {"model-report", "",
	"Tells of a model on one HTML page that holds all its pictures and needs no script.", rows};

/* What the page is made of. */
struct parts {
	struct parallel *pool;
	struct model model;
	struct explain_plan plan;
	struct history history;
	struct examination examination;
	struct canvas confusion;
	struct report_class *classes;
	struct report report;
	char *name;
};

static void parts_free(struct parts *parts)
{
	free(parts->classes);
	free(parts->name);
	canvas_free(&parts->confusion);
	examination_free(&parts->examination);
	history_free(&parts->history);
	model_free(&parts->model);
	parallel_destroy(parts->pool);
}

static int open_model(struct parts *parts, struct error *error)
{
	if (parallel_create(&parts->pool, threads, error) ||
		model_load(&parts->model, model_folder, NETWORK_EXPLAIN, 1, parts->pool, error))
		return -1;
	struct model *model = &parts->model;
	bool convolves = saliency_usual_layer(model->network, SALIENCY_GRAD_CAM) >= 0;
	if (method < 0)
		method = convolves ? SALIENCY_LAYER_CAM : SALIENCY_GRADIENT;
	if (!convolves && saliency_needs_layer((enum saliency_method)method))
		return error_set(error, model_folder, "has no convolution");
	struct saliency_options saliency = {.method = (enum saliency_method)method, .samples = 25, .noise = 0.15,
		.layer = saliency_usual_layer(model->network, (enum saliency_method)method)};
	parts->plan = (struct explain_plan){.network = model->network, .labels = &model->labels, .options = saliency,
		.features = -1};
	colormap_make(&parts->plan.colormap, COLORMAP_JET);
	parts->report = (struct report){.architecture = &model->architecture, .labels = &model->labels, .card = model->card,
		.plan = &parts->plan};
	return 0;
}

/* The folder's own name, whatever slashes follow it. */
static int find_title(struct parts *parts, struct error *error)
{
	size_t length = strlen(model_folder);
	while (length > 1 && model_folder[length - 1] == '/')
		length--;
	parts->name = title ? strdup(title) : strndup(model_folder, length);
	if (!parts->name)
		return error_memory(error, model_folder);
	parts->report.title = title ? parts->name : text_base_name(parts->name);
	return 0;
}

static int read_history(struct parts *parts, struct error *error)
{
	char *path = file_join(model_folder, "history.tsv");
	int result = path ? 0 : error_memory(error, model_folder);
	if (result == 0 && file_exists(path)) {
		result = history_read(&parts->history, path, error);
		parts->report.history = &parts->history;
	}
	free(path);
	return result;
}

static struct report_share share_of(uint64_t part, uint64_t all)
{
	struct interval interval = wilson_interval(part, all);
	return (struct report_share){all ? (double)part / (double)all : NAN, interval.low, interval.high};
}

static int count_classes(struct parts *parts, struct error *error)
{
	int classes = parts->examination.classes;
	parts->classes = calloc((size_t)classes, sizeof *parts->classes);
	if (!parts->classes)
		return error_memory(error, model_folder);
	for (int i = 0; i < classes; i++) {
		struct class_counts counts = {.correct = parts->examination.confusion[i * classes + i]};
		for (int j = 0; j < classes; j++) {
			counts.actual += parts->examination.confusion[i * classes + j];
			counts.predicted += parts->examination.confusion[j * classes + i];
		}
		parts->classes[i] = (struct report_class){counts.actual, share_of(counts.correct, counts.predicted),
			share_of(counts.correct, counts.actual), class_f1(&counts)};
	}
	return 0;
}

static int examine_model(struct parts *parts, struct error *error)
{
	struct stream_reader *reader;
	struct examination *examination = &parts->examination;
	if (!validation_path)
		return 0;
	if (stream_open(&reader, validation_path, error))
		return -1;
	int result = examine(examination, parts->model.network, &parts->model.labels, reader, mistakes, error);
	stream_close(reader);
	struct report_share accuracy = share_of(examination->records - examination->mistakes_all, examination->records);
	char heading[96];
	snprintf(heading, sizeof heading, "accuracy %.1f %% (%.1f\u2013%.1f %%), %zu pictures", 100 * accuracy.value,
		100 * accuracy.low, 100 * accuracy.high, examination->records);
	struct confusion confusion = {heading, examination->classes, (const char *const *)parts->model.labels.items,
		examination->confusion};
	if (result || count_classes(parts, error) || confusion_draw(&parts->confusion, &confusion, error))
		return -1;
	parts->report.validation = strcmp(validation_path, "-") == 0 ? "standard input" : text_base_name(validation_path);
	parts->report.examination = examination;
	parts->report.classes = parts->classes;
	parts->report.confusion = &parts->confusion;
	parts->report.accuracy = accuracy;
	return 0;
}

int main(int argc, char **argv)
{
	struct error error;
	struct parts parts = {0};
	struct output output;

	int first = tool_start(&options, argc, argv), failed;
	if (first < argc)
		tool_usage(argv[first], "is not expected; the stream to examine goes with --validation");
	if (!model_folder)
		tool_usage("--model", "is missing");

	failed = open_model(&parts, &error) || find_title(&parts, &error) || read_history(&parts, &error) ||
		examine_model(&parts, &error) || output_open(&output, output_path, &error);
	if (!failed && report_write(output.stream, &parts.report, &error)) {
		output_abandon(&output);
		failed = true;
	} else if (!failed)
		failed = output_commit(&output, &error);

	parts_free(&parts);
	return tool_finish(failed ? tool_error(&error) : EXIT_DONE);
}
