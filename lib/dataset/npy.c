#include "dataset/npy.h"

#include "base/bytes.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC_SIZE = 6, HEADER_MAXIMUM = 1 << 16, DIGITS_MAXIMUM = 18 };

static const unsigned char magic[MAGIC_SIZE] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

int npy_detect(const char *path, struct error *error)
{
	unsigned char start[MAGIC_SIZE];
	ssize_t size = file_read_start(path, start, sizeof start, error);
	return size < 0 ? -1 : size == sizeof start && memcmp(start, magic, sizeof magic) == 0;
}

/* ---- the header: a dictionary as Python's repr() prints it ---- */

/* The rest of a header. */
struct npy_header_text {
	const char *at, *end;
};

static void skip_blanks(struct npy_header_text *text)
{
	while (text->at < text->end && (*text->at == ' ' || *text->at == '\n' || *text->at == '\t'))
		text->at++;
}

/* Consumes `word` if it is next. */
static bool take(struct npy_header_text *text, const char *word)
{
	size_t length = strlen(word);
	skip_blanks(text);
	if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0)
		return false;
	text->at += length;
	return true;
}

/* Consumes a short string without escapes, in single or double quotes. */
static bool take_string(struct npy_header_text *text, char *out, size_t size)
{
	skip_blanks(text);
	char quote = text->at < text->end ? *text->at : 0;
	if (quote != '\'' && quote != '"')
		return false;
	const char *start = ++text->at, *end = memchr(start, quote, (size_t)(text->end - start));
	if (!end || (size_t)(end - start) >= size || memchr(start, '\\', (size_t)(end - start)))
		return false;
	memcpy(out, start, (size_t)(end - start));
	out[end - start] = 0;
	text->at = end + 1;
	return true;
}

static bool take_number(struct npy_header_text *text, uint64_t *number)
{
	int digits = 0;
	skip_blanks(text);
	for (*number = 0; text->at < text->end && *text->at >= '0' && *text->at <= '9';
		text->at++, digits++) {
		if (digits == DIGITS_MAXIMUM)
			return false;
		*number = *number * 10 + (uint64_t)(*text->at - '0');
	}
	if (digits && text->at < text->end &&
		*text->at == 'L') /* Python 2 appended an L to long integers */
		text->at++;
	return digits > 0;
}

static bool take_shape(struct npy_header_text *text, struct ndarray *array)
{
	if (!take(text, "("))
		return false;
	while (!take(text, ")")) {
		if (array->rank == NDARRAY_RANK_MAXIMUM)
			return !++array->rank;
		if (!take_number(text, &array->sizes[array->rank++]))
			return false;
		if (!take(text, ",")) /* required after a single size, optional after the last of
		                         several */
			return array->rank > 1 && take(text, ")");
	}
	return true;
}

/* Parses a type such as '<f4'. */
static bool parse_type(struct ndarray *array, const char *type)
{
	static const struct {
		char letter;
		enum ndarray_kind kind;
		const char *sizes;
	} kinds[] = {{'b', NDARRAY_BOOLEAN, "1"}, {'u', NDARRAY_UNSIGNED, "1248"},
		{'i', NDARRAY_SIGNED, "1248"}, {'f', NDARRAY_FLOAT, "248"}};
	static const uint16_t one = 1;
	if (!*type || !strchr("<>|=", *type) || !type[1] || !type[2] || type[3])
		return false;
	bool is_little_endian = *(const unsigned char *)&one == 1;
	array->big_endian = *type == '>' || (*type != '<' && !is_little_endian);
	array->size = type[2] - '0';
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].letter == type[1] && strchr(kinds[i].sizes, type[2])) {
			array->kind = kinds[i].kind;
			return true;
		}
	return false;
}

static bool take_entry(struct npy_header_text *text, struct ndarray *array, const char *key,
	char type[16])
{
	if (strcmp(key, "descr") == 0)
		return take_string(text, type, 16);
	if (strcmp(key, "shape") == 0)
		return take_shape(text, array);
	array->fortran_order = take(text, "True");
	return array->fortran_order || take(text, "False");
}

