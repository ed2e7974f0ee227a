#include "train/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct interval wilson_interval(uint64_t successes, uint64_t trials)
{
	const double z = 1.959963984540054; /* the normal distribution's 97.5 % quantile */
	if (trials == 0)
		return (struct interval){0, 1};
	double n = (double)trials, proportion = (double)successes / n;
	double center = (proportion + z * z / (2 * n)) / (1 + z * z / n);
	double half =
		z / (1 + z * z / n) * sqrt(proportion * (1 - proportion) / n + z * z / (4 * n * n));
	return (struct interval){successes == 0 ? 0 : center - half,
		successes == trials ? 1 : center + half};
}

static double ratio(uint64_t numerator, uint64_t denominator)
{
	return denominator ? (double)numerator / (double)denominator : NAN;
}

double class_precision(const struct class_counts *counts)
{
	return ratio(counts->correct, counts->predicted);
}

double class_recall(const struct class_counts *counts)
{
	return ratio(counts->correct, counts->actual);
}

double class_f1(const struct class_counts *counts)
{
	return ratio(2 * counts->correct, counts->actual + counts->predicted);
}

int metrics_create(struct metrics *metrics, int classes, bool multi_label, struct error *error)
{
	size_t count = (size_t)classes;
	*metrics = (struct metrics){.classes = classes};
	metrics->counts = calloc(count, sizeof *metrics->counts);
	metrics->confusion = multi_label ? NULL : calloc(count * count, sizeof *metrics->confusion);
	if (metrics->counts && (multi_label || metrics->confusion))
		return 0;
	metrics_free(metrics);
	return error_memory(error, "metrics");
}

void metrics_free(struct metrics *metrics)
{
	free(metrics->counts);
	free(metrics->confusion);
	*metrics = (struct metrics){0};
}

void metrics_add(struct metrics *metrics, int label, int prediction)
{
	metrics->records++;
	metrics->correct += label == prediction;
	metrics->counts[label].actual++;
	metrics->counts[prediction].predicted++;
	metrics->counts[label].correct += label == prediction;
	metrics->confusion[(size_t)label * (size_t)metrics->classes + (size_t)prediction]++;
}

void metrics_add_set(struct metrics *metrics, const bool *labels, const bool *predictions)
{
	bool exact_match = true;
	for (int class = 0; class < metrics->classes; class ++) {
		metrics->counts[class].actual += labels[class];
		metrics->counts[class].predicted += predictions[class];
		metrics->counts[class].correct += labels[class] && predictions[class];
		exact_match &= labels[class] == predictions[class];
	}
	metrics->records++;
	metrics->correct += exact_match;
}

static void merge_calibration(struct calibration *calibration, const struct calibration *other)
{
	for (int bin = 0; bin < CALIBRATION_BINS; bin++) {
		calibration->records[bin] += other->records[bin];
		calibration->correct[bin] += other->correct[bin];
		calibration->confidence[bin] += other->confidence[bin];
	}
}

void metrics_merge(struct metrics *metrics, const struct metrics *other)
{
	size_t classes = (size_t)metrics->classes;
	metrics->records += other->records;
	metrics->correct += other->correct;
	metrics->leaked += other->leaked;
	metrics->leaked_correct += other->leaked_correct;
	metrics->loss_sum += other->loss_sum;
	merge_calibration(&metrics->calibration, &other->calibration);
	merge_calibration(&metrics->raw_calibration, &other->raw_calibration);
	for (size_t i = 0; i < classes; i++) {
		metrics->counts[i].actual += other->counts[i].actual;
		metrics->counts[i].predicted += other->counts[i].predicted;
		metrics->counts[i].correct += other->counts[i].correct;
	}
	for (size_t i = 0; metrics->confusion && i < classes * classes; i++)
		metrics->confusion[i] += other->confusion[i];
}

void metrics_add_leak(struct metrics *metrics, bool correct)
{
	metrics->leaked++;
	metrics->leaked_correct += correct;
}

double metrics_accuracy(const struct metrics *metrics)
{
	return ratio(metrics->correct, metrics->records);
}

double metrics_accuracy_not_leaked(const struct metrics *metrics)
{
	return ratio(metrics->correct - metrics->leaked_correct,
		metrics->records - metrics->leaked);
}

double metrics_macro_f1(const struct metrics *metrics)
{
	double sum = 0;
	int defined = 0;
	for (int class = 0; class < metrics->classes; class ++) {
		double f1 = class_f1(&metrics->counts[class]);
		if (!isnan(f1)) {
			sum += f1;
			defined++;
		}
	}
	return defined ? sum / defined : NAN;
}

