/* A linear probe: a head fitted to the features of a start model (Alain and Bengio, "Understanding
 * intermediate layers using linear classifier probes", 2016). Which layers the features are of, and
 * how strong the penalty is, cross-validation decides. */
#ifndef TRAIN_PROBE_H
#define TRAIN_PROBE_H

#include "train/features.h"
#include "train/log.h"

enum { PROBE_FOLDS = 5, PROBE_CHOICES = START_LAYERS_MAXIMUM * (START_LAYERS_MAXIMUM + 1) / 2 };

struct probe_request {
	const struct features *features;        /* standardized */
	const struct training_options *options; /* loss, label smoothing, class weights */
	uint32_t count; /* the samples to cross-validate with: the first of the features, of
	                   one pass */
	const uint32_t
		*groups; /* of these samples, from 0 to count - 1: groups are held out whole */
	int layer_count; /* of the start model */
	bool is_joined;  /* all layers are used together, whatever they are */
	uint64_t seed;   /* decides the folds */
	struct parallel *pool; /* or NULL */
};

/* Layers, the penalty that was best with them, and how the samples were told apart while their fold
 * was held out. */
struct probe_choice {
	struct start_layers layers;
	double penalty; /* of L2 */
	int folds;      /* 0: too few groups to hold any out; the numbers below are 0 */
	double loss, accuracy;
};

/* A dense layer's weights. */
struct probe_head {
	float *kernel; /* (width, classes); owned */
	float *bias;   /* (classes); owned */
	int width, classes;
	struct epoch_totals totals; /* over the samples that it was fitted to */
};

/* Cross-validates every run of neighbouring layers, with penalties from 1 to 0.001: choices[0] is
 * the one of the least mean loss on held-out samples (without label smoothing and class weights),
 * and the others follow it. Of more than 4096 samples a random part is used. Returns how many
 * choices there are, at most PROBE_CHOICES; -1 without memory. */
CHECKED int probe_choose(struct probe_choice *choices, const struct probe_request *request,
	struct error *error);

/* Fits a head to all samples by regression (regression.h), for features that are not standardized:
 * by mean[width] and deviation[width] they were. -1 without memory; *head is then empty. */
CHECKED int probe_fit(struct probe_head *head, const struct probe_request *request,
	const struct probe_choice *choice, const float *mean, const float *deviation,
	struct error *error);

void probe_head_free(struct probe_head *head);

#endif
