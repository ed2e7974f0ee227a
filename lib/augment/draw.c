#include "augment/operations.h"

#include <math.h>

/* Random numbers that belong to no row of the table; append only, as rows do. */
enum { NUMBER_POLICY = 1001, NUMBER_PARTNER };

struct place {
	uint64_t seed, id;
	uint32_t pass;
};

static struct random numbers(const struct place *place, uint32_t operation)
{
	const uint64_t id_mask = ((uint64_t)1 << 48) - 1;
	return random_start(place->seed, RANDOM_AUGMENT, (uint64_t)operation << 32 | place->pass, place->id & id_mask);
}

/* The numbers come first, so that how often an operation happens does not change what happens. */
static bool draw_step(const struct place *place, const struct augment_options *options, int row, struct augment_step *step)
{
	const struct augment_operation *operation = &augment_operations[row];
	const struct augment_setting *setting = &options->settings[row];
	if (setting->probability == 0 || setting->amount == 0)
		return false;
	struct random random = numbers(place, operation->number);
	*step = (struct augment_step){.operation = row};
	if (operation->draw)
		operation->draw(&random, setting->amount, options, step->values);
	return setting->probability == 1 || (double)random_uniform(&random) < setting->probability;
}

/* One of the policies' operations, or -1 for their "identity". */
static int draw_member(struct random *random)
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

static void draw_policy(const struct place *place, const struct augment_options *options, struct augment_change *change)
{
	struct random random = numbers(place, NUMBER_POLICY);
	bool trivial = options->policy == AUGMENT_TRIVIAL;
	int count = trivial ? 1 : options->policy_operations;
	for (int i = 0; i < count; i++) {
		int row = draw_member(&random);
		uint32_t magnitude = trivial ? random_below(&random, AUGMENT_MAGNITUDE_MAXIMUM + 1)
			: (uint32_t)options->policy_magnitude;
		bool other_side = random_uniform(&random) < 0.5f;
		if (row < 0)
			continue;
		const struct augment_operation *operation = &augment_operations[row];
		double end = trivial ? operation->policy.trivial : operation->policy.randaugment;
		double way = (end - operation->policy.start) * magnitude / AUGMENT_MAGNITUDE_MAXIMUM;
		struct augment_step *step = &change->steps[change->count++];
		*step = (struct augment_step){.operation = row};
		if (operation->values)
			step->values[0] = operation->policy.start + (operation->policy.either && other_side ? -way : way);
	}
}

const struct augment_step *augment_mixing(const struct augment_change *change)
{
	for (int i = 0; i < change->count; i++)
		if (augment_operations[change->steps[i].operation].kind == AUGMENT_MIX)
			return &change->steps[i];
	return NULL;
}

/* Of mixup and cutmix, rows that end the table, one at a time happens: where both would, either as often. */
static void drop_one_mixing(const struct place *place, struct augment_change *change)
{
	struct augment_step *last = &change->steps[change->count - 1];
	if (change->count < 2 || augment_operations[last[-1].operation].kind != AUGMENT_MIX)
		return;
	struct random random = numbers(place, NUMBER_PARTNER);
	random_u32(&random);
	if (random_uniform(&random) < 0.5f)
		last[-1] = *last;
	change->count--;
}

void augment_draw(const struct augment_options *options, uint64_t seed, uint32_t pass, uint64_t id,
	struct augment_change *change)
{
	const struct place place = {seed, id, pass};
	bool policy_due = options->policy != AUGMENT_POLICY_NONE;
	change->count = 0;
	for (int row = 0; row < augment_operations_count; row++) {
		if (policy_due && augment_operations[row].kind == AUGMENT_MIX) {
			draw_policy(&place, options, change);
			policy_due = false;
		}
		change->count += draw_step(&place, options, row, &change->steps[change->count]);
	}
	drop_one_mixing(&place, change);
}

uint32_t augment_draw_partner(uint64_t seed, uint32_t pass, uint64_t id, uint32_t count)
{
	const struct place place = {seed, id, pass};
	struct random random = numbers(&place, NUMBER_PARTNER);
	return random_below(&random, count);
}
