/* A folder of pictures as a visitor may see it: nothing outside it, nothing hidden. */
#ifndef BROWSE_FOLDER_H
#define BROWSE_FOLDER_H

#include "base/error.h"
#include "base/text.h"

/* Finds what a URL's path ("/red%20shells/a.png") names under `root` (as realpath gives it). No component may be
 * hidden, "." or "..", or hold an encoded slash, a NUL or a bad escape, and links must not lead out. Returns the
 * real path in fresh memory, which the caller frees, or NULL: there is nothing of that name for a visitor. */
char *folder_find(const char *root, const char *url_path);

/* Lists the folders and the pictures (by the extension of their names) in a folder that folder_find may have found
 * under `root`, each sorted; what is hidden or leads out is left out. The caller frees both lists either way. */
CHECKED int folder_list(const char *root, const char *path, struct text_list *folders, struct text_list *pictures,
	struct error *error);

/* The media type of a picture by its name, or NULL: not a picture. */
const char *folder_media_type(const char *name);

#endif
