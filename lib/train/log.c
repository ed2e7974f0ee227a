#include "train/log.h"

#include "base/array.h"
#include "base/file.h"

#include <stdlib.h>

int training_log_add(struct training_log *log, const struct epoch_result *result,
	struct error *error)
{
	struct epoch_result *epochs = array_grow(log->epochs, (size_t)log->count, sizeof *epochs);
	if (!epochs)
		return error_memory(error, "history");
	log->epochs = epochs;
	epochs[log->count++] = *result;
	return 0;
}

static bool is_better(const struct epoch_result *a, const struct epoch_result *b)
{
	double accuracy_a = a->validated ? a->validation_accuracy : a->accuracy;
	double accuracy_b = b->validated ? b->validation_accuracy : b->accuracy;
	if (accuracy_a != accuracy_b)
		return accuracy_a > accuracy_b;
	return a->validated ? a->validation_loss < b->validation_loss : a->loss < b->loss;
}

const struct epoch_result *training_log_best(const struct training_log *log)
{
	const struct epoch_result *best = &log->epochs[0];
	for (int i = 1; i < log->count; i++)
		if (is_better(&log->epochs[i], best))
			best = &log->epochs[i];
	return best;
}

int training_log_write(const struct training_log *log, const char *path, struct error *error)
{
	struct output output;
	if (output_open(&output, path, error))
		return -1;
	fputs("epoch\tloss\taccuracy\tval_loss\tval_accuracy\tlearning_rate\timages_per_"
	      "second\tseconds\n",
		output.stream);
	for (int i = 0; i < log->count; i++) {
		const struct epoch_result *result = &log->epochs[i];
		fprintf(output.stream, "%d\t%.6g\t%.6f\t", result->epoch, result->loss,
			result->accuracy);
		if (result->validated)
			fprintf(output.stream, "%.6g\t%.6f", result->validation_loss,
				result->validation_accuracy);
		else
			fputc('\t', output.stream);
		fprintf(output.stream, "\t%g\t%.1f\t%.2f\n", result->learning_rate,
			result->images_per_second, result->seconds);
	}
	return output_commit(&output, error);
}

void training_log_free(struct training_log *log)
{
	free(log->epochs);
	*log = (struct training_log){0};
}
