#include "augment/operations.h"

#include <math.h>

/* Random streams that belong to no row of the table; append only, as for rows. */
enum { RANDOM_STREAM_POLICY = 1001, RANDOM_STREAM_PARTNER };

struct draw_key {
	uint64_t seed, id;
	uint32_t pass;
};

static struct random start_random(const struct draw_key *key, uint32_t operation)
{
	const uint64_t id_mask = ((uint64_t)1 << 48) - 1;
	return random_start(key->seed, RANDOM_AUGMENT, (uint64_t)operation << 32 | key->pass,
		key->id & id_mask);
}

/* The values are drawn first, so that they do not depend on the probability. */
static bool draw_step(const struct draw_key *key, const struct augment_options *options, int row,
	struct augment_step *step)
{
	const struct augment_operation *operation = &augment_operations[row];
	const struct augment_setting *setting = &options->settings[row];
	if (setting->probability == 0 || setting->amount == 0)
		return false;
	struct random random = start_random(key, operation->random_stream);
	*step = (struct augment_step){.operation = row};
	if (operation->draw)
		operation->draw(&random, setting->amount, options, step->values);
	return setting->probability == 1 || (double)random_uniform(&random) < setting->probability;
}

/* Draws one of the policies' operations, or -1 for their "identity". */
static int draw_policy_operation(struct random *random)
{
	uint32_t members = 1;
	for (int i = 0; i < augment_operations_count; i++)
		members += augment_operations[i].policy.member;
	uint32_t left = random_below(random, members);
	for (int i = 0; i < augment_operations_count; i++)
		if (augment_operations[i].policy.member && left-- == 0)
			return i;
	return -1;
}

static void draw_policy(const struct draw_key *key, const struct augment_options *options,
	struct augment_change *change)
{
	struct random random = start_random(key, RANDOM_STREAM_POLICY);
	bool trivial = options->policy == AUGMENT_TRIVIAL;
	int count = trivial ? 1 : options->policy_operations;
	for (int i = 0; i < count; i++) {
		int row = draw_policy_operation(&random);
		uint32_t magnitude = trivial ? random_below(&random, AUGMENT_MAGNITUDE_MAXIMUM + 1)
					     : (uint32_t)options->policy_magnitude;
		bool negative = random_uniform(&random) < 0.5f;
		if (row < 0)
			continue;
		const struct augment_operation *operation = &augment_operations[row];
		double maximum =
			trivial ? operation->policy.trivial : operation->policy.randaugment;
		double distance =
			(maximum - operation->policy.start) * magnitude / AUGMENT_MAGNITUDE_MAXIMUM;
		struct augment_step *step = &change->steps[change->count++];
		*step = (struct augment_step){.operation = row};
		if (operation->values)
			step->values[0] = operation->policy.start +
				(operation->policy.is_signed && negative ? -distance : distance);
	}
}

const struct augment_step *augment_mixing(const struct augment_change *change)
{
	for (int i = 0; i < change->count; i++)
		if (augment_operations[change->steps[i].operation].kind == AUGMENT_MIX)
			return &change->steps[i];
	return NULL;
}

/* If both mixup and cutmix (the last rows of the table) were drawn, keeps one of them with equal
 * probability. */
static void choose_one_mixing(const struct draw_key *key, struct augment_change *change)
{
	struct augment_step *last = &change->steps[change->count - 1];
	if (change->count < 2 || augment_operations[last[-1].operation].kind != AUGMENT_MIX)
		return;
	struct random random = start_random(key, RANDOM_STREAM_PARTNER);
	random_u32(&random);
	if (random_uniform(&random) < 0.5f)
		last[-1] = *last;
	change->count--;
}

void augment_draw(const struct augment_options *options, uint64_t seed, uint32_t pass, uint64_t id,
	struct augment_change *change)
{
	const struct draw_key key = {seed, id, pass};
	bool policy_due = options->policy != AUGMENT_POLICY_NONE;
	change->count = 0;
	for (int row = 0; row < augment_operations_count; row++) {
		if (policy_due && augment_operations[row].kind == AUGMENT_MIX) {
			draw_policy(&key, options, change);
			policy_due = false;
		}
		change->count += draw_step(&key, options, row, &change->steps[change->count]);
	}
	choose_one_mixing(&key, change);
}

uint32_t augment_draw_partner(uint64_t seed, uint32_t pass, uint64_t id, uint32_t count)
{
	const struct draw_key key = {seed, id, pass};
	struct random random = start_random(&key, RANDOM_STREAM_PARTNER);
	return random_below(&random, count);
}
