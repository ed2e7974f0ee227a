/* Types of image files that are decoded, a row each.
 *
 * To add one: a row here, and a file of lib/image with its three functions (image/decoders.h). */
#ifndef IMAGE_TYPE_H
#define IMAGE_TYPE_H

#include <stdbool.h>

/* TYPE(enumerator, name, media type in a browser, whether files begin with a signature, extensions
 * of file names). The media type is NULL if browsers do not show it; the first extension is that of
 * files that are written. */
#define IMAGE_TYPES(TYPE) \
	TYPE(JPEG, jpeg, "image/jpeg", true, "jpg", "jpeg", "jpe", "jfif") \
	TYPE(PNG, png, "image/png", true, "png") \
	TYPE(WEBP, webp, "image/webp", true, "webp") \
	TYPE(GIF, gif, "image/gif", true, "gif") \
	TYPE(BMP, bmp, "image/bmp", true, "bmp") \
	TYPE(TGA, tga, NULL, false, "tga") \
	TYPE(PSD, psd, NULL, true, "psd") \
	TYPE(PNM, pnm, NULL, true, "pnm", "ppm", "pgm") \
	TYPE(FARBFELD, farbfeld, NULL, true, "ff")

#define TYPE(kind, ...) IMAGE_##kind,
enum image_type { IMAGE_UNKNOWN, IMAGE_TYPES(TYPE) };
#undef TYPE

#define TYPE(...) +1
enum { IMAGE_TYPE_COUNT = 1 IMAGE_TYPES(TYPE) }; /* with IMAGE_UNKNOWN */
#undef TYPE

/* "jpeg", "png", ... ; file name extension without dot: "jpg", "png", ... */
const char *image_type_name(enum image_type type);
const char *image_type_extension(enum image_type type);

/* For HTTP: "image/jpeg", ...; NULL if browsers do not show the type. */
const char *image_type_media(enum image_type type);

/* Whether files of the type begin with bytes that hardly any others begin with. */
bool image_type_has_signature(enum image_type type);

/* The type with this name, or with this file name extension, without dot and in any case;
 * IMAGE_UNKNOWN if there is none. */
enum image_type image_type_by_name(const char *name);
enum image_type image_type_by_extension(const char *extension);

#endif
