/* Parses single header fields of an HTTP response. */
#ifndef FETCH_HEADER_H
#define FETCH_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { HEADER_TEXT_SIZE = 128 };

/* A line "NAME: VALUE", without white space around VALUE; truncated to HEADER_TEXT_SIZE. */
struct header_field {
	char text[HEADER_TEXT_SIZE]; /* NAME, NUL */
	const char *value;           /* in `text` */
};

/* Parses a line of `size` bytes. Returns false if it is not of that form. */
bool header_parse(struct header_field *header, const char *line, size_t size);

bool header_is_named(const struct header_field *header, const char *name);

enum header_coding { CODING_NONE, CODING_ZLIB, CODING_OTHER };

/* The coding in the value of a Content-Encoding or Transfer-Encoding: CODING_NONE (identity or
 * chunked), CODING_ZLIB (one layer of gzip or deflate), CODING_OTHER (any other, or several). */
enum header_coding header_coding(const char *value);

/* The delay in seconds from `now` in the value of a Retry-After, a number or a date (RFC
 * 9110, 10.2.3); 0: none. Finite. */
double header_retry_after(const char *value, time_t now);

/* Whether the value of an X-Robots-Tag, "[USER-AGENT:] RULE, ...", opts out of use as training
 * data: noai, noimageai, noindex, noimageindex, none, or unavailable_after with a date before
 * `now`; for whichever user agent, and with any common separators. */
bool header_opts_out(const char *value, time_t now);

#endif
