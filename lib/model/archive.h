/* Zip archives that hold a model (libzip). Untrusted: read in memory, in a confined process.
 *
 * Entries are named files of the archive's top level; those in folders and links do not count, and
 * what does not belong to a model stays unread. */
#ifndef MODEL_ARCHIVE_H
#define MODEL_ARCHIVE_H

#include "format/files.h"

/* Whether the bytes begin as a zip archive does. */
bool archive_is_zip(const struct model_file *file);

/* Reads the files of a model, chosen by model_files_choose(), from an archive. files->path is the
 * caller's and set; the rest is written. At most 64 MB and 16 times the archive's size are
 * unpacked. On failure (-1: not a zip archive, damaged, encrypted, no model in it, too large)
 * *files is empty but for its path. Ended by archive_close(). */
CHECKED int archive_open(struct model_files *files, const struct model_file *archive,
	struct error *error);
void archive_close(struct model_files *files);

#endif
