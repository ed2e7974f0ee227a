#include "explain/report.h"

#include "base/version.h"
#include "explain/chart.h"
#include "explain/confusion.h"
#include "explain/curves.h"
#include "explain/html.h"

#include <inttypes.h>
#include <math.h>

static void write_fact(FILE *stream, const char *value, const char *what)
{
	fprintf(stream, "<div class=\"fact\"><b>");
	html_text(stream, value);
	fprintf(stream, "</b><span>");
	html_text(stream, what);
	fprintf(stream, "</span></div>\n");
}

static void write_best_epoch(FILE *stream, const struct history *history)
{
	char value[64], what[96];
	int best = history_best(history);
	bool validated = history_has(history, HISTORY_VALIDATION_ACCURACY);
	double accuracy =
		history->values[validated ? HISTORY_VALIDATION_ACCURACY : HISTORY_ACCURACY][best];
	snprintf(value, sizeof value, "%d of %d", history->epoch[best],
		history->epoch[history->count - 1]);
	snprintf(what, sizeof what, "best epoch");
	if (!isnan(accuracy))
		snprintf(what, sizeof what, "best epoch, %s accuracy %.1f %%",
			validated ? "validation" : "training", 100 * accuracy);
	write_fact(stream, value, what);
}

static void write_calibration(FILE *stream, const struct metrics *metrics)
{
	char value[64], what[96] = "expected calibration error";
	snprintf(value, sizeof value, "%.1f %%", 100 * calibration_error(&metrics->calibration));
	if (metrics->is_calibrated)
		snprintf(what, sizeof what,
			"expected calibration error (%.1f %% before calibration)",
			100 * calibration_error(&metrics->raw_calibration));
	write_fact(stream, value, what);
}

static void write_accuracy(FILE *stream, const struct metrics *metrics)
{
	char value[64], what[96];
	struct interval interval = wilson_interval(metrics->correct, metrics->records);
	snprintf(value, sizeof value, "%.1f %%", 100 * metrics_accuracy(metrics));
	snprintf(what, sizeof what, "accuracy (95 %% interval %.1f to %.1f)", 100 * interval.low,
		100 * interval.high);
	write_fact(stream, value, what);
	if (metrics->leaked) {
		interval = wilson_interval(metrics->correct - metrics->leaked_correct,
			metrics->records - metrics->leaked);
		snprintf(value, sizeof value, "%.1f %%",
			100 * metrics_accuracy_not_leaked(metrics));
		snprintf(what, sizeof what,
			"accuracy without the %" PRIu64 " leaked (%.1f to %.1f)", metrics->leaked,
			100 * interval.low, 100 * interval.high);
		write_fact(stream, value, what);
	}
	write_calibration(stream, metrics);
	snprintf(value, sizeof value, "%" PRIu64, metrics->records);
	snprintf(what, sizeof what, "pictures evaluated, %" PRIu64 " misclassified",
		metrics->records - metrics->correct);
	write_fact(stream, value, what);
}

static double folds_accuracy(const struct folds_result *folds)
{
	return (double)folds->correct / (double)folds->records;
}

static void write_folds_accuracy(FILE *stream, const struct folds_result *folds)
{
	char value[64], what[128];
	struct interval interval = wilson_interval(folds->correct, folds->records);
	snprintf(value, sizeof value, "%.1f %%", 100 * folds_accuracy(folds));
	snprintf(what, sizeof what,
		"accuracy in %" PRIu64 "-fold cross-validation (95 %% interval %.1f to %.1f)",
		folds->folds, 100 * interval.low, 100 * interval.high);
	write_fact(stream, value, what);
}

