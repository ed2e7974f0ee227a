#include "train/schedule.h"

#include "base/sine_cosine.h"

#include <math.h>
#include <stddef.h>

/* Each function is the learning rate divided by the highest at `x`, from 0 to 1, of the training
 * after the warm-up; `step` is the length of an update in the same unit. */

static double constant(double x, double step)
{
	(void)x, (void)step;
	return 1;
}

/* From `start` at x = 0 to `end` at 1, along half a cosine. */
static double anneal(double start, double end, double x)
{
	double s, c;
	sine_cosine(180 * fmin(x, 1), &s, &c);
	return end + (start - end) * (1 + c) / 2;
}

static double cosine(double x, double step)
{
	(void)step;
	return anneal(1, 0, x);
}

static double thirds(double x, double step)
{
	(void)step;
	return 3 * x < 1 ? 1 : 3 * x < 2 ? 0.1 : 0.01;
}

/* PyTorch counts from the first update to the last one, not to the end of it: hence the `step`. */
static double one_cycle(double x, double step)
{
	const double start = 1.0 / 25, end = start / 1e4, rise = 0.3, top = rise - step;
	return x < top ? anneal(start, 1, x / top) : anneal(1, end, (x - top) / (1 - rise));
}

struct schedule_row {
	double (*function)(double x, double step);
	bool needs_length, has_own_warmup;
};

static const struct schedule_row rows[] = {
#define X(kind, name, function, ...) {function, __VA_ARGS__},
	SCHEDULES(X)
#undef X
};

const char *const schedule_names[] = {
#define X(kind, name, ...) name,
	SCHEDULES(X)
#undef X
		NULL};

bool schedule_needs_length(enum schedule_kind kind)
{
	return rows[kind].needs_length;
}

double schedule_default_warmup(double epochs)
{
	return epochs > 0 ? fmin(1, epochs / 20) : 1;
}

double schedule_rate(const struct schedule *schedule, double position, double step)
{
	const struct schedule_row *row = &rows[schedule->kind];
	bool known = schedule->epochs > 0;
	double warmup = row->has_own_warmup && known ? 0 : schedule->warmup,
	       rest = schedule->epochs - warmup;
	if (position < warmup)
		return schedule->rate * fmin((position + step) / warmup, 1);
	if (row->needs_length && !known)
		return schedule->rate;
	double x = position - warmup < rest ? (position - warmup) / rest : 1;
	return schedule->rate * row->function(x, rest > 0 ? step / rest : 0);
}

struct plateau plateau_start(void)
{
	return (struct plateau){.best = INFINITY, .factor = 1};
}

void plateau_note(struct plateau *plateau, double loss)
{
	const double factor = 0.1, threshold = 1e-4;
	const int patience = 10;
	if (loss < plateau->best * (1 - threshold)) {
		plateau->best = loss;
		plateau->bad_epochs = 0;
	} else if (++plateau->bad_epochs > patience) {
		plateau->factor *= factor;
		plateau->bad_epochs = 0;
	}
}
