/* The head of a training that starts from another model: the features of its samples, the choice
 * of their layers, and the fit. */
#ifndef TRAIN_TRANSFER_H
#define TRAIN_TRANSFER_H

#include "train/probe.h"

struct training;

/* All zero is empty. */
struct transfer {
	struct probe_choice choices[PROBE_CHOICES]; /* the first is taken */
	int choice_count;
	struct probe_head head;
};

/* Computes the features of the first pass, or of all where nothing is trained afterwards, chooses
 * and fits. Depends on the training's samples, start model, loss and class weights alone. -1: no
 * memory, a stream or list that can't be read. */
CHECKED int transfer_fit(struct training *training, struct error *error);

/* Into the training's network, whose last two parameters are the head's. */
void transfer_copy_head(const struct training *training);

/* The penalty that was chosen, and the result of the cross-validation, for the model card; the
 * caller's to release, NULL without memory. */
json_t *transfer_card(const struct training *training);

void transfer_free(struct transfer *transfer);

#endif
