/* How far long work has come: a bar on a terminal, plain lines elsewhere. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A tool fills in where and under which name it is shown, the library the rest. All zero is a silent one. */
struct progress {
	FILE *stream;      /* standard error in the tools; NULL: silent */
	const char *tool;  /* begins every line */
	char part[64];     /* what of its work is being done, "epoch 3/50"; may be empty */
	bool terminal;     /* redraw one line instead of adding lines */
	char unit[16];     /* of what is counted, a plural in s: "images" */
	uint64_t total;    /* 0: not known */
	double started;    /* seconds of the monotonic clock */
	double last_drawn;
};

/* Seconds of the monotonic clock. */
double progress_clock(void);

/* Starts the display of a part of the work, or of all ("") of it. */
void progress_start(struct progress *progress, const char *part, const char *unit, uint64_t total);

/* Says that `done` of the total are done, and `note` ("loss 0.31"; "" for none).
 * Cheap to call for every item: it draws ten times a second on a terminal, and
 * adds a line every ten seconds elsewhere. */
void progress_update(struct progress *progress, uint64_t done, const char *note);

/* Ends the display with one line: tool, part, count, rate, seconds, note. */
void progress_finish(struct progress *progress, uint64_t done, const char *note);

/* Wipes a half-drawn bar, so that a message can be printed; the next update redraws it. */
void progress_clear(struct progress *progress);

#endif
