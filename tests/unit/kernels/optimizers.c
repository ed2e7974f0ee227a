/* Every optimizer is near its definition in double precision over several steps, and all
 * instruction sets give the same bytes. */
#include "kernels/optimizer.h"

#include "base/random.h"
#include "kernels/kernels.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 101, STEPS = 12 };

struct state {
	double weight, first, second;
};

struct constants {
	double rate, beta1, beta2, epsilon;
	bool nesterov;
};

/* Some gradients are always 0: their first moments stay 0, and Lion's step has no sign. */
static float gradient_at(int step, int index)
{
	struct random random = random_start(7, RANDOM_TEST, (uint64_t)step, (uint64_t)index);
	return index % 5 ? random_uniform(&random) - 0.4f : 0;
}

static double sign(double x)
{
	return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/* As PyTorch has it. */
static struct state sgd(struct state s, double g, struct constants c)
{
	double velocity = c.beta1 * s.first + g;
	double step = c.nesterov ? g + c.beta1 * velocity : velocity;
	return (struct state){s.weight - c.rate * step, velocity, 0};
}

/* As Keras 3 has them. */

static struct state rmsprop(struct state s, double g, struct constants c)
{
	double square = c.beta2 * s.second + (1 - c.beta2) * g * g;
	return (struct state){s.weight - c.rate * g / sqrt(square + c.epsilon), 0, square};
}

static struct state adam(struct state s, double g, struct constants c)
{
	double mean = c.beta1 * s.first + (1 - c.beta1) * g,
	       square = c.beta2 * s.second + (1 - c.beta2) * g * g;
	return (struct state){s.weight - c.rate * mean / (sqrt(square) + c.epsilon), mean, square};
}

static struct state lion(struct state s, double g, struct constants c)
{
	double direction = sign(c.beta1 * s.first + (1 - c.beta1) * g);
	return (struct state){s.weight - c.rate * direction, c.beta2 * s.first + (1 - c.beta2) * g,
		0};
}

/* A kind without a line here does not compile. */
static struct state definition(enum optimizer optimizer, struct state state, double gradient,
	struct constants constants)
{
	switch (optimizer) {
	case OPTIMIZER_SGD:
		return sgd(state, gradient, constants);
	case OPTIMIZER_RMSPROP:
		return rmsprop(state, gradient, constants);
	case OPTIMIZER_ADAM:
	case OPTIMIZER_ADAMW:
		return adam(state, gradient, constants);
	case OPTIMIZER_LION:
		return lion(state, gradient, constants);
	}
	return state;
}

struct arrays {
	float weights[COUNT], first[COUNT], second[COUNT];
};

/* An optimizer, and whether it has Nesterov's momentum. */
struct method {
	enum optimizer optimizer;
	bool nesterov;
};

static const char *name_of(struct method method)
{
	return method.nesterov ? "nesterov" : optimizer_row(method.optimizer)->name;
}

static struct update update_of(struct method method, struct arrays *arrays, const float *gradients)
{
	return (struct update){.weights = arrays->weights,
		.first = arrays->first,
		.second = arrays->second,
		.gradients = gradients,
		.count = COUNT,
		.scale = 0.75f,
		.learning_rate = 0.01f,
		.beta1 = 0.9f,
		.beta2 = optimizer_row(method.optimizer)->beta2,
		.epsilon = 1e-7f,
		.decay = 0.01f,
		.nesterov = method.nesterov};
}

static void start(struct arrays *arrays)
{
	*arrays = (struct arrays){0};
	for (int i = 0; i < COUNT; i++)
		arrays->weights[i] = sinf((float)i);
}

static void run_step(const struct kernels *kernels, struct method method, struct arrays *arrays,
	int step)
{
	float gradients[COUNT];
	for (int i = 0; i < COUNT; i++)
		gradients[i] = gradient_at(step, i);
	struct update update = update_of(method, arrays, gradients);
	kernels->optimizers[method.optimizer](&update);
}

static bool is_close(float got, double expected)
{
	return fabs((double)got - expected) <= 1e-6 * (1 + fabs(expected));
}

static void check_definition(const struct kernels *kernels, struct method method)
{
	struct arrays arrays;
	struct state states[COUNT];
	struct update update = update_of(method, &arrays, NULL);
	const struct constants constants = {(double)update.learning_rate, (double)update.beta1,
		(double)update.beta2, (double)update.epsilon, update.nesterov};
	bool good = true;
	start(&arrays);
	for (int i = 0; i < COUNT; i++)
		states[i] = (struct state){(double)arrays.weights[i], 0, 0};
	for (int step = 0; step < STEPS; step++) {
		run_step(kernels, method, &arrays, step);
		for (int i = 0; i < COUNT; i++) {
			double gradient = (double)(gradient_at(step, i) * update.scale);
			states[i].weight *= 1 - (double)update.decay;
			states[i] = definition(method.optimizer, states[i], gradient, constants);
			good &= is_close(arrays.weights[i], states[i].weight) &&
				is_close(arrays.first[i], states[i].first) &&
				is_close(arrays.second[i], states[i].second);
		}
	}
	ok(good, "%s: %s is near its definition over %d steps", kernels->name, name_of(method),
		STEPS);
}

static void check_bytes(const struct kernels *kernels, struct method method)
{
	struct arrays plain, got;
	start(&plain);
	start(&got);
	for (int step = 0; step < STEPS; step++) {
		run_step(&kernels_plain, method, &plain, step);
		run_step(kernels, method, &got, step);
	}
	ok(memcmp(&plain, &got, sizeof got) == 0, "%s: %s has the plain version's bytes",
		kernels->name, name_of(method));
}

int main(void)
{
	const char *const versions[] = {"plain", "neon", "avx2", "avx512"};
	for (int i = 0; i < 4; i++) {
		const struct kernels *kernels;
		setenv("MILLRACE_CPU", versions[i], 1);
		if (kernels_select(&kernels, NULL)) {
			ok(true, "%s # SKIP not on this processor", versions[i]);
			continue;
		}
		for (int kind = 0; kind <= OPTIMIZER_COUNT; kind++) {
			struct method method = {(enum optimizer)kind, false};
			if (kind == OPTIMIZER_COUNT)
				method = (struct method){OPTIMIZER_SGD, true};
			check_definition(kernels, method);
			check_bytes(kernels, method);
		}
	}
	return done();
}
