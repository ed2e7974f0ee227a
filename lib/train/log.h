/* The training log: metrics of each epoch. */
#ifndef TRAIN_LOG_H
#define TRAIN_LOG_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Sums over the samples of an epoch. */
struct epoch_totals {
	double loss;
	uint64_t correct, count;
};

struct epoch_result {
	int epoch; /* from 1 */
	double loss, accuracy;
	bool validated;
	double validation_loss, validation_accuracy;
	double learning_rate;
	double images_per_second; /* of training alone */
	double seconds;           /* validation included */
};

struct training_log {
	struct epoch_result *epochs; /* owned; all zero is an empty log */
	int count;
};

CHECKED int training_log_add(struct training_log *log, const struct epoch_result *result,
	struct error *error);

/* The epoch of the highest validation accuracy; ties go to the lowest validation loss, then to the
 * earliest. Without validation the same of training accuracy and loss. Needs at least one epoch. */
const struct epoch_result *training_log_best(const struct training_log *log);

/* Writes history.tsv, with the columns (Keras' names) epoch, loss, accuracy, val_loss,
 * val_accuracy, learning_rate, images_per_second, seconds. Without validation its fields are empty.
 * Complete or not at all. */
CHECKED int training_log_write(const struct training_log *log, const char *path,
	struct error *error);

void training_log_free(struct training_log *log);

#endif
