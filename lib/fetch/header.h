/* What single headers of an answer say. */
#ifndef FETCH_HEADER_H
#define FETCH_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { HEADER_TEXT_SIZE = 128 };

/* The beginning of a line "NAME: VALUE", without blanks around VALUE; long ones are cut. */
struct header {
	char text[HEADER_TEXT_SIZE]; /* NAME, NUL */
	const char *value;           /* in it */
};

/* Takes a line of `size` bytes apart. Returns false where it is none of that form. */
bool header_read(struct header *header, const char *line, size_t size);

bool header_is(const struct header *header, const char *name);

enum header_coding { CODING_NONE, CODING_ZLIB, CODING_OTHER };

/* How the value of a Content-Encoding or Transfer-Encoding says that a body is coded: not at all or in chunks; once, in gzip's
 * or zlib's format; otherwise, or several times. */
enum header_coding header_coding(const char *value);

/* Seconds from `now` that the value of a Retry-After asks for, as a number or a date (RFC 9110, 10.2.3); 0: none. Finite. */
double header_retry_after(const char *value, time_t now);

/* Whether the value of an X-Robots-Tag, "[ROBOT:] RULE, ...", opts out of what becomes training data: noai, noimageai, noindex,
 * noimageindex, none, or unavailable_after with a date before `now`; whichever robot it names, and however badly the rules are
 * set apart. */
bool header_opts_out(const char *value, time_t now);

#endif
