/* Learning rate schedules: PyTorch's rates (tests/fixtures/train/make_schedules.py), and borders by
 * hand. */
#include "train/schedule.h"

#include "base/file.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error error;

static char *read_fixture(const char *name)
{
	char *text;
	if (file_read_text(fixture(name), 1 << 20, &text, &error))
		abort();
	return text;
}

static enum schedule_kind kind_by_name(const char *name)
{
	int kind = 0;
	while (schedule_names[kind] && strcmp(schedule_names[kind], name))
		kind++;
	return (enum schedule_kind)kind;
}

/* The largest difference over the updates of a line of schedules.tsv. */
static double compare_rates(struct schedule *schedule, double per_epoch, char *rates)
{
	double worst = 0;
	int update = 0;
	for (char *rate; (rate = strsep(&rates, "\t")); update++)
		worst = fmax(worst,
			fabs(schedule_rate(schedule, update / per_epoch, 1 / per_epoch) -
				atof(rate)));
	return update == schedule->epochs * per_epoch ? worst : INFINITY;
}

static void rates_of_pytorch(void)
{
	char *text = read_fixture("train/schedules.tsv"), *rest = text, *line;
	while (*(line = strsep(&rest, "\n"))) {
		const char *name = strsep(&line, "\t");
		struct schedule schedule = {.kind = kind_by_name(name), .rate = 1};
		schedule.epochs = atof(strsep(&line, "\t"));
		schedule.warmup = atof(strsep(&line, "\t"));
		double per_epoch = atof(strsep(&line, "\t"));
		double worst = compare_rates(&schedule, per_epoch, line);
		ok(worst < 1e-14,
			"%s of %g epochs, warm-up %g, %g updates each, is PyTorch's (%.2g)", name,
			schedule.epochs, schedule.warmup, per_epoch, worst);
	}
	free(text);
}

static void factors_of_pytorch(void)
{
	char *text = read_fixture("train/plateaus.tsv"), *rest = text, *line;
	for (int number = 1; *(line = strsep(&rest, "\n")); number++) {
		struct plateau plateau = plateau_start();
		double worst = 0, lowest = 1;
		while (line) {
			plateau_note(&plateau, atof(strsep(&line, "\t")));
			double expected = atof(strsep(&line, "\t"));
			worst = fmax(worst, fabs(plateau.factor / expected - 1));
			lowest = fmin(lowest, expected);
		}
		ok(worst < 1e-14, "plateau: losses %d, reduced to %g, as PyTorch", number, lowest);
	}
	free(text);
}

static void unusual_losses(void)
{
	struct plateau plateau = plateau_start();
	for (int epoch = 0; epoch < 11; epoch++)
		plateau_note(&plateau, NAN);
	ok(plateau.factor == 0.1 && isinf(plateau.best), "plateau: NaN is not better");
	plateau_note(&plateau, 2);
	ok(plateau.best == 2 && plateau.bad_epochs == 0, "  and a number is better than none");
}

static void borders(void)
{
	struct schedule s = {SCHEDULE_COSINE, 0.5, 0, 4};
	ok(schedule_rate(&s, 0, 0.1) == 0.5, "no warm-up: the highest rate at first");
	ok(schedule_rate(&s, 2, 0.1) == 0.25, "  half of it halfway");
	ok(schedule_rate(&s, 4, 0.1) == 0, "  0 at the end");
	ok(schedule_rate(&s, 5, 0.1) == 0, "  and after it");
	s.warmup = 1;
	ok(schedule_rate(&s, 0, 0.25) == 0.125, "a warm-up begins with a step's share");
	ok(schedule_rate(&s, 0.75, 0.25) == 0.5, "  ends with the highest rate");
	ok(schedule_rate(&s, 0.9, 0.25) == 0.5, "  and is never above it");
	ok(schedule_rate(&s, 1, 0.25) == 0.5, "  where the cosine begins");
	s.warmup = 4;
	ok(schedule_rate(&s, 3, 1) == 0.5, "a warm-up as long as the training");
	s.warmup = 8;
	ok(schedule_rate(&s, 3, 1) == 0.25, "a longer one is cut off");
	ok(schedule_rate(&s, 8, 1) == 0, "  and nothing comes after it");
	s = (struct schedule){SCHEDULE_STEP, 1, 0, 30};
	ok(schedule_rate(&s, 9.99, 0.01) == 1 && schedule_rate(&s, 10, 0.01) == 0.1 &&
			schedule_rate(&s, 20, 0.01) == 0.01 && schedule_rate(&s, 31, 0.01) == 0.01,
		"step: at thirds");
	s = (struct schedule){SCHEDULE_ONE_CYCLE, 1, 0, 1};
	ok(schedule_rate(&s, 0, 1) > 0 && schedule_rate(&s, 0, 1) <= 1, "one-cycle of one update");
}

static void unknown_length(void)
{
	for (int kind = 0; schedule_names[kind]; kind++) {
		struct schedule s = {(enum schedule_kind)kind, 2, 1, 0};
		ok(schedule_rate(&s, 0, 0.5) == 1 && schedule_rate(&s, 0.5, 0.5) == 2 &&
				schedule_rate(&s, 1, 0.5) == 2 && schedule_rate(&s, 99, 0.5) == 2,
			"%s of unknown length: constant after the warm-up", schedule_names[kind]);
		s.warmup = 0;
		ok(schedule_rate(&s, 0, 0.5) == 2, "  and without one");
		struct schedule known = {(enum schedule_kind)kind, 2, 0, 100};
		ok(schedule_needs_length(s.kind) == (schedule_rate(&known, 99, 0.5) < 2),
			"  it needs the length if it falls");
	}
	ok(schedule_default_warmup(0) == 1 && schedule_default_warmup(50) == 1 &&
			schedule_default_warmup(10) == 0.5 && schedule_default_warmup(1) == 0.05,
		"the default warm-up is an epoch, or a twentieth");
}

int main(void)
{
	rates_of_pytorch();
	factors_of_pytorch();
	unusual_losses();
	borders();
	unknown_length();
	return done();
}
