#include "networks/pin.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAXIMUM = 1 << 16 };

int pin_read(char sha256[DIGEST_HEX_SIZE], const char *path, struct error *error)
{
	char *text;
	*sha256 = 0;
	if (!file_exists(path))
		return 0;
	if (file_read_regular_text(path, FILE_SIZE_MAXIMUM, &text, error))
		return -1;
	size_t length = strspn(text, "0123456789abcdef");
	int result = length == DIGEST_HEX_SIZE - 1 && strchr(" \n", text[length]) ? 1 : -1;
	if (result == 1)
		memcpy(sha256, text, length);
	else
		error_set(error, path, "does not begin with a SHA-256");
	sha256[result == 1 ? length : 0] = 0;
	free(text);
	return result;
}

int pin_write(const char *path, const char *sha256, const char *file, struct error *error)
{
	char *line = text_format("%s  %s\n", sha256, file);
	int result =
		line ? output_bytes(path, line, strlen(line), error) : error_memory(error, path);
	free(line);
	return result;
}
