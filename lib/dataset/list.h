/* Classes and labelled files as text. */
#ifndef DATASET_LIST_H
#define DATASET_LIST_H

#include "dataset/class_folders.h"

/* Appends the names in "a,b,c". Returns 0, or -1: a name that can't be a class, or one named twice. */
CHECKED int classes_parse(struct text_list *classes, const char *text, struct error *error);

/* Appends the classes, in label order, of a tensor stream (its first head), of a text file with a class a line, or of
 * a model folder (its labels.txt); `path` may be a pipe, and "-" is standard input. Returns 0 or -1. */
CHECKED int classes_read(struct text_list *classes, const char *path, struct error *error);

/* Appends the files that a list names, "-" being standard input: a row each (dataset/table.h), the path and then the file's
 * classes. Of a CSV table with a header, a first row that names one column "path", "file", "filename" or "image", that
 * column is the path, and those named "class" or "label" are the classes; others don't count, nor do empty classes. A file
 * without a class gets label -1.
 *
 * Where `files` holds classes already, their order stays and an unknown one is an error; else the classes are
 * those of the list, sorted by bytes. Returns 0, or -1 naming the line. */
CHECKED int list_read(struct dataset_files *files, const char *path, struct error *error);

/* Gives files that are there already their classes: a row for each, in their order, that holds nothing else; else as
 * list_read. Returns 0, or -1: not as many rows as files. */
CHECKED int list_read_labels(struct dataset_files *files, const char *path, struct error *error);

#endif
