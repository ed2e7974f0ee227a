/* Static checks of XPath expressions for errors that libxml2 reports only during evaluation. */
#ifndef RECIPE_XPATH_CHECK_H
#define RECIPE_XPATH_CHECK_H

#include "base/error.h"

/* Checks a well-formed XPath 1.0 expression for unknown functions, wrong numbers of arguments,
 * variables and namespace prefixes (there are none here), and literal patterns of matches() that
 * are not regular expressions. Returns 0, or -1 with the first error. */
CHECKED int xpath_check(const char *expression, struct error *error);

#endif
