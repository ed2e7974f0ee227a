#include "predict/prediction.h"

#include "base/json.h"

#include <stdlib.h>

struct ranking {
	const float *probabilities, *raw;
};

static int by_probability(const void *a, const void *b, void *context)
{
	const struct ranking *ranking = context;
	int first = *(const int *)a, second = *(const int *)b;
	float p = ranking->probabilities[first], q = ranking->probabilities[second];
	if (p == q) {
		p = ranking->raw[first];
		q = ranking->raw[second];
	}
	return p != q ? (p < q) - (p > q) : first - second;
}

void prediction_rank(const float *probabilities, const float *raw, int count, int *order)
{
	struct ranking ranking = {probabilities, raw};
	for (int i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, (size_t)count, sizeof *order, by_probability, &ranking);
}

const char *prediction_decision(const struct prediction *prediction, double threshold)
{
	int best = prediction->order[0];
	return prediction->probabilities[best] >= (float)threshold ? prediction->labels->items[best]
								   : PREDICTION_UNSURE;
}

static void write_labels(const struct prediction *prediction, const float *target, FILE *out)
{
	const char *separator = "";
	fputc('\t', out);
	for (size_t label = 0; label < prediction->labels->count; label++) {
		if (target[label] < 0.5f)
			continue;
		fputs(separator, out);
		text_write_field(out, prediction->labels->items[label]);
		separator = ",";
	}
}

void prediction_write_tsv(const struct prediction *prediction, const float *target, FILE *out)
{
	text_write_field(out, prediction->name);
	if (target)
		write_labels(prediction, target, out);
	for (int i = 0; i < prediction->top; i++) {
		int label = prediction->order[i];
		fputc('\t', out);
		text_write_field(out, prediction->labels->items[label]);
		fprintf(out, "\t%.6f", (double)prediction->probabilities[label]);
	}
	fputc('\n', out);
}

void prediction_write_header(int top, bool labelled, FILE *out)
{
	fputs(labelled ? "file\ttruth\tclass\tprobability" : "file\tclass\tprobability", out);
	for (int i = 2; i <= top; i++)
		fprintf(out, "\tclass_%d\tprobability_%d", i, i);
	fputc('\n', out);
}

static json_t *predictions_json(const struct prediction *prediction)
{
	json_t *array = json_array();
	for (int i = 0; i < prediction->top; i++) {
		int label = prediction->order[i];
		json_t *entry = json_pack("{s:s, s:f}", "class", prediction->labels->items[label],
			"probability", (double)prediction->probabilities[label]);
		array = json_add_item(array, entry);
	}
	return array;
}

int prediction_write_json(const struct prediction *prediction, FILE *out, struct error *error)
{
	json_t *line = json_pack("{s:o, s:o}", "file", json_text(prediction->name), "predictions",
		predictions_json(prediction));
	char *text = line ? json_print(line, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
	json_decref(line);
	if (!text)
		return error_memory(error, prediction->name);
	text_write_json(out, text);
	fputc('\n', out);
	free(text);
	return 0;
}
