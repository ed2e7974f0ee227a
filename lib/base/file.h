/* Files: read whole, listed in order, written so that nothing half-done is seen. */
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

/* Opens a regular file, links followed, to read; *facts, which may be NULL, is what fstat says. Anything else in its place, a pipe
 * above all, is refused without waiting for it. Returns a descriptor, the caller's to close, or -1. */
CHECKED int file_open_regular(const char *path, struct stat *facts, struct error *error);

/* As file_read, a regular file alone: for one that a person did not name, but a folder holds. */
CHECKED int file_read_regular(const char *path, size_t limit, unsigned char **bytes, size_t *size,
	struct error *error);

/* As file_read, of text that a user may have edited: bytes of zero are refused, and lines are unified (text_unify_lines).
 * *text is the caller's to free; NULL on failure. */
CHECKED int file_read_text(const char *path, size_t limit, char **text, struct error *error);
/* As file_read_text, a regular file alone. */
CHECKED int file_read_regular_text(const char *path, size_t limit, char **text, struct error *error);

enum file_kind { FILE_REGULAR, FILE_FOLDER };

/* Appends the names (not paths) of the entries of folder `path` that are of `kind`, links
 * followed, hidden ones left out; the whole list is then sorted by bytes. Returns 0 or -1 (some may
 * have been added). The caller frees the list either way. */
CHECKED int file_list(const char *path, enum file_kind kind, struct text_list *names,
	struct error *error);

bool file_is_folder(const char *path);
/* The same where an answer that is wrong would do harm: 1 or 0, or -1 where the machine's fault keeps it from looking. */
CHECKED int file_check_folder(const char *path, struct error *error);

/* Also true where the machine's fault keeps it from looking: whoever opens it then is told. */
bool file_exists(const char *path);
/* Whether it is there and neither a file nor a folder, but a pipe or a device, which may keep its reader waiting for ever. */
bool file_is_special(const char *path);

/* Makes a folder and those above it; one that is there already is fine. */
CHECKED int file_make_folder(const char *path, struct error *error);

/* Makes the folder that `path` is to lie in, and those above it. */
CHECKED int file_make_parent(const char *path, struct error *error);

/* Reads the first bytes of a regular file, at most `size`. Returns how many; 0 of what is no such file or can't be opened;
 * -1 where that is the machine's fault. */
CHECKED ssize_t file_read_start(const char *path, void *start, size_t size, struct error *error);

/* "folder/name" in fresh memory, which the caller frees; NULL without memory. */
char *file_join(const char *folder, const char *name);

/* A file in the making: written beside its final name and renamed onto it when whole. Where that name is a symbolic link
 * the link stays, and the file it leads to is replaced. A file that is replaced leaves its permissions to the new one,
 * and its owner where that is allowed; further hard links to it keep the old content. A target that is no regular file
 * (a device, a pipe) is written directly. */
struct output {
	char *path;                   /* name it was given; NULL for standard output */
	char *target;                 /* final name: at the end of all links */
	struct unfinished unfinished; /* where it is being written; empty when written directly */
	FILE *stream;                 /* for the caller to write to */
};

/* Starts output to `path`; NULL or "-" is standard output. On failure (-1: also where a file that is read would be
 * replaced, base/protected.h) nothing is left behind and *output needs no end. */
CHECKED int output_open(struct output *output, const char *path, struct error *error);

/* Ends output: flushes, and for a file syncs and renames it into place. On
 * failure (-1: a full disk, a closed pipe) the final name is as it was before.
 * Either way *output is ended. */
CHECKED int output_commit(struct output *output, struct error *error);

/* Ends output and leaves the final name as it was. */
void output_abandon(struct output *output);

/* Writes `size` bytes to `path` whole or not at all: the three above in one. */
CHECKED int output_bytes(const char *path, const void *bytes, size_t size, struct error *error);

#endif
