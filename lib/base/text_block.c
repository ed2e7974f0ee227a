#include "base/text_block.h"

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
	if (size > TEXT_BLOCK_SIZE || block->bytes[size - 1])
		return error_set(error, "text", "is damaged");
	for (const char *text = block->bytes; text < block->bytes + size; text += strlen(text) + 1)
		if (text_list_add(list, text, error))
			return -1;
	return 0;
}
