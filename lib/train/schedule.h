/* Learning rate schedules, a row each: the learning rate of every update, by its place in the
 * training.
 *
 * To add one: a row here, and its function in train/schedule.c. */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include <stdbool.h>

/* X(kind, name, function, whether it needs the length of the training, whether it has a warm-up of
 * its own).
 *
 * constant:  the highest rate;
 * cosine:    half a cosine from it to 0, without restarts (Loshchilov and Hutter, "SGDR", 2017);
 * step:      times 0.1 after the first third, and after the second (as He et al., "Deep residual
 * learning", 2016); one-cycle: from 1/25 of it up in the first 0.3 of the training, then down to
 * 1/250000, along half a cosine each (Smith and Topin, "Super-convergence", 2018; PyTorch's
 * OneCycleLR without its cycle of momentum); plateau:   constant, but times the factor of struct
 * plateau. */
#define SCHEDULES(X) \
	X(CONSTANT, "constant", constant, false, false) \
	X(COSINE, "cosine", cosine, true, false) \
	X(STEP, "step", thirds, true, false) \
	X(ONE_CYCLE, "one-cycle", one_cycle, true, true) \
	X(PLATEAU, "plateau", constant, false, false)

enum schedule_kind {
#define X(kind, ...) SCHEDULE_##kind,
	SCHEDULES(X)
#undef X
};

/* Names on the command line, NULL-terminated, by enum schedule_kind. */
extern const char *const schedule_names[];

struct schedule {
	enum schedule_kind kind;
	double rate;   /* the highest learning rate */
	double warmup; /* length of the warm-up in epochs; 0: none */
	double epochs; /* length of the training, with the warm-up; 0: not known */
};

/* Whether the schedule is constant after the warm-up while the length of the training is not known.
 */
bool schedule_needs_length(enum schedule_kind kind);

/* One epoch, but at most a twentieth of the training; one epoch where the length is not known (0).
 */
double schedule_default_warmup(double epochs);

/* The learning rate of the update at `position` epochs from the start (0 at the first update);
 * `step` is the length of an update in epochs. A pure function of its arguments, with the same
 * result on every processor.
 *
 * During the warm-up the rate rises linearly: rate * (position + step) / warmup. Then the schedule
 * takes the rest of the training; after its end the rate stays. One-cycle ignores `warmup` where
 * the length is known. */
double schedule_rate(const struct schedule *schedule, double position, double step);

/* The state of `plateau`, which the caller keeps, and multiplies schedule_rate by its factor. As
 * PyTorch's ReduceLROnPlateau by default: after more than 10 epochs in a row whose loss is not
 * below the best by a 10,000th of it, the factor is multiplied by 0.1, and counting begins again.
 */
struct plateau {
	double best;    /* lowest loss so far; infinite before the first */
	int bad_epochs; /* in a row, since the best or since the last reduction */
	double factor;  /* of the learning rate */
};

/* The state before the first epoch. */
struct plateau plateau_start(void);

/* Takes the loss of an epoch: of validation, or of training where there is none. NaN is not better
 * than anything. */
void plateau_note(struct plateau *plateau, double loss);

#endif
