/* Files that are read, which no output may replace: output_open (base/file.h) refuses to. They are known by device and
 * inode, and so by any name, and until the process ends. */
#ifndef BASE_PROTECTED_H
#define BASE_PROTECTED_H

#include "base/error.h"

#include <sys/stat.h>

/* Protects the regular file that `path` leads to ("-": standard input). What is not there, a folder, a device and a pipe
 * need no protection. Not to be called while other threads open outputs. Returns 0, or -1 without memory. */
CHECKED int protect_file(const char *path, struct error *error);

/* The name that the file of this device and inode was protected by, "standard input" for "-"; NULL: it is not protected. */
const char *protected_name(const struct stat *status);

/* The same for the file that `path` leads to. */
const char *protected_name_of(const char *path);

#endif
