/* Lists of classes and of labelled files, as text. */
#ifndef DATASET_LIST_H
#define DATASET_LIST_H

#include "dataset/class_folders.h"

/* Appends the names in "a,b,c". Returns 0, or -1: an invalid class name, or one given twice. */
CHECKED int classes_parse(struct text_list *classes, const char *text, struct error *error);

/* Appends the classes, in label order, of a tensor stream (its first head), of a text file with one
 * class per line, or of a model folder (its labels.txt); `path` may be a pipe, and "-" is standard
 * input. Returns 0 or -1. */
CHECKED int classes_read(struct text_list *classes, const char *path, struct error *error);

/* Appends the files in a list, "-" being standard input: a row per file (dataset/table.h), its path
 * and then its classes. In a CSV table with a header (a first row with a column "path", "file",
 * "filename" or "image") that column is the path and the columns "class" or "label" are the
 * classes; other columns and empty classes are ignored. A file without a class gets label -1.
 *
 * If `files` already has classes, their order stays and an unknown one is an error; else the
 * classes are those of the list, sorted by bytes. Returns 0, or -1 with the line in the object. */
CHECKED int list_read(struct dataset_files *files, const char *path, struct error *error);

/* Adds classes to files that are already listed: a row per file, in their order, with its classes
 * only; else as list_read. Returns 0, or -1: another number of rows than files. */
CHECKED int list_read_labels(struct dataset_files *files, const char *path, struct error *error);

#endif