static int write_summary(FILE *stream, const struct report *report, struct error *error)
{
	char value[64], what[96];
	const struct graph *graph = report->graph;
	int64_t parameters;
	if (chart_parameters_of(graph, &parameters, error))
		return -1;
	fputs("<div class=\"facts\">\n", stream);
	if (report->examination)
		write_accuracy(stream, &report->examination->metrics);
	if (report->folds)
		write_folds_accuracy(stream, report->folds);
	if (report->history)
		write_best_epoch(stream, report->history);
	snprintf(value, sizeof value, "%zu", report->labels->count);
	write_fact(stream, value, "classes");
	chart_format_number(parameters, value);
	snprintf(what, sizeof what, "weights, input %d\u2009\u00d7\u2009%d\u2009\u00d7\u2009%d",
		graph->input.height, graph->input.width, graph->input.channels);
	write_fact(stream, value, what);
	fputs("</div>\n", stream);
	return 0;
}

static int write_header(FILE *stream, const struct report *report, struct error *error)
{
	fputs("<header>\n<h1>", stream);
	html_text(stream, report->title);
	fputs("</h1>\n<p>Classes: ", stream);
	for (size_t i = 0; i < report->labels->count; i++) {
		fputs(i == 0                                    ? "<bdi>"
				: i + 1 < report->labels->count ? ", <bdi>"
								: " and <bdi>",
			stream);
		html_text(stream, report->labels->items[i]);
		fputs("</bdi>", stream);
	}
	fputs(".</p>\n", stream);
	int result = write_summary(stream, report, error);
	fputs("</header>\n", stream);
	return result;
}

/* Which weights the model has, by its card. */
static void write_kept(FILE *stream, const json_t *card)
{
	const json_t *kept = json_object_get(json_object_get(card, "results"), "kept");
	const char *why = json_string_value(json_object_get(kept, "why"));
	if (!why)
		return;
	bool average = json_is_true(json_object_get(kept, "average"));
	fprintf(stream, "<p>The model has the %s of epoch %d, because ",
		average ? "averaged weights" : "weights",
		(int)json_integer_value(json_object_get(kept, "epoch")));
	html_text(stream, why);
	fputs(average ? ". Validation is of the averaged weights; training of those of each step, "
			"with "
			"dropout and augmentation.</p>\n"
		      : ".</p>\n",
		stream);
}

static int write_curves(FILE *stream, const struct report *report, struct error *error)
{
	static const char *const names[] = {[CURVES_LOSS] = "Loss over the epochs",
		[CURVES_ACCURACY] = "Accuracy over the epochs"};
	struct canvas canvas;
	int result = 0;
	if (!report->history)
		return 0;
	fputs("<section>\n<h2>Training</h2>\n"
	      "<p>Where the two curves diverge, the network overfits its training "
	      "pictures.</p>\n",
		stream);
	write_kept(stream, report->card);
	fputs("<div class=\"curves\">\n", stream);
	for (int i = 0; i < (int)(sizeof names / sizeof *names) && result == 0; i++) {
		result = curves_draw_one(&canvas, report->history, (enum curves_kind)i, error);
		if (result == 0)
			result = html_canvas(stream, &canvas, "chart", names[i], error);
	}
	fputs("</div>\n</section>\n", stream);
	return result;
}

/* ---- evaluation ---- */

/* A metric with its interval, in numbers and, if `drawn`, as a bar. */
static void write_metric_cells(FILE *stream, double metric, uint64_t part, uint64_t whole,
	bool drawn)
{
	struct interval interval = wilson_interval(part, whole);
	double value = 100 * metric, low = 100 * interval.low, high = 100 * interval.high;
	if (isnan(metric)) {
		fputs(drawn ? "<td>\u2013</td><td class=\"bar\"></td>" : "<td>\u2013</td>", stream);
		return;
	}
	fprintf(stream, "<td>%.1f&#8239;%%<small>%.0f\u2013%.0f</small></td>", value, low, high);
	if (drawn)
		fprintf(stream,
			"<td class=\"bar\"><div class=\"range\"><i "
			"style=\"left:%.1f%%;width:%.1f%%\"></i>"
			"<u style=\"left:calc(%.1f%% - 1px)\"></u></div></td>",
			low, high - low, value);
}

