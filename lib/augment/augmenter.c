#include "augment/augmenter.h"

#include <stdlib.h>
#include <string.h>

int augmenter_create(struct augmenter *augmenter, const struct augment_options *options,
	uint64_t seed, bool rescale, const struct stream_head *head,
	const struct record_index *index, int threads, struct error *error)
{
	*augmenter = (struct augmenter){.options = options,
		.seed = seed,
		.head = *head,
		.result = augment_result_head(head, options, rescale),
		.index = index,
		.threads = threads};
	augmenter->thread = calloc((size_t)threads, sizeof *augmenter->thread);
	bool failed = !augmenter->thread;
	error_memory(error, "image");
	for (int i = 0; !failed && i < threads; i++) {
		struct augmenter_thread *thread = &augmenter->thread[i];
		failed =
			augment_workspace_create(&thread->workspace, head, options, rescale, error);
		if (!failed && index)
			failed = !(thread->in = malloc(stream_tensor_size(head))) ||
				!(thread->out = malloc(stream_tensor_size(&augmenter->result)));
	}
	if (failed)
		augmenter_destroy(augmenter);
	return failed ? -1 : 0;
}

void augmenter_destroy(struct augmenter *augmenter)
{
	for (int i = 0; augmenter->thread && i < augmenter->threads; i++) {
		augment_workspace_destroy(augmenter->thread[i].workspace);
		free(augmenter->thread[i].in);
		free(augmenter->thread[i].out);
	}
	free(augmenter->thread);
	*augmenter = (struct augmenter){0};
}

void augmenter_draw(const struct augmenter *augmenter, uint32_t pass, uint32_t input_pass,
	uint64_t id, struct augment_variation *variation)
{
	uint32_t count = 0;
	augment_draw(augmenter->options, augmenter->seed, pass, id, &variation->change);
	variation->mixed = augment_mixing(&variation->change);
	if (!variation->mixed)
		return;
	const struct indexed_record *records =
		record_index_pass(augmenter->index, input_pass, &count);
	variation->partner = records[augment_draw_partner(augmenter->seed, pass, id, count)].id;
	augment_draw(augmenter->options, augmenter->seed, pass, variation->partner,
		&variation->partner_change);
}

/* Adds a label, times `weight`, to the weights. */
static int add_label(const struct augmenter *augmenter, int32_t label, const float *label_weights,
	double weight, float *weights, struct error *error)
{
	if (label_weights) {
		for (size_t i = 0; i < augmenter->head.classes.count; i++)
			weights[i] += (float)weight * label_weights[i];
		return 0;
	}
	if (label < 0)
		return error_set(error, "--mixup, --cutmix", "need records with labels");
	weights[label] += (float)weight;
	return 0;
}

static int mix_with_partner(const struct augmenter *augmenter,
	const struct augmenter_thread *thread, const struct augment_variation *variation,
	uint32_t input_pass, void *out, float *weights, double *weight, struct error *error)
{
	const struct indexed_record *partner =
		record_index_find(augmenter->index, input_pass, variation->partner);
	if (!partner)
		return error_set(error, "image to mix with", "there is no record %llu",
			(unsigned long long)variation->partner);
	if (indexed_record_read(partner, thread->in, stream_tensor_size(&augmenter->head), error) ||
		augment_apply(thread->workspace, &variation->partner_change, thread->in,
			thread->out, error))
		return -1;
	*weight = augment_mix(augment_mixing(&variation->change), &augmenter->result, out,
		thread->out);
	bool weighted = augmenter->head.label == STREAM_LABEL_WEIGHTS;
	return add_label(augmenter, partner->label,
		weighted ? record_index_weights(augmenter->index, partner) : NULL, 1 - *weight,
		weights, error);
}

int augmenter_apply(const struct augmenter *augmenter, int thread,
	const struct augment_variation *variation, uint32_t input_pass,
	const struct stream_record *record, void *out, float *weights, struct error *error)
{
	const struct augmenter_thread *state = &augmenter->thread[thread];
	double weight = 1;
	if (augment_apply(state->workspace, &variation->change, record->tensor, out, error))
		return -1;
	if (augmenter->result.label != STREAM_LABEL_WEIGHTS)
		return 0;
	memset(weights, 0, augmenter->head.classes.count * sizeof *weights);
	if (variation->mixed &&
		mix_with_partner(augmenter, state, variation, input_pass, out, weights, &weight,
			error))
		return -1;
	return add_label(augmenter, record->label, record->weights, weight, weights, error);
}
