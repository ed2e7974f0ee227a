#include "image/type.h"

#include "image/decoders.h"

#include <string.h>
#include <strings.h>

enum { EXTENSIONS = 4 };

static const struct {
	const char *name, *media;
	bool has_signature;
	const char *extensions[EXTENSIONS + 1]; /* ended by NULL */
} ROWS[] = {[IMAGE_UNKNOWN] = {"unknown", NULL, false, {"bin"}},
#define TYPE(kind, name, media, has_signature, ...) \
	[IMAGE_##kind] = {#name, media, has_signature, {__VA_ARGS__}},
	IMAGE_TYPES(TYPE)
#undef TYPE
};
_Static_assert(sizeof ROWS / sizeof *ROWS == IMAGE_TYPE_COUNT, "a row for each type of image");

static const struct image_codec CODECS[] = {
#define TYPE(kind, name, ...) [IMAGE_##kind] = {is_##name, probe_##name, decode_##name},
	IMAGE_TYPES(TYPE)
#undef TYPE
};

const struct image_codec *image_codec(enum image_type type)
{
	return &CODECS[type];
}

const char *image_type_name(enum image_type type)
{
	return ROWS[type].name;
}

const char *image_type_extension(enum image_type type)
{
	return ROWS[type].extensions[0];
}

const char *image_type_media(enum image_type type)
{
	return ROWS[type].media;
}

bool image_type_has_signature(enum image_type type)
{
	return ROWS[type].has_signature;
}

enum image_type image_type_by_name(const char *name)
{
	enum image_type type = IMAGE_TYPE_COUNT - 1;
	while (type != IMAGE_UNKNOWN && strcmp(name, ROWS[type].name))
		type--;
	return type;
}

static bool has_extension(enum image_type type, const char *extension)
{
	for (const char *const *known = ROWS[type].extensions; *known; known++)
		if (strcasecmp(extension, *known) == 0)
			return true;
	return false;
}

enum image_type image_type_by_extension(const char *extension)
{
	enum image_type type = IMAGE_TYPE_COUNT - 1;
	while (type != IMAGE_UNKNOWN && !has_extension(type, extension))
		type--;
	return type;
}
