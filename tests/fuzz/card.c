/* The input settings in a model card. */
#include "common/fuzz.h"

#include "model/picture.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct picture_settings settings;
	struct error error = {0};
	json_t *card = json_loadb((const char *)bytes, size, 0, NULL);
	bool accepted = card &&
		(picture_settings_read(&settings, card, &error) == 0 || fuzz_refused(&error));
	assert(!accepted || (settings.fit <= IMAGE_PAD && settings.filter <= IMAGE_LANCZOS));
	json_decref(card);
	return accepted;
}
