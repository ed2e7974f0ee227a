#include "image/decoders.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	const char *name, *extension;
} types[] = {
	[IMAGE_UNKNOWN] = {"unknown", "bin"},
	[IMAGE_JPEG] = {"jpeg", "jpg"},
	[IMAGE_PNG] = {"png", "png"},
	[IMAGE_WEBP] = {"webp", "webp"},
	[IMAGE_GIF] = {"gif", "gif"},
	[IMAGE_BMP] = {"bmp", "bmp"},
	[IMAGE_TGA] = {"tga", "tga"},
	[IMAGE_PSD] = {"psd", "psd"},
	[IMAGE_PNM] = {"pnm", "pnm"},
};

const char *image_type_name(enum image_type type)
{
	return types[type].name;
}

const char *image_type_extension(enum image_type type)
{
	return types[type].extension;
}

static bool begins(const struct encoded *encoded, size_t offset, const char *magic, size_t length)
{
	return encoded->size >= offset + length &&
		memcmp(encoded->bytes + offset, magic, length) == 0;
}

/* TGA has no magic number: every field of its header must be valid (Truevision TGA 2.0, fields 1 to
 * 5). */
static bool is_tga(const struct encoded *encoded)
{
	const unsigned char *p = encoded->bytes;
	if (encoded->size < 18)
		return false;
	bool mapped = p[1] == 1, kind_mapped = p[2] == 1 || p[2] == 9;
	bool kind_plain = p[2] == 2 || p[2] == 3 || p[2] == 10 || p[2] == 11;
	bool depth = p[16] == 8 || p[16] == 15 || p[16] == 16 || p[16] == 24 || p[16] == 32;
	bool map_depth = p[7] == 15 || p[7] == 16 || p[7] == 24 || p[7] == 32;
	return p[1] <= 1 && (kind_plain || kind_mapped) && mapped == kind_mapped && depth &&
		(mapped ? map_depth && p[16] == 8 && load_u16(p + 5) > 0 : true) &&
		(p[17] & 0xc0) == 0;
}

static enum image_type sniff(const struct encoded *encoded)
{
	if (begins(encoded, 0, "\xff\xd8\xff", 3))
		return IMAGE_JPEG;
	if (begins(encoded, 0, "\x89PNG\r\n\x1a\n", 8))
		return IMAGE_PNG;
	if (begins(encoded, 0, "RIFF", 4) && begins(encoded, 8, "WEBP", 4))
		return IMAGE_WEBP;
	if (begins(encoded, 0, "GIF87a", 6) || begins(encoded, 0, "GIF89a", 6))
		return IMAGE_GIF;
	if (begins(encoded, 0, "8BPS\0\1", 6))
		return IMAGE_PSD;
	if (begins(encoded, 0, "BM", 2) && begins(encoded, 15, "\0\0\0", 3))
		return IMAGE_BMP;
	if (begins(encoded, 0, "P5", 2) || begins(encoded, 0, "P6", 2))
		return IMAGE_PNM;
	return is_tga(encoded) ? IMAGE_TGA : IMAGE_UNKNOWN;
}

static int cut_short(const struct encoded *encoded, enum image_type type, struct error *error)
{
	return error_set(error, encoded->name, "cut short: the %s header is not whole",
		image_type_name(type));
}

static int set_size(struct image_info *info, uint32_t width, uint32_t height)
{
	info->width = width > INT32_MAX ? INT32_MAX : (int)width;
	info->height = height > INT32_MAX ? INT32_MAX : (int)height;
	return 0;
}

static int probe_bmp(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	enum { OS2_HEADER = 12 };
	const unsigned char *p = encoded->bytes;
	if (encoded->size < 26)
		return cut_short(encoded, IMAGE_BMP, error);
	if (load_u32(p + 14) == OS2_HEADER)
		return set_size(info, load_u16(p + 18), load_u16(p + 20));
	int32_t height = (int32_t)load_u32(p + 22); /* negative: rows from the top */
	return set_size(info, load_u32(p + 18),
		height < 0 ? 0u - (uint32_t)height : (uint32_t)height);
}

static int probe_fixed(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	const unsigned char *p = encoded->bytes;
	switch (info->type) {
	case IMAGE_PNG:
		if (!begins(encoded, 12, "IHDR", 4) || encoded->size < 24)
			break;
		return set_size(info, load_u32_big(p + 16), load_u32_big(p + 20));
	case IMAGE_GIF:
		if (encoded->size < 10)
			break;
		return set_size(info, load_u16(p + 6), load_u16(p + 8));
	case IMAGE_PSD:
		if (encoded->size < 26)
			break;
		return set_size(info, load_u32_big(p + 18), load_u32_big(p + 14));
	case IMAGE_TGA:
		return set_size(info, load_u16(p + 12), load_u16(p + 14));
	default:
		break;
	}
	return cut_short(encoded, info->type, error);
}

int probe_in_process(const unsigned char *bytes, size_t size, const char *name,
	struct image_info *info, struct error *error)
{
	struct encoded encoded = {bytes, size, name};
	*info = (struct image_info){0};
	if (size == 0)
		return error_set(error, name, "is empty");
	info->type = sniff(&encoded);
	switch (info->type) {
	case IMAGE_UNKNOWN:
		return error_set(error, name, "is not an image of a known type");
	case IMAGE_JPEG:
		return probe_jpeg(&encoded, info, error);
	case IMAGE_WEBP:
		return probe_webp(&encoded, info, error);
	case IMAGE_PNM:
		return probe_pnm(&encoded, info, error);
	case IMAGE_BMP:
		return probe_bmp(&encoded, info, error);
	default:
		return probe_fixed(&encoded, info, error);
	}
}
