/* Arrays that grow by doubling, and buffers of bytes. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for one more item in an array of `count` items of `size` bytes that was grown by this
 * function alone (NULL at first); items may have been removed since. The capacity is the next power
 * of two, so it need not be stored. Returns the array, which may have moved and is the caller's to
 * free; NULL without memory: the old array is then still valid. */
void *array_grow(void *items, size_t count, size_t size);

/* A copy of `count` items of `size` bytes, which array_grow() can make longer; the caller's to
 * free, also where count is 0. NULL without memory. */
void *array_copy(const void *items, size_t count, size_t size);

/* Bytes appended one after the other; all zero is empty. */
struct buffer {
	unsigned char *bytes; /* the caller's to free */
	size_t size, capacity;
};

/* Appends a copy of `size` bytes. Returns false without memory: the buffer is then as before. */
bool buffer_append(struct buffer *buffer, const void *bytes, size_t size);

#endif
