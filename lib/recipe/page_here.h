/* Inside page: what is done with one in the process that does it, the program itself or a confined worker. */
#ifndef RECIPE_PAGE_HERE_H
#define RECIPE_PAGE_HERE_H

#include "recipe/page.h"

/* As page_read and page_explain. */
CHECKED int page_read_here(const struct page *page, struct page_findings *findings, struct error *error);
CHECKED int page_explain_here(const struct page *page, FILE *stream, struct error *error);

#endif
