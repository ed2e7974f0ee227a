#include "predict/answer.h"

#include "base/json.h"

#include <stdlib.h>

static int by_probability(const void *a, const void *b, void *probabilities)
{
	int first = *(const int *)a, second = *(const int *)b;
	float p = ((const float *)probabilities)[first], q = ((const float *)probabilities)[second];
	return p != q ? (p < q) - (p > q) : first - second;
}

void answer_rank(const float *probabilities, int count, int *order)
{
	for (int i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, (size_t)count, sizeof *order, by_probability, (void *)probabilities);
}

const char *answer_decision(const struct answer *answer, double threshold)
{
	int best = answer->order[0];
	return answer->probabilities[best] >= (float)threshold ? answer->labels->items[best] : ANSWER_UNSURE;
}

static void write_truth(const struct answer *answer, const float *truth, FILE *out)
{
	const char *separator = "";
	fputc('\t', out);
	for (size_t label = 0; label < answer->labels->count; label++) {
		if (truth[label] < 0.5f)
			continue;
		fputs(separator, out);
		text_write_field(out, answer->labels->items[label]);
		separator = ",";
	}
}

void answer_write_tsv(const struct answer *answer, const float *truth, FILE *out)
{
	text_write_field(out, answer->name);
	if (truth)
		write_truth(answer, truth, out);
	for (int i = 0; i < answer->shown; i++) {
		int label = answer->order[i];
		fputc('\t', out);
		text_write_field(out, answer->labels->items[label]);
		fprintf(out, "\t%.6f", (double)answer->probabilities[label]);
	}
	fputc('\n', out);
}

void answer_write_header(int shown, bool truth, FILE *out)
{
	fputs(truth ? "file\ttruth\tclass\tprobability" : "file\tclass\tprobability", out);
	for (int i = 2; i <= shown; i++)
		fprintf(out, "\tclass_%d\tprobability_%d", i, i);
	fputc('\n', out);
}

static json_t *predictions_json(const struct answer *answer)
{
	json_t *array = json_array();
	for (int i = 0; i < answer->shown; i++) {
		int label = answer->order[i];
		json_t *entry = json_pack("{s:s, s:f}", "class", answer->labels->items[label], "probability",
			(double)answer->probabilities[label]);
		array = json_add_item(array, entry);
	}
	return array;
}

int answer_write_json(const struct answer *answer, FILE *out, struct error *error)
{
	json_t *line = json_pack("{s:o, s:o}", "file", json_text(answer->name), "predictions",
		predictions_json(answer));
	char *text = line ? json_print(line, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
	json_decref(line);
	if (!text)
		return error_memory(error, answer->name);
	text_write_json(out, text);
	fputc('\n', out);
	free(text);
	return 0;
}
