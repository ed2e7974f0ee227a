/* The pages that show a folder: HTML5 and its style. */
#ifndef BROWSE_PAGE_H
#define BROWSE_PAGE_H

#include "base/error.h"
#include "browse/listed.h"

#include <stddef.h>

/* How many pictures one page shows. */
enum { PAGE_PICTURES = 60 };

/* Where the pages look for their style sheet: no folder or picture can have that name. */
#define PAGE_STYLE_PATH "/?style"

/* And where the pictures of a list are. */
#define PAGE_LISTED_PATH "/?listed"

/* The style sheet of all pages. */
extern const char page_style[];

/* Makes page `number` (1 for the first) of the folder at `path`, which folder_find found under `root`; that of the
 * root itself leads to the pictures in `listed`, which may be NULL. *html, the caller's to free, is NULL unless 0 is
 * returned: 1 is for a page that does not exist, -1 for a failure. */
CHECKED int page_make(const char *root, const char *path, const struct listed *listed, int number, char **html,
	size_t *size, struct error *error);

/* The same of the pictures in a list, each with its note. Whether they are there is not looked at. */
CHECKED int page_make_listed(const char *root, const struct listed *listed, int number, char **html, size_t *size,
	struct error *error);

#endif
