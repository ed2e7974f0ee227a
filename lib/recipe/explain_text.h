/* For people who write recipes: what strangers wrote, shown. */
#ifndef RECIPE_EXPLAIN_TEXT_H
#define RECIPE_EXPLAIN_TEXT_H

#include <stdio.h>

/* How many examples are shown of what there are more of. */
enum { EXPLAIN_EXAMPLES = 3 };

/* Writes text of strangers as one line that no terminal obeys, cut where it is long; NULL is "". */
void explain_text(FILE *stream, const char *text);

#endif
