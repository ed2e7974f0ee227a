/* Progress display: a bar on a terminal, plain lines elsewhere. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Numbered parts of a run, which outlive progress_start. */
struct progress_parts {
	int part, count; /* the current one from 1, and how many; count 0: not known */
	int first;       /* the part with which counting began: later than 1 in a resumed run */
	double started;  /* when it began */
};

/* A tool sets `stream` and `tool`, the library the rest. All zero displays nothing. */
struct progress {
	FILE *stream;     /* standard error in the tools; NULL: no display */
	const char *tool; /* begins every line */
	char part[64];    /* current part of the run, "epoch 3/50"; may be empty */
	bool terminal;    /* redraw one line instead of appending lines */
	char unit[16];    /* what is counted, a plural in s: "images" */
	uint64_t total;   /* 0: unknown */
	double started;   /* seconds of the monotonic clock */
	double last_drawn;
	struct progress_parts parts;
};

/* Seconds of the monotonic clock. */
double progress_clock(void);

/* Starts the display of a part of the run, or of all ("") of it. It has no number before
 * progress_number. */
void progress_start(struct progress *progress, const char *part, const char *unit, uint64_t total);

/* Says, after progress_start, that this is part `part`, from 1, of `count` of equal length (0: not
 * known), so that the time left of all is shown beside that of the part, "12 s of 9 min left". It
 * is estimated from the time since the first part that was numbered began, with what came between
 * parts. A number that is not above the one before begins again. */
void progress_number(struct progress *progress, int part, int count);

/* Whether it is displayed on a terminal whose character set is UTF-8, by the environment. */
bool progress_is_utf8(const struct progress *progress);

/* Shows that `done` of the total are done, and `note` ("loss 0.31"; "" for none).
 * Cheap to call for every item: it redraws ten times a second on a terminal, and
 * appends a line every ten seconds elsewhere. */
void progress_update(struct progress *progress, uint64_t done, const char *note);

/* Ends the display with one line: tool, part, count, rate, seconds, note. */
void progress_finish(struct progress *progress, uint64_t done, const char *note);

/* Clears the bar, so that a message can be printed; the next update redraws it. */
void progress_clear(struct progress *progress);

#endif
