/* Safe display of untrusted text, for authors of recipes. */
#ifndef RECIPE_EXPLAIN_TEXT_H
#define RECIPE_EXPLAIN_TEXT_H

#include <stdio.h>

/* The number of examples shown of each list. */
enum { EXPLAIN_EXAMPLES = 3 };

/* Writes untrusted text as one line without control characters, truncated if it is long; NULL is
 * "". */
void explain_text(FILE *stream, const char *text);

#endif
