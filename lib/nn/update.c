#include "nn/update.h"

#include <math.h>

/* ---- penalties ---- */

/* The sum of spans in their order, so that it does not depend on threads. */
static double penalty_of(const struct parameter *parameter)
{
	double sum = 0;
	for (int index = 0; index < spans_of(parameter->count); index++) {
		struct span span = span_of(parameter->count, index);
		double sizes = 0, squares = 0;
		for (size_t i = span.first; i < span.first + span.count; i++) {
			double w = (double)parameter->values[i];
			sizes += fabs(w);
			squares += w * w;
		}
		sum += (double)parameter->penalty.l1 * sizes +
			(double)parameter->penalty.l2 * squares;
	}
	return sum;
}

static bool is_penalized(const struct parameter *parameter)
{
	return parameter->trainable && (parameter->penalty.l1 > 0 || parameter->penalty.l2 > 0);
}

double penalty_loss(const struct network *network)
{
	double sum = 0;
	for (int i = 0; i < network->parameter_count && network->has_penalties; i++)
		if (is_penalized(&network->parameters[i]))
			sum += penalty_of(&network->parameters[i]);
	return sum;
}

struct penalty_task {
	const struct parameter *parameter;
	float *gradients;
};

static void penalize_span(void *context, int index, int worker)
{
	(void)worker;
	const struct penalty_task *task = context;
	const struct parameter *parameter = task->parameter;
	struct span span = span_of(parameter->count, index);
	for (size_t i = span.first; i < span.first + span.count; i++) {
		float w = parameter->values[i], sign = w > 0 ? 1.0f : w < 0 ? -1.0f : 0.0f;
		task->gradients[i] += parameter->penalty.l1 * sign + 2 * parameter->penalty.l2 * w;
	}
}

static void add_penalties(const struct network *network)
{
	for (int i = 0; i < network->parameter_count; i++) {
		struct penalty_task task = {&network->parameters[i],
			network->gradients + network->offsets[i]};
		if (is_penalized(task.parameter))
			parallel_for(network->pool, spans_of(task.parameter->count), penalize_span,
				&task);
	}
}

/* ---- clipping ---- */

static void measure_span(void *context, int index, int worker)
{
	(void)worker;
	const struct network *network = context;
	struct span span = span_of(network->trainable_count, index);
	network->span_norms[index] =
		network->kernels->squared_norm(network->gradients + span.first, span.count);
}

/* What limits the norm of all gradients to the options' clip_norm. */
static float clipping_scale(struct network *network)
{
	double limit = (double)network->options.clip_norm, sum = 0;
	if (limit <= 0)
		return 1;
	int spans = spans_of(network->trainable_count);
	parallel_for(network->pool, spans, measure_span, network);
	for (int i = 0; i < spans; i++)
		sum += network->span_norms[i];
	return sum > limit * limit ? (float)(limit / sqrt(sum)) : 1;
}

/* ---- the optimizer ---- */

struct update_task {
	const struct network *network;
	float learning_rate, decay, scale;
	size_t first, end; /* of the floats of this group */
};

static void update_span(void *context, int index, int worker)
{
	(void)worker;
	const struct update_task *task = context;
	const struct network *network = task->network;
	const struct training_options *options = &network->options;
	struct span span = span_of(task->end - task->first, index);
	size_t first = task->first + span.first;
	const struct update update = {
		.weights = network->weights + first,
		.first = network->first_moments + first,
		.second = network->second_moments + first,
		.gradients = network->gradients + first,
		.count = span.count,
		.scale = task->scale,
		.learning_rate = task->learning_rate,
		.beta1 = optimizer_row(options->optimizer)->has_momentum ? options->momentum
									 : options->beta1,
		.beta2 = options->beta2,
		.epsilon = options->epsilon,
		.decay = task->decay,
		.nesterov = options->nesterov,
	};
	network->kernels->optimizers[options->optimizer](&update);
}

static void update_group(struct update_task task, size_t first, size_t end)
{
	task.first = first;
	task.end = end;
	parallel_for(task.network->pool, spans_of(end - first), update_span, &task);
}

/* Adam (Kingma and Ba 2015) has the bias corrections in the rate, as Keras has it. */
void update_weights(struct network *network, float learning_rate)
{
	const struct training_options *options = &network->options;
	struct update_task task = {.network = network, .learning_rate = learning_rate};
	if (network->has_penalties)
		add_penalties(network);
	task.scale = clipping_scale(network);
	network->beta1_power *= (double)options->beta1;
	network->beta2_power *= (double)options->beta2;
	if (optimizer_row(options->optimizer)->corrects_bias)
		task.learning_rate = (float)((double)learning_rate *
			sqrt(1 - network->beta2_power) / (1 - network->beta1_power));
	task.decay = options->weight_decay * learning_rate;
	update_group(task, 0, network->decayed_count);
	task.decay = 0;
	update_group(task, network->decayed_count, network->trainable_count);
	network->weights_changed = true;
}
