/* The pages that show a folder: HTML5 and its style. */
#ifndef BROWSE_PAGE_H
#define BROWSE_PAGE_H

#include "base/error.h"

#include <stddef.h>

/* How many pictures one page shows. */
enum { PAGE_PICTURES = 60 };

/* Where the pages look for their style sheet: no folder or picture can have that name. */
#define PAGE_STYLE_PATH "/?style"

/* The style sheet of all pages. */
extern const char page_style[];

/* Makes page `number` (1 for the first) of the folder at `path`, which folder_find found under `root`. *html, the
 * caller's to free, is NULL unless 0 is returned: 1 is for a page that does not exist, -1 for a failure. */
CHECKED int page_make(const char *root, const char *path, int number, char **html, size_t *size, struct error *error);

#endif
