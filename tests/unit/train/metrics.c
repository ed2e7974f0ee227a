/* Metrics and confidence intervals against published and hand-computed values. */
#include "train/metrics.h"

#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
 * (1998), table I, method 3 (score without continuity correction). */
static void published_intervals(void)
{
	static const struct {
		uint64_t successes, trials;
		double low, high;
	} rows[] = {{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611},
		{1, 29, 0.0061, 0.1718}};
	for (int i = 0; i < 4; i++) {
		struct interval interval = wilson_interval(rows[i].successes, rows[i].trials);
		is_near(interval.low, rows[i].low, 5e-5, "Newcombe's table: low");
		is_near(interval.high, rows[i].high, 5e-5, "Newcombe's table: high");
	}
	struct interval whole = wilson_interval(20, 20), none = wilson_interval(0, 0);
	is_near(whole.low, 1 - 0.1611, 5e-5, "20 of 20 mirrors 0 of 20");
	ok(whole.high == 1 && none.low == 0 && none.high == 1, "ends are exact; no trials: [0, 1]");
}

/* Labels: a a a a b b b c; predictions: a a a b b b a b. */
static void counts(void)
{
	struct metrics metrics;
	const int labels[] = {0, 0, 0, 0, 1, 1, 1, 2}, predictions[] = {0, 0, 0, 1, 1, 1, 0, 1};
	if (metrics_create(&metrics, 4, false, NULL))
		abort();
	for (int i = 0; i < 8; i++)
		metrics_add(&metrics, labels[i], predictions[i]);
	is_near(metrics_accuracy(&metrics), 5 / 8.0, 1e-12, "accuracy");
	is_near(class_precision(&metrics.counts[0]), 3 / 4.0, 1e-12, "precision of a");
	is_near(class_recall(&metrics.counts[0]), 3 / 4.0, 1e-12, "recall of a");
	is_near(class_precision(&metrics.counts[1]), 2 / 4.0, 1e-12, "precision of b");
	is_near(class_recall(&metrics.counts[1]), 2 / 3.0, 1e-12, "recall of b");
	is_near(class_f1(&metrics.counts[1]), 4 / 7.0, 1e-12, "F1 of b");
	ok(isnan(class_precision(&metrics.counts[2])),
		"no precision of c, which was never predicted");
	is_near(class_f1(&metrics.counts[2]), 0, 1e-12, "F1 of c");
	ok(isnan(class_f1(&metrics.counts[3])), "no F1 of d, neither a label nor predicted");
	is_near(metrics_macro_f1(&metrics), (3 / 4.0 + 4 / 7.0 + 0) / 3, 1e-12,
		"macro F1 over a, b, c");
	is_integer((long long)metrics.confusion[1 * 4 + 0], 1, "one b was predicted as a");
	is_integer((long long)metrics.confusion[2 * 4 + 1], 1, "the c was predicted as b");
	metrics_free(&metrics);
}

static void multi_label(void)
{
	struct metrics metrics;
	if (metrics_create(&metrics, 3, true, NULL))
		abort();
	metrics_add_set(&metrics, (bool[]){1, 1, 0}, (bool[]){1, 1, 0});
	metrics_add_set(&metrics, (bool[]){1, 1, 0}, (bool[]){1, 0, 1});
	metrics_add_set(&metrics, (bool[]){0, 0, 0}, (bool[]){0, 0, 0});
	is_near(metrics_accuracy(&metrics), 2 / 3.0, 1e-12, "two sets of three are correct");
	is_integer((long long)metrics.counts[0].correct, 2, "both a");
	is_integer((long long)metrics.counts[1].actual - (long long)metrics.counts[1].correct, 1,
		"one b missed");
	is_near(class_precision(&metrics.counts[2]), 0, 1e-12, "c predicted but no label");
	ok(!metrics.confusion, "no confusion matrix");
	metrics_free(&metrics);
}

static void written(void)
{
	struct metrics metrics;
	struct text_list labels = {0};
	char *text;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	if (metrics_create(&metrics, 2, false, NULL) || text_list_add(&labels, "a b", NULL) ||
		text_list_add(&labels, "c", NULL))
		abort();
	metrics_add(&metrics, 0, 0);
	metrics.loss_sum = 0.25;
	metrics.is_calibrated = true;
	calibration_add(&metrics.calibration, 0.75, true);
	calibration_add(&metrics.raw_calibration, 0.5, true);
	metrics_write(&metrics, &labels, memory);
	fclose(memory);
	is_text(text,
		"measure\tvalue\tlow\thigh\n"
		"records\t1\t\t\ncorrect\t1\t\t\naccuracy\t1.000000\t0.206549\t1.000000\nloss\t0."
		"250000\t\t\nmacro_f1\t1.000000\t\t\n"
		"calibration_error\t0.250000\t\t\ncalibration_error_raw\t0.500000\t\t\n"
		"\nclass\trecords\tpredicted\tcorrect\tprecision\tprecision_low\tprecision_"
		"high\trecall\trecall_low\trecall_high\tf1\n"
		"a "
		"b\t1\t1\t1\t1.000000\t0.206549\t1.000000\t1.000000\t0.206549\t1.000000\t1.000000\n"
		"c\t0\t0\t0\tnan\t0.000000\t1.000000\tnan\t0.000000\t1.000000\tnan\n"
		"\ntruth\ta b\tc\na b\t1\t0\nc\t0\t0\n",
		"the tables");
	free(text);
	text_list_free(&labels);
	metrics_free(&metrics);
}

static void leaked(void)
{
	struct metrics metrics;
	char title[160];
	if (metrics_create(&metrics, 2, false, NULL))
		abort();
	for (int i = 0; i < 10; i++) {
		metrics_add(&metrics, 0, i < 8 ? 0 : 1);
		if (i < 5) /* five correct ones, and then a wrong one */
			metrics_add_leak(&metrics, true);
	}
	metrics_add_leak(&metrics, false);
	metrics_title(&metrics, title, sizeof title);
	is_text(title,
		"accuracy 80.0 % (95 %: 49.0\u201394.3 %), 10 pictures; 75.0 % of the 4 not leaked",
		"accuracy without the leaked records");
	is_near(metrics_accuracy(&metrics), 0.8, 1e-12, "  and with them");
	is_near(metrics_accuracy_not_leaked(&metrics), 0.75, 1e-12, "  3 of 4 others");
	char *text = NULL;
	size_t size;
	struct text_list labels = {0};
	FILE *memory = open_memstream(&text, &size);
	if (!memory || text_list_add(&labels, "a", NULL) || text_list_add(&labels, "b", NULL))
		abort();
	metrics.leaks_known = true;
	metrics_write(&metrics, &labels, memory);
	fclose(memory);
	ok(strstr(text,
		   "\nleaked\t6\t\t\naccuracy_not_leaked\t0.750000\t0.300642\t0."
		   "954413\ncalibration_error\tnan\t\t\n\nclass\t") != NULL,
		"  and in the table");
	free(text);
	text_list_free(&labels);
	metrics_free(&metrics);
}

int main(void)
{
	published_intervals();
	counts();
	multi_label();
	written();
	leaked();
	return done();
}
