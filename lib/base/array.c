#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_FIRST = 4096 };

void *array_grow(void *items, size_t count, size_t size)
{
	bool is_full = (count & (count - 1)) == 0;
	if (!is_full)
		return items;
	size_t capacity = count ? 2 * count : 1;
	return count <= SIZE_MAX / 2 / size ? realloc(items, capacity * size) : NULL;
}

void *array_copy(const void *items, size_t count, size_t size)
{
	size_t capacity = 1;
	while (capacity < count && capacity <= SIZE_MAX / 2)
		capacity *= 2;
	void *copy =
		capacity >= count && capacity <= SIZE_MAX / size ? malloc(capacity * size) : NULL;
	if (copy && count)
		memcpy(copy, items, count * size);
	return copy;
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t size)
{
	if (size > SIZE_MAX / 4 || buffer->size > SIZE_MAX / 4)
		return false;
	if (size > buffer->capacity - buffer->size) {
		size_t capacity = 2 * (buffer->size + size) + BUFFER_FIRST;
		unsigned char *larger = realloc(buffer->bytes, capacity);
		if (!larger)
			return false;
		buffer->bytes = larger;
		buffer->capacity = capacity;
	}
	if (size)
		memcpy(buffer->bytes + buffer->size, bytes, size);
	buffer->size += size;
	return true;
}
