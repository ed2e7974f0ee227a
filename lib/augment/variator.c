#include "augment/variator.h"

#include <stdlib.h>
#include <string.h>

int variator_create(struct variator *variator, const struct augment_options *options, uint64_t seed, bool rescale,
	const struct stream_head *head, const struct partners *partners, int threads, struct error *error)
{
	*variator = (struct variator){.options = options, .seed = seed, .head = *head,
		.result = augment_result_head(head, options, rescale), .partners = partners, .threads = threads};
	variator->thread = calloc((size_t)threads, sizeof *variator->thread);
	bool failed = !variator->thread;
	error_memory(error, "image");
	for (int i = 0; !failed && i < threads; i++) {
		struct variator_thread *thread = &variator->thread[i];
		failed = augment_workspace_create(&thread->workspace, head, options, rescale, error);
		if (!failed && partners)
			failed = !(thread->in = malloc(stream_tensor_size(head)))
				|| !(thread->out = malloc(stream_tensor_size(&variator->result)));
	}
	if (failed)
		variator_destroy(variator);
	return failed ? -1 : 0;
}

void variator_destroy(struct variator *variator)
{
	for (int i = 0; variator->thread && i < variator->threads; i++) {
		augment_workspace_destroy(variator->thread[i].workspace);
		free(variator->thread[i].in);
		free(variator->thread[i].out);
	}
	free(variator->thread);
	*variator = (struct variator){0};
}

void variator_draw(const struct variator *variator, uint32_t pass, uint32_t source_pass, uint64_t id,
	struct augment_variation *variation)
{
	uint32_t count = 0;
	augment_draw(variator->options, variator->seed, pass, id, &variation->change);
	variation->mixed = augment_mixing(&variation->change);
	if (!variation->mixed)
		return;
	const struct partner *partners = partners_of_pass(variator->partners, source_pass, &count);
	variation->partner = partners[augment_draw_partner(variator->seed, pass, id, count)].id;
	augment_draw(variator->options, variator->seed, pass, variation->partner, &variation->partner_change);
}

/* Adds `share` of a label to the weights. */
static int add_label(const struct variator *variator, int32_t label, const float *label_weights, double share,
	float *weights, struct error *error)
{
	if (label_weights) {
		for (size_t i = 0; i < variator->head.classes.count; i++)
			weights[i] += (float)share * label_weights[i];
		return 0;
	}
	if (label < 0)
		return error_set(error, "--mixup, --cutmix", "need records with labels");
	weights[label] += (float)share;
	return 0;
}

static int mix(const struct variator *variator, const struct variator_thread *thread,
	const struct augment_variation *variation, uint32_t source_pass, void *out, float *weights, double *share,
	struct error *error)
{
	const struct partner *partner = partners_find(variator->partners, source_pass, variation->partner);
	if (!partner)
		return error_set(error, "image to mix with", "there is no record %llu", (unsigned long long)variation->partner);
	if (partner_read(partner, thread->in, stream_tensor_size(&variator->head), error)
		|| augment_apply(thread->workspace, &variation->partner_change, thread->in, thread->out, error))
		return -1;
	*share = augment_mix(augment_mixing(&variation->change), &variator->result, out, thread->out);
	bool weighted = variator->head.label == STREAM_LABEL_WEIGHTS;
	return add_label(variator, partner->label, weighted ? partners_weights(variator->partners, partner) : NULL, 1 - *share,
		weights, error);
}

int variator_apply(const struct variator *variator, int thread, const struct augment_variation *variation,
	uint32_t source_pass, const struct stream_record *record, void *out, float *weights, struct error *error)
{
	const struct variator_thread *own = &variator->thread[thread];
	double share = 1;
	if (augment_apply(own->workspace, &variation->change, record->tensor, out, error))
		return -1;
	if (variator->result.label != STREAM_LABEL_WEIGHTS)
		return 0;
	memset(weights, 0, variator->head.classes.count * sizeof *weights);
	if (variation->mixed && mix(variator, own, variation, source_pass, out, weights, &share, error))
		return -1;
	return add_label(variator, record->label, record->weights, share, weights, error);
}
