/* Protects input files from being replaced by outputs: output_open (base/file.h) refuses to. They
 * are identified by device and inode, so by any name, until the process ends. */
#ifndef BASE_PROTECTED_H
#define BASE_PROTECTED_H

#include "base/error.h"

#include <sys/stat.h>

/* Protects the regular file at `path` ("-": standard input). Missing files, folders, devices and
 * pipes need no protection. Not to be called while other threads open outputs. Returns 0, or -1
 * without memory. */
CHECKED int protect_file(const char *path, struct error *error);

/* The name under which the file of this device and inode was protected, "standard input" for "-";
 * NULL: not protected. */
const char *protected_name(const struct stat *status);

/* The same for the file at `path`. */
const char *protected_name_of(const char *path);

#endif
