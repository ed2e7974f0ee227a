/* What libxml2 finds out only while it evaluates an expression, and then only where it comes to it. */
#ifndef RECIPE_XPATH_CHECK_H
#define RECIPE_XPATH_CHECK_H

#include "base/error.h"

/* Looks through a well-formed XPath 1.0 expression for functions that are not there, or take another number of arguments;
 * for variables and prefixes of names, which stand for nothing here; and for a pattern of matches() that is written
 * out and no regular expression. Returns 0, or -1 with the first of them as the reason. */
CHECKED int xpath_check(const char *expression, struct error *error);

#endif
