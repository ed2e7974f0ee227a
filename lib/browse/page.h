/* The HTML pages that show a folder, and their style sheet. */
#ifndef BROWSE_PAGE_H
#define BROWSE_PAGE_H

#include "base/error.h"
#include "browse/listed.h"

#include <stddef.h>

/* Images per page. */
enum { PAGE_PICTURES = 60 };

/* URL of the style sheet: no folder or image can have that name. */
#define PAGE_STYLE_PATH "/?style"

/* URL of the images of the list. */
#define PAGE_LISTED_PATH "/?listed"

/* The style sheet of all pages. */
extern const char page_style[];

/* Creates page `number` (1 for the first) of the folder at `path`, which folder_find found below
 * `root`; that of the root itself has a link to the images in `listed`, which may be NULL. Returns
 * 0, 1 if there is no such page, or -1; *html is the caller's to free, and NULL unless 0 is
 * returned. */
CHECKED int page_make(const char *root, const char *path, const struct listed *listed, int number,
	char **html, size_t *size, struct error *error);

/* The same for the images of a list, each with its note; they may be missing. */
CHECKED int page_make_listed(const char *root, const struct listed *listed, int number, char **html,
	size_t *size, struct error *error);

#endif
