#include "browse/folder.h"

#include "base/file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int hexadecimal(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Writes one component of a URL's path, decoded, to `out`. Returns its end, or NULL for one that is refused. */
static char *decode(const char *component, size_t length, char *out)
{
	char *start = out;
	for (size_t i = 0; i < length; i++) {
		char c = component[i];
		if (c == '%') {
			int high = i + 1 < length ? hexadecimal(component[i + 1]) : -1;
			int low = i + 2 < length ? hexadecimal(component[i + 2]) : -1;
			if (high < 0 || low < 0)
				return NULL;
			c = (char)(16 * high + low);
			i += 2;
		}
		if (c == 0 || c == '/')
			return NULL;
		*out++ = c;
	}
	return *start == '.' ? NULL : out;
}

/* root + decoded path; NULL for a path that is refused. Decoding never makes it longer. */
static char *decode_path(const char *root, const char *url_path)
{
	size_t base = strlen(root);
	char *path = calloc(1, base + strlen(url_path) + 2);
	if (!path)
		return NULL;
	memcpy(path, root, base);
	char *out = path + base;
	for (const char *p = url_path; *(p += strspn(p, "/"));) {
		size_t length = strcspn(p, "/");
		*out++ = '/';
		out = decode(p, length, out);
		if (!out) {
			free(path);
			return NULL;
		}
		p += length;
	}
	return path;
}

char *folder_find(const char *root, const char *url_path)
{
	size_t base = strlen(root);
	char *path = decode_path(root, url_path);
	char *real = path ? realpath(path, NULL) : NULL;
	free(path);
	bool inside = real && strncmp(real, root, base) == 0 && (!real[base] || real[base] == '/' || root[base - 1] == '/');
	if (inside)
		return real;
	free(real);
	return NULL;
}

const char *folder_media_type(const char *name)
{
	static const struct {
		const char *extension, *type;
	} types[] = {{".jpg", "image/jpeg"}, {".jpeg", "image/jpeg"}, {".png", "image/png"}, {".webp", "image/webp"},
		{".gif", "image/gif"}, {".bmp", "image/bmp"}};
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
		if (strcasecmp(dot, types[i].extension) == 0)
			return types[i].type;
	return NULL;
}

int folder_list(const char *path, struct text_list *folders, struct text_list *pictures, struct error *error)
{
	struct text_list files = {0};
	int result = file_list(path, FILE_FOLDER, folders, error);
	if (result == 0)
		result = file_list(path, FILE_REGULAR, &files, error);
	for (size_t i = 0; result == 0 && i < files.count; i++)
		if (folder_media_type(files.items[i]))
			result = text_list_add(pictures, files.items[i], error);
	text_list_free(&files);
	return result;
}
