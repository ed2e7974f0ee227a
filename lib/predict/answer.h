/* A network's answer to one picture: its classes by probability, written for programs and for people. */
#ifndef PREDICT_ANSWER_H
#define PREDICT_ANSWER_H

#include "base/text.h"

#include <stdio.h>

struct answer {
	const char *name;               /* of the picture */
	const struct text_list *labels;
	const float *probabilities;     /* one per label */
	const int *order;               /* labels, most probable first: answer_rank */
	int shown;                      /* so many of them are named, 1 to labels->count */
};

/* Fills order[count] with 0..count - 1 by falling probability; equal ones by number. */
void answer_rank(const float *probabilities, int count, int *order);

/* What is said where no class is believed. */
#define ANSWER_UNSURE "unsure"

/* Whether the best class reaches `threshold`: its name, else ANSWER_UNSURE. */
const char *answer_decision(const struct answer *answer, double threshold);

/* Writes a line of TSV: name, then, where `truth` is given, the labels whose truth[label] is at least 1/2, by
 * commas; then label and probability (six decimals) of the classes shown. */
void answer_write_tsv(const struct answer *answer, const float *truth, FILE *out);

/* Names those columns: file, truth, class, probability, class_2, probability_2, ... */
void answer_write_header(int shown, bool truth, FILE *out);

/* Writes a line of JSON: {"file", "predictions": [{"class", "probability"}, ...]}. -1 without memory. */
CHECKED int answer_write_json(const struct answer *answer, FILE *out, struct error *error);

#endif
