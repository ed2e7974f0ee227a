/* The characters.json of draw-characters. */
#include "common/fuzz.h"

#include "draw/character.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct cast cast;
	struct error error = {0};
	if (cast_parse((const char *)bytes, size, "characters.json", &cast, &error))
		return fuzz_refused(&error);
	assert(cast.count >= 1 && cast.count <= CAST_MAXIMUM);
	for (size_t i = 0; i < cast.count; i++)
		for (size_t j = 0; j < cast.characters[i].bone_count; j++)
			assert(cast.characters[i].bones[j].parent < (int)j);
	cast_free(&cast);
	return true;
}
