#include "base/text_block.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

bool text_block_write(struct text_block *block, const struct text_list *list)
{
	block->size = 0;
	for (size_t i = 0; i < list->count; i++) {
		size_t size = strlen(list->items[i]) + 1;
		if (size > TEXT_BLOCK_SIZE - block->size)
			return false;
		memcpy(block->bytes + block->size, list->items[i], size);
		block->size += size;
	}
	return true;
}

int text_block_read(const struct text_block *block, struct text_list *list, struct error *error)
{
	size_t size = block->size;
	if (size == 0)
		return 0;
	if (size > TEXT_BLOCK_SIZE)
		return error_set(error, "text", "is damaged");
	/* A copy, which the other process can't change. */
	char *bytes = array_copy(block->bytes, size, 1);
	int result = !bytes       ? error_memory(error, "text")
		: bytes[size - 1] ? error_set(error, "text", "is damaged")
				  : 0;
	for (size_t at = 0; result == 0 && at < size; at += strlen(bytes + at) + 1)
		result = text_list_add(list, bytes + at, error);
	free(bytes);
	return result;
}
