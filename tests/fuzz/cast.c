/* The characters.json of draw-characters. */
#include "common/fuzz.h"

#include "draw/character.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct character_list list;
	struct error error = {0};
	if (character_list_parse((const char *)bytes, size, "characters.json", &list, &error))
		return fuzz_refused(&error);
	assert(list.count >= 1 && list.count <= CHARACTERS_MAXIMUM);
	for (size_t i = 0; i < list.count; i++)
		for (size_t j = 0; j < list.items[i].bone_count; j++)
			assert(list.items[i].bones[j].parent < (int)j);
	character_list_free(&list);
	return true;
}
