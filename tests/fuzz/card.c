/* The input settings in a model card. */
#include "common/fuzz.h"

#include "model/picture.h"

#include <assert.h>

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct picture_settings settings;
	struct error error = {0};
	struct model model = {.graph = {.input = {.channels = 3}},
		.card = json_loadb((const char *)bytes, size, 0, NULL)};
	bool accepted = model.card &&
		(picture_settings_read(&settings, &model, NULL, &error) == 0 ||
			fuzz_refused(&error));
	assert(!accepted ||
		(settings.fit <= IMAGE_PAD && settings.filter <= IMAGE_LANCZOS &&
			settings.values.scale[0] > 0));
	json_decref(model.card);
	return accepted;
}
