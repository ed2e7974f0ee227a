#include "browse/folder.h"

#include "base/file.h"
#include "base/text.h"
#include "image/type.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Decodes one component of a URL's path to `out`. Returns its end, or NULL if it is not allowed. */
static char *decode_component(const char *component, size_t length, char *out)
{
	char *start = out;
	for (size_t i = 0; i < length; i++) {
		char c = component[i];
		if (c == '%') {
			int high = i + 1 < length ? text_hexadecimal(component[i + 1]) : -1;
			int low = i + 2 < length ? text_hexadecimal(component[i + 2]) : -1;
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

/* root + decoded path; NULL for a path that is not allowed. Decoding never makes it longer. */
static char *decode_path(const char *root, const char *url_path)
{
	size_t root_length = strlen(root);
	char *path = calloc(1, root_length + strlen(url_path) + 2);
	if (!path)
		return NULL;
	memcpy(path, root, root_length);
	char *out = path + root_length;
	for (const char *p = url_path; *(p += strspn(p, "/"));) {
		size_t length = strcspn(p, "/");
		*out++ = '/';
		out = decode_component(p, length, out);
		if (!out) {
			free(path);
			return NULL;
		}
		p += length;
	}
	return path;
}

/* The real path of `path` if that is inside `root`, or NULL. */
static char *resolve_inside(const char *root, const char *path)
{
	size_t root_length = strlen(root);
	char *real = realpath(path, NULL);
	if (real && strncmp(real, root, root_length) == 0 &&
		(!real[root_length] || real[root_length] == '/' || root[root_length - 1] == '/'))
		return real;
	free(real);
	return NULL;
}

char *folder_find(const char *root, const char *url_path)
{
	char *path = decode_path(root, url_path);
	char *real = path ? resolve_inside(root, path) : NULL;
	free(path);
	return real;
}

const char *folder_media_type(const char *name)
{
	const char *dot = strrchr(name, '.');
	enum image_type type = dot ? image_type_by_extension(dot + 1) : IMAGE_UNKNOWN;
	/* Not those that few know: browse-dataset(1) lists all that are shown. */
	bool is_usual = dot &&
		(strcasecmp(dot + 1, image_type_extension(type)) == 0 ||
			strcasecmp(dot + 1, image_type_name(type)) == 0);
	return is_usual ? image_type_media(type) : NULL;
}

static bool is_outside(const char *root, const char *folder, const char *name)
{
	char *path = file_join(folder, name), *real = path ? resolve_inside(root, path) : NULL;
	bool out = !real;
	free(path);
	free(real);
	return out;
}

/* Appends those of `names` that are inside `root` and, if `pictures`, images. */
static int add_visible(const char *root, const char *folder, const struct text_list *names,
	bool pictures, struct text_list *visible, struct error *error)
{
	int result = 0;
	for (size_t i = 0; result == 0 && i < names->count; i++)
		if ((!pictures || folder_media_type(names->items[i])) &&
			!is_outside(root, folder, names->items[i]))
			result = text_list_add(visible, names->items[i], error);
	return result;
}

int folder_list(const char *root, const char *path, struct text_list *folders,
	struct text_list *pictures, struct error *error)
{
	struct text_list folder_names = {0}, file_names = {0};
	int result = file_list(path, FILE_FOLDER, &folder_names, error);
	if (result == 0)
		result = file_list(path, FILE_REGULAR, &file_names, error);
	if (result == 0)
		result = add_visible(root, path, &folder_names, false, folders, error);
	if (result == 0)
		result = add_visible(root, path, &file_names, true, pictures, error);
	text_list_free(&folder_names);
	text_list_free(&file_names);
	return result;
}
