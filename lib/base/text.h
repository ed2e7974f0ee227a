/* Small things with text: strict numbers, safe output, growing lists of names. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A list that owns its strings. All zero is an empty list. What else is in it is kept by the functions below: a long list has
 * a hash table, so that finding takes the same time in lists of any length. */
struct text_list {
	char **items;
	size_t count, capacity;
	uint32_t *slots;   /* numbers of items, from 1, at the places that their hashes give; 0: free. NULL in a short list */
	size_t slot_count; /* a power of two */
	size_t indexed;    /* items that the slots were made for */
};

/* Appends a copy of `text`. Returns 0, or -1 without memory (the list is unchanged). */
CHECKED int text_list_add(struct text_list *list, const char *text, struct error *error);

/* Sorts by bytes, as LC_ALL=C sort does. */
void text_list_sort(struct text_list *list);

/* Takes out the item at an index, and frees it. */
void text_list_remove(struct text_list *list, size_t index);

/* Index of `text`, of the first one where it is there twice, or -1. */
int text_list_find(const struct text_list *list, const char *text);

/* Frees the strings and leaves an empty list. */
void text_list_free(struct text_list *list);

/* Reads all of `text` as a number: no blanks, no trailing characters, no infinity
 * or NaN, '.' as decimal point whatever the locale. Returns false if it is none. */
bool text_to_integer(const char *text, int64_t *value);
bool text_to_unsigned(const char *text, uint64_t *value);
bool text_to_real(const char *text, double *value);

/* The value of a hexadecimal digit of either case, or -1. */
int text_hexadecimal(char digit);

/* Bytes of a byte order mark at the start of `text`: 3 or 0. */
size_t text_byte_order_mark(const char *text);

/* Makes lines that an editor on Windows saved those of any other, in place: takes the byte order mark off the start of each
 * line and the CR off its end. A name that does end in CR thus has to be written with the escape of text_write_field. */
void text_unify_lines(char *text);

/* Writes `text` so that it stays one field of one line, and is what it looks like: the bytes of a control character or of
 * one that isn't seen or turns others (Unicode's Cf, Zl, Zp and default ignorables; but joiners, variation selectors and soft
 * hyphens stay), and those that are no valid
 * UTF-8 become \xNN, tab \t, newline \n, a backslash two. */
void text_write_field(FILE *stream, const char *text);

/* Writes JSON as jansson makes it so that no string in it turns or hides what stands beside it: characters that
 * text_write_field escapes become \uXXXX, which says the same. Line ends between strings stay. */
void text_write_json(FILE *stream, const char *json);

/* Undoes text_write_field in place. Returns false at an escape that it never writes. */
bool text_read_field(char *text);

/* For people to read, in messages and on pages: as text_write_field, but a backslash stays one, so that what went through
 * here once stays as it is. Into out[size], cut to fit. Returns out. */
const char *text_printable(char *out, size_t size, const char *text);

/* How many columns text takes on a terminal: characters of East Asia two, accents that join another none. A character that
 * can't be shown counts as one. */
int text_columns(const char *text);

/* A printf into fresh memory, which the caller frees; NULL without memory. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The part of a path after its last '/'. */
const char *text_base_name(const char *path);

/* Whether the text is well-formed UTF-8. */
bool text_is_utf8(const char *text);

/* Whether `name` may name a class and thus a folder: 1 to 255 bytes of valid UTF-8,
 * no '/', no control characters, no leading '.', no leading or trailing blank. */
bool text_is_class_name(const char *name);

#endif