static void write_classes(FILE *stream, const struct report *report)
{
	fputs("<section>\n<h2>Metrics per class</h2>\n<p>Recall: fraction of a class's pictures "
	      "that are predicted correctly. "
	      "Precision: fraction of the pictures predicted as a class that belong to it. Small "
	      "numbers and bars: 95&#8239;% intervals (Wilson).</p>\n"
	      "<table><thead><tr><th>class</th><th>pictures</th><th>precision</th><th>recall</"
	      "th><th class=\"bar\">0\u2013100&#8239;%</th>"
	      "<th>F1</th></tr></thead><tbody>\n",
		stream);
	for (size_t i = 0; i < report->labels->count; i++) {
		const struct class_counts *counts = &report->examination->metrics.counts[i];
		double f1 = class_f1(counts);
		fputs("<tr><th>", stream);
		html_text(stream, report->labels->items[i]);
		fprintf(stream, "</th><td>%" PRIu64 "</td>", counts->actual);
		write_metric_cells(stream, class_precision(counts), counts->correct,
			counts->predicted, false);
		write_metric_cells(stream, class_recall(counts), counts->correct, counts->actual,
			true);
		fprintf(stream, isnan(f1) ? "<td>\u2013</td></tr>\n" : "<td>%.3f</td></tr>\n", f1);
	}
	fputs("</tbody></table>\n</section>\n", stream);
}

static void write_folds(FILE *stream, const struct report *report)
{
	const struct folds_result *folds = report->folds;
	if (!folds)
		return;
	fprintf(stream,
		"<section>\n<h2>Cross-validation</h2>\n<p>Each of %" PRIu64
		" pictures, predicted by a model of the same settings that was trained without it "
		"and its look-alikes: one of %" PRIu64 ", whose accuracy is %.1f&#8239;%% in the "
		"mean, with a standard deviation of %.1f. Small numbers and bars: 95&#8239;%% "
		"intervals (Wilson).</p>\n"
		"<table><thead><tr><th>class</th><th>pictures</th><th>recall</th>"
		"<th class=\"bar\">0\u2013100&#8239;%%</th></tr></thead><tbody>\n",
		folds->records, folds->folds, 100 * folds->mean, 100 * folds->deviation);
	for (size_t i = 0; i < folds->classes.count; i++) {
		const struct class_counts *counts = &folds->counts[i];
		fputs("<tr><th>", stream);
		html_text(stream, folds->classes.items[i]);
		fprintf(stream, "</th><td>%" PRIu64 "</td>", counts->actual);
		write_metric_cells(stream, class_recall(counts), counts->correct, counts->actual,
			true);
		fputs("</tr>\n", stream);
	}
	fputs("</tbody></table>\n</section>\n", stream);
}

/* A picture and its saliency overlay for the class `unit`; the caption follows. */
static int write_image_pair(FILE *stream, const struct report *report,
	const struct example *example, int unit, struct error *error)
{
	struct picture picture;
	struct image overlay;
	if (picture_from_tensor(&picture, example->tensor, &report->plan->settings.values,
		    report->graph->input, error))
		return -1;
	fputs("<figure><div class=\"pair\">", stream);
	int result = html_image(stream, &picture.image, "photo", example->source, error);
	if (result == 0 && explain_overlay(report->plan, &picture, unit, &overlay, error) < 0)
		result = -1;
	else if (result == 0) {
		result = html_image(stream, &overlay, "photo", "saliency overlay", error);
		image_free(&overlay);
	}
	fputs("</div><figcaption>", stream);
	picture_free(&picture);
	return result;
}

static void write_source(FILE *stream, const char *source)
{
	fputs("<small>", stream);
	html_text(stream, source);
	fputs("</small></figcaption></figure>\n", stream);
}