/* Without the sign of a NaN, which printf may print. */
static void write_number(double value, FILE *out)
{
	if (isnan(value))
		fputs("\tnan", out);
	else
		fprintf(out, "\t%.6f", value);
}

static void write_proportion(uint64_t numerator, uint64_t denominator, FILE *out)
{
	struct interval interval = wilson_interval(numerator, denominator);
	write_number(ratio(numerator, denominator), out);
	write_number(interval.low, out);
	write_number(interval.high, out);
}

static void write_leaks(const struct metrics *metrics, FILE *out)
{
	fprintf(out, "leaked\t%llu\t\t\naccuracy_not_leaked", (unsigned long long)metrics->leaked);
	write_proportion(metrics->correct - metrics->leaked_correct,
		metrics->records - metrics->leaked, out);
	fputc('\n', out);
}

static void write_calibration(const char *name, const struct calibration *calibration, FILE *out)
{
	fputs(name, out);
	write_number(calibration_error(calibration), out);
	fputs("\t\t\n", out);
}

static void write_summary(const struct metrics *metrics, FILE *out)
{
	fputs("measure\tvalue\tlow\thigh\n", out);
	fprintf(out, "records\t%llu\t\t\n", (unsigned long long)metrics->records);
	fprintf(out, "correct\t%llu\t\t\n", (unsigned long long)metrics->correct);
	fputs("accuracy", out);
	write_proportion(metrics->correct, metrics->records, out);
	fputs("\nloss", out);
	write_number(metrics->records ? metrics->loss_sum / (double)metrics->records : NAN, out);
	fputs("\t\t\nmacro_f1", out);
	write_number(metrics_macro_f1(metrics), out);
	fputs("\t\t\n", out);
	if (metrics->leaks_known)
		write_leaks(metrics, out);
	if (!metrics->confusion)
		return;
	write_calibration("calibration_error", &metrics->calibration, out);
	if (metrics->is_calibrated)
		write_calibration("calibration_error_raw", &metrics->raw_calibration, out);
}

static void write_classes(const struct metrics *metrics, const struct text_list *labels, FILE *out)
{
	fputs("\nclass\trecords\tpredicted\tcorrect\tprecision\tprecision_low\tprecision_high"
	      "\trecall\trecall_low\trecall_high\tf1\n",
		out);
	for (int class = 0; class < metrics->classes; class ++) {
		const struct class_counts *counts = &metrics->counts[class];
		text_write_field(out, labels->items[class]);
		fprintf(out, "\t%llu\t%llu\t%llu", (unsigned long long)counts->actual,
			(unsigned long long)counts->predicted, (unsigned long long)counts->correct);
		write_proportion(counts->correct, counts->predicted, out);
		write_proportion(counts->correct, counts->actual, out);
		write_number(class_f1(counts), out);
		fputc('\n', out);
	}
}

static void write_confusion(const struct metrics *metrics, const struct text_list *labels,
	FILE *out)
{
	const uint64_t *count = metrics->confusion;
	fputs("\ntruth", out);
	for (int class = 0; class < metrics->classes; class ++) {
		fputc('\t', out);
		text_write_field(out, labels->items[class]);
	}
	for (int label = 0; label < metrics->classes; label++) {
		fputc('\n', out);
		text_write_field(out, labels->items[label]);
		for (int class = 0; class < metrics->classes; class ++)
			fprintf(out, "\t%llu", (unsigned long long)*count++);
	}
	fputc('\n', out);
}

void metrics_title(const struct metrics *metrics, char *out, size_t size)
{
	struct interval interval = wilson_interval(metrics->correct, metrics->records);
	snprintf(out, size, "accuracy %.1f %% (95 %%: %.1f\u2013%.1f %%), %llu pictures",
		100 * metrics_accuracy(metrics), 100 * interval.low, 100 * interval.high,
		(unsigned long long)metrics->records);
	size_t length = strlen(out);
	if (metrics->leaked)
		snprintf(out + length, size - length, "; %.1f %% of the %llu not leaked",
			100 * metrics_accuracy_not_leaked(metrics),
			(unsigned long long)(metrics->records - metrics->leaked));
}

void metrics_write(const struct metrics *metrics, const struct text_list *labels, FILE *out)
{
	write_summary(metrics, out);
	write_classes(metrics, labels, out);
	if (metrics->confusion)
		write_confusion(metrics, labels, out);
}
