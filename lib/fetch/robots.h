/* robots.txt: the Robots Exclusion Protocol (RFC 9309). */
#ifndef FETCH_ROBOTS_H
#define FETCH_ROBOTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A parser may stop after this many bytes (RFC 9309, 2.5). */
enum { ROBOTS_BYTES_MAXIMUM = 500 * 1024 };

/* The rules of one host for one crawler. All zero allows everything. */
struct robots {
	char *rules; /* each: a character, a path pattern, a NUL; owned */
	size_t size; /* of all rules in bytes */
};

/* Parses the group of the product token `robot` ("millrace"; case-insensitive), or else the group
 * "*". Invalid lines are skipped, as the protocol demands. On failure (-1, no memory) *robots is
 * empty. */
CHECKED int robots_parse(struct robots *robots, const char *bytes, size_t size, const char *robot,
	struct error *error);

/* Whether `path` (with its query, "/a?b") may be fetched: the longest matching rule decides, allow
 * before disallow of the same length; "*" matches any bytes, a final "$" the end; percent-encoding
 * of either is normalized. Returns false without memory. */
bool robots_allow(const struct robots *robots, const char *path);

void robots_free(struct robots *robots);

#endif
