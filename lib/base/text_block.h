/* A list of strings as plain memory without pointers, for one process to write and another to
 * read. All zero is an empty list. */
#ifndef BASE_TEXT_BLOCK_H
#define BASE_TEXT_BLOCK_H

#include "base/text.h"

enum { TEXT_BLOCK_SIZE = 20 << 20 };

struct text_block {
	size_t size;                 /* bytes in use: strings, each with its NUL */
	char bytes[TEXT_BLOCK_SIZE]; /* pages that are not touched use no memory */
};

/* Writes a list as the block. Returns false if it is too large. */
bool text_block_write(struct text_block *block, const struct text_list *list);

/* Appends the strings of a block that another process wrote, and may still change: -1 if it is
 * none, or without memory (some may have been added). */
CHECKED int text_block_read(const struct text_block *block, struct text_list *list,
	struct error *error);

#endif
