/* The additional XPath functions of recipes: see selector.h. */
#ifndef RECIPE_XPATH_FUNCTIONS_H
#define RECIPE_XPATH_FUNCTIONS_H

#include <libxml/xpath.h>

/* Adds matches() and largest() to a context whose userData is a struct tree. */
void xpath_functions_register(xmlXPathContextPtr context);

#endif