static int parse_header(struct ndarray *array, struct npy_header_text text, const char *path,
	struct error *error)
{
	static const char *const keys[] = {"descr", "fortran_order", "shape"};
	char key[16], type[16] = "";
	bool seen[3] = {false}, valid = take(&text, "{");
	while (valid && !take(&text, "}")) {
		int key_index = 0;
		valid = take_string(&text, key, sizeof key) && take(&text, ":");
		while (valid && key_index < 3 && strcmp(key, keys[key_index]) != 0)
			key_index++;
		valid = valid && key_index < 3 && !seen[key_index];
		if (valid && key_index == 0 && (take(&text, "[") || take(&text, "(")))
			return error_set(error, path, "holds structures, not numbers");
		valid = valid && take_entry(&text, array, key, type) &&
			(take(&text, ",") || (text.at < text.end && *text.at == '}'));
		seen[key_index < 3 ? key_index : 0] = true;
	}
	skip_blanks(&text);
	if (array->rank > NDARRAY_RANK_MAXIMUM)
		return error_set(error, path, "has more than %d dimensions", NDARRAY_RANK_MAXIMUM);
	if (!valid || !seen[0] || !seen[1] || !seen[2] || text.at != text.end)
		return error_set(error, path, "has an invalid .npy header");
	char printable[64];
	if (!parse_type(array, type))
		return error_set(error, path,
			"holds values of type '%s', not booleans, integers or floats",
			text_printable(printable, sizeof printable, type));
	return array->rank ? 0 : error_set(error, path, "is a single number, not an array");
}

/* ---- the file ---- */

/* Parses the header in the first `size` bytes of the file; *values is the offset of the values. */
static int read_header(struct ndarray *array, const unsigned char *bytes, size_t size,
	size_t *values, const char *path, struct error *error)
{
	if (size < MAGIC_SIZE || memcmp(bytes, magic, MAGIC_SIZE) != 0)
		return error_set(error, path, "is not a .npy file");
	if (size >= 8 && (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0))
		return error_set(error, path, "is a .npy file of the unknown version %d.%d",
			bytes[6], bytes[7]);
	size_t prefix = size >= 8 && bytes[6] > 1 ? 12 : 10;
	if (size < prefix)
		return error_set(error, path, "cut short: incomplete .npy header");
	uint32_t length = prefix == 12 ? load_u32(bytes + 8) : load_u16(bytes + 8);
	if (length > HEADER_MAXIMUM)
		return error_set(error, path, "has a .npy header of more than %d bytes",
			HEADER_MAXIMUM);
	if (length > size - prefix)
		return error_set(error, path, "cut short: incomplete .npy header");
	const char *text = (const char *)bytes + prefix;
	*values = prefix + length;
	return parse_header(array, (struct npy_header_text){text, text + length}, path, error);
}

/* Compares the shape in the header with the number of bytes after the header. */
static int check_size(struct ndarray *array, size_t available, const char *path,
	struct error *error)
{
	uint64_t bytes = (uint64_t)array->size;
	for (int i = 0; i < NDARRAY_RANK_MAXIMUM; i++) {
		array->sizes[i] = i < array->rank ? array->sizes[i] : 1;
		if (array->sizes[i] == 0)
			return error_set(error, path, "is an empty array");
		if (array->sizes[i] > available / bytes)
			return error_set(error, path, "cut short: holds less than its header says");
		bytes *= array->sizes[i];
	}
	return bytes == available ? 0 : error_set(error, path, "holds more than its header says");
}

static int map_file(struct ndarray *array, const char *path, size_t *size, struct error *error)
{
	struct stat status;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0 || fstat(descriptor, &status)) {
		int failed = error_system(error, path);
		if (descriptor >= 0)
			close(descriptor);
		return failed;
	}
	*size = (size_t)status.st_size;
	void *map = *size ? mmap(NULL, *size, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
	int result = map == MAP_FAILED && *size ? error_system(error, path) : 0;
	close(descriptor);
	if (map == MAP_FAILED)
		return result ? result : error_set(error, path, "is empty");
	array->owned = map;
	array->mapped = *size;
	return 0;
}

static int open_file(struct ndarray *array, const char *path, size_t *size, struct error *error)
{
	struct stat status;
	unsigned char *bytes;
	if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode))
		return map_file(array, path, size, error);
	if (file_read(path, NDARRAY_BYTES_MAXIMUM, &bytes, size, error))
		return -1;
	array->owned = bytes;
	return 0;
}

int npy_read(struct ndarray *array, const char *path, struct error *error)
{
	size_t size, start = 0;
	*array = (struct ndarray){0};
	int result = open_file(array, path, &size, error);
	if (result == 0)
		result = read_header(array, array->owned, size, &start, path, error);
	if (result == 0)
		result = check_size(array, size - start, path, error);
	if (result)
		ndarray_free(array);
	else
		array->values = (const unsigned char *)array->owned + start;
	return result;
}
