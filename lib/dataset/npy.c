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

/* ---- the header: what Python's repr makes of a dictionary ---- */

/* The text that is left of a header. */
struct text {
	const char *at, *end;
};

static void skip_blanks(struct text *text)
{
	while (text->at < text->end && (*text->at == ' ' || *text->at == '\n' || *text->at == '\t'))
		text->at++;
}

/* Takes a word if it is next. */
static bool take(struct text *text, const char *word)
{
	size_t length = strlen(word);
	skip_blanks(text);
	if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0)
		return false;
	text->at += length;
	return true;
}

/* Takes a short string without escapes, in either quotes. */
static bool take_string(struct text *text, char *out, size_t size)
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

static bool take_number(struct text *text, uint64_t *number)
{
	int digits = 0;
	skip_blanks(text);
	for (*number = 0; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++, digits++) {
		if (digits == DIGITS_MAXIMUM)
			return false;
		*number = *number * 10 + (uint64_t)(*text->at - '0');
	}
	if (digits && text->at < text->end && *text->at == 'L') /* Python 2 wrote long numbers so */
		text->at++;
	return digits > 0;
}

static bool take_shape(struct text *text, struct array *array)
{
	if (!take(text, "("))
		return false;
	while (!take(text, ")")) {
		if (array->rank == ARRAY_RANK_MAXIMUM)
			return !++array->rank;
		if (!take_number(text, &array->sizes[array->rank++]))
			return false;
		if (!take(text, ",")) /* of one number Python needs it, and after the last of more it may be */
			return array->rank > 1 && take(text, ")");
	}
	return true;
}

/* Takes '<f4' and the like apart. */
static bool parse_type(struct array *array, const char *type)
{
	static const struct { char letter; enum array_kind kind; const char *sizes; } kinds[] = {
		{'b', ARRAY_BOOLEAN, "1"}, {'u', ARRAY_UNSIGNED, "1248"}, {'i', ARRAY_SIGNED, "1248"}, {'f', ARRAY_FLOAT, "248"}};
	static const uint16_t one = 1;
	if (!*type || !strchr("<>|=", *type) || !type[1] || !type[2] || type[3])
		return false;
	bool little_machine = *(const unsigned char *)&one == 1;
	array->big_endian = *type == '>' || (*type != '<' && !little_machine);
	array->size = type[2] - '0';
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].letter == type[1] && strchr(kinds[i].sizes, type[2])) {
			array->kind = kinds[i].kind;
			return true;
		}
	return false;
}

static bool take_entry(struct text *text, struct array *array, const char *key, char type[16])
{
	if (strcmp(key, "descr") == 0)
		return take_string(text, type, 16);
	if (strcmp(key, "shape") == 0)
		return take_shape(text, array);
	array->fortran = take(text, "True");
	return array->fortran || take(text, "False");
}

static int parse_header(struct array *array, struct text text, const char *path, struct error *error)
{
	static const char *const keys[] = {"descr", "fortran_order", "shape"};
	char key[16], type[16] = "";
	bool met[3] = {false}, whole = take(&text, "{");
	while (whole && !take(&text, "}")) {
		int which = 0;
		whole = take_string(&text, key, sizeof key) && take(&text, ":");
		while (whole && which < 3 && strcmp(key, keys[which]) != 0)
			which++;
		whole = whole && which < 3 && !met[which];
		if (whole && which == 0 && (take(&text, "[") || take(&text, "(")))
			return error_set(error, path, "holds structures, not numbers");
		whole = whole && take_entry(&text, array, key, type) && (take(&text, ",") || (text.at < text.end && *text.at == '}'));
		met[which < 3 ? which : 0] = true;
	}
	skip_blanks(&text);
	if (array->rank > ARRAY_RANK_MAXIMUM)
		return error_set(error, path, "has more than %d dimensions", ARRAY_RANK_MAXIMUM);
	if (!whole || !met[0] || !met[1] || !met[2] || text.at != text.end)
		return error_set(error, path, "has a .npy header that can't be understood");
	char shown[64];
	if (!parse_type(array, type))
		return error_set(error, path, "holds values of type '%s', not booleans, whole numbers or floats",
			text_printable(shown, sizeof shown, type));
	return array->rank ? 0 : error_set(error, path, "is a single number, no array");
}

/* ---- the file ---- */

/* Finds the header in the first `size` bytes of the file, and where values begin. */
static int read_header(struct array *array, const unsigned char *bytes, size_t size, size_t *values, const char *path,
	struct error *error)
{
	if (size < MAGIC_SIZE || memcmp(bytes, magic, MAGIC_SIZE) != 0)
		return error_set(error, path, "is no .npy file");
	if (size >= 8 && (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0))
		return error_set(error, path, "is a .npy file of version %d.%d, which is not known", bytes[6], bytes[7]);
	size_t prefix = size >= 8 && bytes[6] > 1 ? 12 : 10;
	if (size < prefix)
		return error_set(error, path, "cut short: no whole .npy header");
	uint32_t length = prefix == 12 ? load_u32(bytes + 8) : load_u16(bytes + 8);
	if (length > HEADER_MAXIMUM)
		return error_set(error, path, "has a .npy header of more than %d bytes", HEADER_MAXIMUM);
	if (length > size - prefix)
		return error_set(error, path, "cut short: no whole .npy header");
	const char *text = (const char *)bytes + prefix;
	*values = prefix + length;
	return parse_header(array, (struct text){text, text + length}, path, error);
}

/* Compares what the header says with the `left` bytes there are. */
static int check_size(struct array *array, size_t left, const char *path, struct error *error)
{
	uint64_t bytes = (uint64_t)array->size;
	for (int i = 0; i < ARRAY_RANK_MAXIMUM; i++) {
		array->sizes[i] = i < array->rank ? array->sizes[i] : 1;
		if (array->sizes[i] == 0)
			return error_set(error, path, "is an empty array");
		if (array->sizes[i] > left / bytes)
			return error_set(error, path, "cut short: holds less than its header says");
		bytes *= array->sizes[i];
	}
	return bytes == left ? 0 : error_set(error, path, "holds more than its header says");
}

static int map_file(struct array *array, const char *path, size_t *size, struct error *error)
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

static int load_file(struct array *array, const char *path, size_t *size, struct error *error)
{
	struct stat status;
	unsigned char *bytes;
	if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode))
		return map_file(array, path, size, error);
	if (file_read(path, ARRAY_BYTES_MAXIMUM, &bytes, size, error))
		return -1;
	array->owned = bytes;
	return 0;
}

int npy_read(struct array *array, const char *path, struct error *error)
{
	size_t size, start = 0;
	*array = (struct array){0};
	int result = load_file(array, path, &size, error);
	if (result == 0)
		result = read_header(array, array->owned, size, &start, path, error);
	if (result == 0)
		result = check_size(array, size - start, path, error);
	if (result)
		array_free(array);
	else
		array->values = (const unsigned char *)array->owned + start;
	return result;
}
