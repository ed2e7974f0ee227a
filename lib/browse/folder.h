/* Access to a folder of images: no hidden files, nothing outside of it. */
#ifndef BROWSE_FOLDER_H
#define BROWSE_FOLDER_H

#include "base/error.h"
#include "base/text.h"

/* Resolves the path of a URL ("/red%20shells/a.png") below `root` (from realpath). No component may
 * be hidden, "." or "..", or have an encoded slash, a NUL or an invalid escape, and symbolic links
 * must not lead outside. Returns the real path in new memory, which the caller frees, or NULL:
 * there is no such path, or it is not allowed. */
char *folder_find(const char *root, const char *url_path);

/* Lists the folders and the images (by file name extension) in a folder that folder_find found
 * below `root`, each sorted, without hidden ones and links to the outside. The caller frees both
 * lists either way. */
CHECKED int folder_list(const char *root, const char *path, struct text_list *folders,
	struct text_list *pictures, struct error *error);

/* The media type of an image by its file name, or NULL: not an image. */
const char *folder_media_type(const char *name);

#endif
