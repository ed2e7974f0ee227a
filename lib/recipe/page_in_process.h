/* Inside page: the functions without sandbox, called in the program itself or in a sandboxed
 * worker. */
#ifndef RECIPE_PAGE_IN_PROCESS_H
#define RECIPE_PAGE_IN_PROCESS_H

#include "recipe/page.h"

/* As page_read and page_explain. */
CHECKED int page_read_in_process(const struct page *page, struct page_findings *findings,
	struct error *error);
CHECKED int page_explain_in_process(const struct page *page, FILE *stream, struct error *error);

#endif
