/* Text: lists of strings, strict parsing of numbers, escaping, UTF-8. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A list that owns its strings. All zero is an empty list. The other members belong to the
 * functions below: a long list has a hash table, so that finding takes constant time. */
struct text_list {
	char **items;
	size_t count;
	uint32_t *slots; /* open-addressing hash table of item indices + 1; 0: free. NULL in a short
	                    list */
	size_t slot_count; /* a power of two */
	size_t indexed;    /* items that are in the table */
};

/* Appends a copy of `text`. Returns 0, or -1 without memory (the list is unchanged). */
CHECKED int text_list_add(struct text_list *list, const char *text, struct error *error);

/* Sorts by bytes, as LC_ALL=C sort does. */
void text_list_sort(struct text_list *list);

/* Removes and frees the item at an index. */
void text_list_remove(struct text_list *list, size_t index);

/* Index of the first item that equals `text`, or -1. */
int text_list_find(const struct text_list *list, const char *text);

/* Frees the strings and leaves an empty list. */
void text_list_free(struct text_list *list);

/* Reads all of `text` as a number: no blanks, no trailing characters, no infinity
 * or NaN, '.' as decimal point in any locale. Returns false if it is not a number. */
bool text_to_integer(const char *text, int64_t *value);
bool text_to_unsigned(const char *text, uint64_t *value);
bool text_to_real(const char *text, double *value);

/* The value of a hexadecimal digit of either case, or -1. */
int text_hexadecimal(char digit);

/* Bytes of a byte order mark at the start of `text`: 3 or 0. */
size_t text_byte_order_mark(const char *text);

/* Normalizes lines saved by an editor on Windows, in place: removes a byte order mark at the start
 * of a line and CR at its end. A name that ends in CR therefore has to be escaped as by
 * text_write_field. */
void text_unify_lines(char *text);

/* Writes `text` as one field of one line, with characters escaped that would be invisible or change
 * the order of others: the bytes of control characters, of Unicode's Cf, Zl, Zp and default
 * ignorables (but not joiners, variation selectors and soft hyphens) and of invalid UTF-8 become
 * \xNN, tab \t, newline \n, and a backslash is doubled. */
void text_write_field(FILE *stream, const char *text);

/* Writes JSON from jansson with the characters that text_write_field escapes as \uXXXX, which is
 * equivalent. Line ends between strings stay. */
void text_write_json(FILE *stream, const char *json);

/* Reverses text_write_field in place. Returns false for an invalid escape. */
bool text_read_field(char *text);

/* Escapes for display in messages and on pages: as text_write_field, but a backslash is not
 * doubled, so escaping twice changes nothing. Into out[size], truncated to fit. Returns out. */
const char *text_printable(char *out, size_t size, const char *text);

/* Columns of text on a terminal: two for wide characters of East Asia, none for combining ones, one
 * for those that can't be shown. */
int text_columns(const char *text);

/* A rounded duration: "85 s", "9 min" above 90 s, "2.5 h" above 90 min. Into out[size], truncated
 * to fit. Returns out. */
const char *text_duration(char *out, size_t size, double seconds);

/* As sprintf, into allocated memory that the caller frees; NULL without memory. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The part of a path after its last '/'. */
const char *text_base_name(const char *path);

/* Whether the text is well-formed UTF-8. */
bool text_is_utf8(const char *text);

/* Whether `name` is a valid name of a class and so of a folder: 1 to 255 bytes of valid UTF-8,
 * no '/', no control characters, no leading '.', no leading or trailing blank. */
bool text_is_class_name(const char *name);

/* Writes text with the characters that HTML reserves (& < > " ') as entities, for content or a
 * quoted attribute. */
void text_write_html(FILE *stream, const char *text);

#endif