static int write_mistakes(FILE *stream, const struct report *report, struct error *error)
{
	const struct examination *examination = report->examination;
	uint64_t all = examination->metrics.records - examination->metrics.correct;
	fputs("<section>\n<h2>Worst mistakes</h2>\n", stream);
	if (!examination->mistakes_count) {
		fputs(all ? "" : "<p>None: every picture was classified correctly.</p>\n", stream);
		fputs("</section>\n", stream);
		return 0;
	}
	fprintf(stream,
		"<p>%d of %" PRIu64 ", most confident first, each with the saliency overlay of the "
		"predicted class. Some may be mislabelled.</p>\n"
		"<div class=\"gallery\">\n",
		examination->mistakes_count, all);
	for (int i = 0; i < examination->mistakes_count; i++) {
		const struct example *example = &examination->mistakes[i];
		if (write_image_pair(stream, report, example, example->predicted, error))
			return -1;
		fputs("<b class=\"bad\">", stream);
		html_text(stream, report->labels->items[example->predicted]);
		fprintf(stream, "</b> %.1f&#8239;%%, but it is <b class=\"good\">",
			100 * (double)example->probability);
		html_text(stream, report->labels->items[example->label]);
		fprintf(stream, "</b> %.1f&#8239;%%", 100 * (double)example->label_probability);
		write_source(stream, example->source);
	}
	fputs("</div>\n</section>\n", stream);
	return 0;
}

static int write_most_confident(FILE *stream, const struct report *report, struct error *error)
{
	fputs("<section>\n<h2>Correct predictions</h2>\n<p>The most confident one of each class, "
	      "with its saliency overlay.</p>\n"
	      "<div class=\"gallery\">\n",
		stream);
	for (int i = 0; i < report->examination->metrics.classes; i++) {
		const struct example *example = &report->examination->most_confident[i];
		if (!example->source)
			continue;
		if (write_image_pair(stream, report, example, i, error))
			return -1;
		fputs("<b class=\"good\">", stream);
		html_text(stream, report->labels->items[i]);
		fprintf(stream, "</b> %.1f&#8239;%%", 100 * (double)example->probability);
		write_source(stream, example->source);
	}
	fputs("</div>\n</section>\n", stream);
	return 0;
}

static int write_confusion(FILE *stream, const struct report *report, struct error *error)
{
	const struct metrics *metrics = &report->examination->metrics;
	struct canvas canvas;
	char title[160];
	metrics_title(metrics, title, sizeof title);
	struct confusion confusion = {title, metrics->classes,
		(const char *const *)report->labels->items, metrics->confusion};
	if (confusion_draw(&canvas, &confusion, error))
		return -1;
	fputs("<section>\n<h2>Confusion matrix</h2>\n<p>Rows: ground truth; columns: predictions. "
	      "Stream: ",
		stream);
	html_text(stream, report->validation);
	fputs(".</p>\n", stream);
	int result = html_canvas(stream, &canvas, "chart", "Confusion matrix", error);
	fputs("</section>\n", stream);
	return result;
}

static int write_examination(FILE *stream, const struct report *report, struct error *error)
{
	write_folds(stream, report);
	if (!report->examination)
		return 0;
	if (write_confusion(stream, report, error))
		return -1;
	write_classes(stream, report);
	return write_mistakes(stream, report, error) || write_most_confident(stream, report, error)
		? -1
		: 0;
}

/* ---- model ---- */

static int write_model(FILE *stream, const struct report *report, struct error *error)
{
	struct canvas canvas;
	if (chart_draw(&canvas, report->graph, report->labels, error))
		return -1;
	fputs("<details>\n<summary>Network</summary>\n", stream);
	int result = html_canvas(stream, &canvas, "chart", "Diagram of the network", error);
	fputs("</details>\n", stream);
	if (result == 0 && report->card) {
		fputs("<details open>\n<summary>Model card</summary>\n", stream);
		html_json(stream, report->card);
		fputs("</details>\n", stream);
	}
	return result;
}

int report_write(FILE *stream, const struct report *report, struct error *error)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
		stream);
	html_text(stream, report->title);
	fprintf(stream, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", report_style);
	if (write_header(stream, report, error) || write_curves(stream, report, error) ||
		write_examination(stream, report, error) || write_model(stream, report, error))
		return -1;
	fprintf(stream, "<footer>millrace %s</footer>\n</main>\n</body>\n</html>\n",
		MILLRACE_VERSION);
	return 0;
}
