/* robots.txt: the Robots Exclusion Protocol (RFC 9309). */
#ifndef FETCH_ROBOTS_H
#define FETCH_ROBOTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A reader may stop after this many bytes (RFC 9309, 2.5). */
enum { ROBOTS_BYTES_MAXIMUM = 500 * 1024 };

/* The rules of one host for one robot. All zero allows everything. */
struct robots {
	char *rules; /* each a character, a pattern and a NUL; owned */
	size_t size; /* bytes of them all */
};

/* Reads the group of `robot` (a product token, "millrace"; letters of either case), or else the group "*".
 * What can't be understood is skipped, as the protocol asks. On failure (-1, no memory) *robots is empty. */
CHECKED int robots_parse(struct robots *robots, const char *bytes, size_t size, const char *robot,
	struct error *error);

/* Whether `path` (with its query, "/a?b") may be asked for: the longest matching rule decides, allow wins over disallow
 * of the same length; "*" stands for any bytes, a final "$" for the end; how either is percent-encoded makes no
 * difference. Without memory to tell, nothing may. */
bool robots_allow(const struct robots *robots, const char *path);

void robots_free(struct robots *robots);

#endif
