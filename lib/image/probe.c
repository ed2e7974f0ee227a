#include "image/decoders.h"

#include <string.h>

bool has_bytes(const struct encoded *encoded, size_t offset, const char *bytes, size_t length)
{
	return encoded->size >= offset + length &&
		memcmp(encoded->bytes + offset, bytes, length) == 0;
}

int set_size(struct image_info *info, uint32_t width, uint32_t height)
{
	info->width = width > INT32_MAX ? INT32_MAX : (int)width;
	info->height = height > INT32_MAX ? INT32_MAX : (int)height;
	return 0;
}

int header_cut_short(const struct encoded *encoded, const struct image_info *info,
	struct error *error)
{
	return error_set(error, encoded->name, "cut short: the %s header is not whole",
		image_type_name(info->type));
}

/* A type with a signature goes before one that any bytes may look like. */
static enum image_type find_type(const struct encoded *encoded)
{
	enum image_type found = IMAGE_UNKNOWN;
	for (int i = IMAGE_UNKNOWN + 1; i < IMAGE_TYPE_COUNT; i++) {
		enum image_type type = (enum image_type)i;
		if (!image_codec(type)->recognizes(encoded))
			continue;
		if (image_type_has_signature(type))
			return type;
		found = type;
	}
	return found;
}

int probe_in_process(const unsigned char *bytes, size_t size, const char *name,
	struct image_info *info, struct error *error)
{
	struct encoded encoded = {bytes, size, name};
	*info = (struct image_info){0};
	if (size == 0)
		return error_set(error, name, "is empty");
	info->type = find_type(&encoded);
	return info->type == IMAGE_UNKNOWN
		? error_set(error, name, "is not an image of a known type")
		: image_codec(info->type)->probe(&encoded, info, error);
}
