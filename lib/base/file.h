/* Files: read whole, folders listed in order, files written atomically. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/error.h"
#include "base/text.h"
#include "base/unfinished.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

/* Reads a whole regular file or pipe of at most `limit` bytes; "-" is standard
 * input. On success *bytes is the caller's to free (one NUL follows the *size
 * bytes); on failure (-1: missing, a folder, too large, no memory) it is NULL. */
CHECKED int file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size,
	struct error *error);

/* Opens a regular file for reading, following links; *status, which may be NULL, is its fstat
 * result. Anything else, such as a pipe, is refused without blocking. Returns a descriptor, the
 * caller's to close, or -1. */
CHECKED int file_open_regular(const char *path, struct stat *status, struct error *error);

/* As file_read, for regular files only: for files found in a folder, not named by the user. */
CHECKED int file_read_regular(const char *path, size_t limit, unsigned char **bytes, size_t *size,
	struct error *error);

/* As file_read, for text that a user may have edited: NUL bytes are refused, and line ends
 * normalized (text_unify_lines). *text is the caller's to free; NULL on failure. */
CHECKED int file_read_text(const char *path, size_t limit, char **text, struct error *error);
/* As file_read_text, for regular files only. */
CHECKED int file_read_regular_text(const char *path, size_t limit, char **text,
	struct error *error);

enum file_kind { FILE_REGULAR, FILE_FOLDER };

/* Appends the names (not paths) of the entries of folder `path` of `kind`, following
 * links and skipping hidden ones; the whole list is then sorted by bytes. Returns 0 or -1 (some may
 * have been added). The caller frees the list either way. */
CHECKED int file_list(const char *path, enum file_kind kind, struct text_list *names,
	struct error *error);

bool file_is_folder(const char *path);
/* The same where an answer that is wrong would do harm: 1 or 0, or -1 where the machine's fault
 * keeps it from looking. */
CHECKED int file_check_folder(const char *path, struct error *error);

/* Also true where the machine's fault keeps it from looking: whoever opens it then is told. */
bool file_exists(const char *path);
/* Whether it exists and is neither a file nor a folder, but a pipe or a device, which may block its
 * reader for ever. */
bool file_is_special(const char *path);

/* Makes a folder and its parents; succeeds if it exists. */
CHECKED int file_make_folder(const char *path, struct error *error);

/* Makes the parent folder of `path`, and its parents. */
CHECKED int file_make_parent(const char *path, struct error *error);

/* Reads the first bytes of a regular file, at most `size`. Returns how many; 0 if it is not a
 * regular file or can't be opened; -1 for an error of the machine. */
CHECKED ssize_t file_read_start(const char *path, void *start, size_t size, struct error *error);

/* "folder/name", which the caller frees; NULL without memory. */
char *file_join(const char *folder, const char *name);

/* The path of `name` in the folder of the file `path`, which the caller frees; NULL without
 * memory. */
char *file_beside(const char *path, const char *name);

/* A file written atomically: to an unfinished file in the same folder, renamed to the final name
 * when complete. If that name is a symbolic link, the link stays and its target is replaced. The
 * new file gets the permissions of the replaced one, and its owner if permitted; other hard links
 * to it keep the old content. A target that is not a regular file (a device, a pipe) is written
 * directly. */
struct output {
	char *path;                   /* as given; NULL for standard output */
	char *target;                 /* final name, all links resolved */
	struct unfinished unfinished; /* the unfinished file; empty if written directly */
	FILE *stream;                 /* for the caller to write */
};

/* Starts output to `path`; NULL or "-" is standard output. On failure (-1: also where a file that
 * is read would be replaced, base/protected.h) nothing is created and *output needs no end. */
CHECKED int output_open(struct output *output, const char *path, struct error *error);

/* Flushes output, and syncs a file, so that where several outputs belong together all are written
 * before the first gets its name. On failure (-1: a full disk, a closed pipe) the output is still
 * to be abandoned. */
CHECKED int output_sync(struct output *output, struct error *error);

/* Ends output: output_sync, and for a file renames it into place. On
 * failure (-1: a full disk, a closed pipe) the file of the final name is unchanged.
 * Either way *output is ended. */
CHECKED int output_commit(struct output *output, struct error *error);

/* Ends output without changing the file of the final name. */
void output_abandon(struct output *output);

/* Writes `size` bytes to `path` atomically: the three above in one. */
CHECKED int output_bytes(const char *path, const void *bytes, size_t size, struct error *error);

#endif
