#include "base/text.h"

#include "base/array.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- lists ---- */

enum { HASHED_FROM = 32 }; /* items of a list that has a hash table */

/* FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo), with its high bits mixed into the low ones. */
static size_t hash_of(const char *text)
{
	uint64_t hash = 0xCBF29CE484222325;
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001B3;
	return (size_t)(hash ^ hash >> 32);
}

/* The slot of `text`, or the free one to insert it at (linear probing). */
static uint32_t *slot_of(const struct text_list *list, const char *text)
{
	size_t slot = hash_of(text) & (list->slot_count - 1);
	while (list->slots[slot] && strcmp(list->items[list->slots[slot] - 1], text) != 0)
		slot = (slot + 1) & (list->slot_count - 1);
	return &list->slots[slot];
}

/* Inserts the item into the table, unless an earlier one equals it. */
static void index_item(struct text_list *list, size_t item)
{
	uint32_t *slot = slot_of(list, list->items[item]);
	*slot = *slot ? *slot : (uint32_t)item + 1;
	list->indexed = item + 1;
}

static void index_all(struct text_list *list)
{
	memset(list->slots, 0, list->slot_count * sizeof *list->slots);
	list->indexed = 0;
	for (size_t i = 0; i < list->count; i++)
		index_item(list, i);
}

/* Makes room for one more item in the table, which stays at most half full; a short list needs
 * none. */
static int reserve_slot(struct text_list *list)
{
	if (list->count < HASHED_FROM || list->count >= UINT32_MAX / 4 ||
		list->count < list->slot_count / 2)
		return 0;
	size_t slot_count = list->slot_count ? 2 * list->slot_count : 4 * HASHED_FROM;
	uint32_t *slots = calloc(slot_count, sizeof *slots);
	if (!slots)
		return -1;
	free(list->slots);
	list->slots = slots;
	list->slot_count = slot_count;
	index_all(list);
	return 0;
}

int text_list_add(struct text_list *list, const char *text, struct error *error)
{
	char **items = array_grow(list->items, list->count, sizeof *items);
	if (items)
		list->items = items;
	char *copy = items && reserve_slot(list) == 0 ? strdup(text) : NULL;
	if (!copy)
		return error_memory(error, text);
	list->items[list->count++] = copy;
	if (list->slots && list->indexed == list->count - 1)
		index_item(list, list->count - 1);
	else if (list->slots)
		index_all(list);
	return 0;
}

static int compare_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void text_list_sort(struct text_list *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof *list->items, compare_bytes);
	if (list->slots)
		index_all(list);
}

void text_list_remove(struct text_list *list, size_t index)
{
	free(list->items[index]);
	list->count--;
	memmove(list->items + index, list->items + index + 1,
		(list->count - index) * sizeof *list->items);
	if (list->slots)
		index_all(list);
}

int text_list_find(const struct text_list *list, const char *text)
{
	if (list->slots && list->indexed == list->count)
		return (int)*slot_of(list, text) - 1;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return (int)i;
	return -1;
}

void text_list_free(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	free(list->slots);
	*list = (struct text_list){0};
}

/* ---- numbers ---- */

static bool is_number_start(const char *text)
{
	if (*text == '-' || *text == '+')
		text++;
	return (*text >= '0' && *text <= '9') || *text == '.';
}

bool text_to_integer(const char *text, int64_t *value)
{
	char *end;
	if (!is_number_start(text))
		return false;
	errno = 0;
	long long parsed = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return false;
	*value = parsed;
	return true;
}

bool text_to_unsigned(const char *text, uint64_t *value)
{
	char *end;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long long parsed = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*value = parsed;
	return true;
}

bool text_to_real(const char *text, double *value)
{
	static locale_t c_locale;
	if (!c_locale)
		c_locale = newlocale(LC_ALL_MASK, "C", 0);
	char *end;
	if (!is_number_start(text) || strpbrk(text, "xX"))
		return false;
	double parsed = c_locale ? strtod_l(text, &end, c_locale) : strtod(text, &end);
	if (end == text || *end || !isfinite(parsed))
		return false;
	*value = parsed;
	return true;
}

/* ---- characters ---- */

/* Length of the well-formed UTF-8 character at `text`, or 0 (RFC 3629, table in section 4). */
static int utf8_length(const unsigned char *text)
{
	unsigned char c = text[0], low = 0x80, high = 0xBF;
	int length = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
	if (c == 0xE0)
		low = 0xA0;
	if (c == 0xED)
		high = 0x9F;
	if (c == 0xF0)
		low = 0x90;
	if (c == 0xF4)
		high = 0x8F;
	for (int i = 1; i < length; i++, low = 0x80, high = 0xBF)
		if (text[i] < low || text[i] > high)
			return 0;
	return length;
}

/* C0, DEL and the C1 controls, which UTF-8 writes as C2 80..9F. */
static bool is_control(const unsigned char *text)
{
	return text[0] < 0x20 || text[0] == 0x7F || (text[0] == 0xC2 && text[1] < 0xA0);
}

static uint32_t code_point(const unsigned char *text, int length)
{
	uint32_t code = length == 1 ? text[0] : text[0] & (0x7Fu >> length);
	for (int i = 1; i < length; i++)
		code = code << 6 | (text[i] & 0x3Fu);
	return code;
}

/* Invisible characters, or those that change how others are shown: Unicode's categories Cf, Zl and
 * Zp and default ignorables (version 15), without the soft hyphen, the joiners U+200C and U+200D,
 * and variation selectors, which words and emoji are written with. */
static bool is_format(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{0x34F, 0x34F}, {0x600, 0x605}, {0x61C, 0x61C}, {0x6DD, 0x6DD},
		{0x70F, 0x70F}, {0x890, 0x891}, {0x8E2, 0x8E2}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
		{0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E},
		{0x2060, 0x206F}, {0x3164, 0x3164}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
		{0xFFF0, 0xFFFB}, {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
		{0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF}};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/* Whether the character of `length` bytes at `text` must be escaped. */
static bool needs_escape(const unsigned char *text, int length)
{
	return is_control(text) || (length > 1 && is_format(code_point(text, length)));
}

/* Writes the character at `text` to `out`, escaped if it must be; returns how many bytes of `text`
 * it took. */
static int escape(const unsigned char *text, char out[8])
{
	int length = utf8_length(text);
	if (*text == '\t' || *text == '\n') {
		snprintf(out, 8, "\\%c", *text == '\t' ? 't' : 'n');
		return 1;
	}
	if (length == 0 || needs_escape(text, length)) {
		snprintf(out, 8, "\\x%02X", *text);
		return 1;
	}
	memcpy(out, text, (size_t)length);
	out[length] = 0;
	return length;
}

void text_write_field(FILE *stream, const char *text)
{
	char piece[8];
	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		if (*p == '\\')
			fputc('\\', stream);
		p += escape(p, piece);
		fputs(piece, stream);
	}
}

void text_write_json(FILE *stream, const char *json)
{
	for (const unsigned char *p = (const unsigned char *)json; *p;) {
		int length = utf8_length(p);
		uint32_t code = length ? code_point(p, length) : *p;
		length = length ? length : 1;
		if (!needs_escape(p, length) || *p == '\n')
			fwrite(p, 1, (size_t)length, stream);
		else if (code > 0xFFFF)
			fprintf(stream, "\\u%04x\\u%04x", 0xD7C0 + (code >> 10),
				0xDC00 + (code & 0x3FF));
		else
			fprintf(stream, "\\u%04x", code);
		p += length;
	}
}

size_t text_byte_order_mark(const char *text)
{
	return strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

void text_unify_lines(char *text)
{
	char *out = text;
	while (*text) {
		text += text_byte_order_mark(text);
		size_t length = strcspn(text, "\n"),
		       kept = length && text[length - 1] == '\r' ? length - 1 : length;
		memmove(out, text, kept);
		out += kept;
		text += length;
		if (*text)
			*out++ = *text++;
	}
	*out = 0;
}

int text_hexadecimal(char digit)
{
	static const char digits[] = "0123456789ABCDEFabcdef";
	const char *found = digit ? strchr(digits, digit) : NULL;
	return !found                 ? -1
		: found - digits < 16 ? (int)(found - digits)
				      : (int)(found - digits) - 6;
}

bool text_read_field(char *text)
{
	char *out = text;
	for (; *text; text++) {
		if (*text != '\\') {
			*out++ = *text;
			continue;
		}
		text++;
		if (*text == 't')
			*out++ = '\t';
		else if (*text == 'n')
			*out++ = '\n';
		else if (*text == '\\')
			*out++ = '\\';
		else if (*text == 'x' && strspn(text + 1, "0123456789ABCDEF") >= 2) {
			*out++ = (char)(16 * text_hexadecimal(text[1]) + text_hexadecimal(text[2]));
			text += 2;
		} else
			return false;
	}
	*out = 0;
	return true;
}

const char *text_printable(char *out, size_t size, const char *text)
{
	char piece[8];
	size_t used = 0;
	out[0] = 0;
	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		p += escape(p, piece);
		size_t length = strlen(piece);
		if (used + length >= size)
			break;
		memcpy(out + used, piece, length + 1);
		used += length;
	}
	return out;
}

/* By the tables of the C library, which has them only for UTF-8 locales. */
int text_columns(const char *text)
{
	static locale_t utf8_locale;
	if (!utf8_locale)
		utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
	locale_t before = utf8_locale ? uselocale(utf8_locale) : 0;
	mbstate_t state = {0};
	wchar_t character;
	int columns = 0;
	for (const char *end = text + strlen(text); text < end;) {
		size_t length = mbrtowc(&character, text, (size_t)(end - text), &state);
		bool whole = length != (size_t)-1 && length != (size_t)-2;
		int width = whole ? wcwidth(character) : 1;
		columns += width < 0 ? 1 : width;
		text += whole && length ? length : 1;
		if (!whole)
			state = (mbstate_t){0};
	}
	if (before)
		uselocale(before);
	return columns;
}

const char *text_duration(char *out, size_t size, double seconds)
{
	if (seconds <= 90)
		snprintf(out, size, "%.0f s", seconds);
	else if (seconds <= 90 * 60)
		snprintf(out, size, "%.0f min", seconds / 60);
	else
		snprintf(out, size, "%.*f h", seconds < 36000 ? 1 : 0, seconds / 3600);
	return out;
}

char *text_format(const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return text;
}

const char *text_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

bool text_is_utf8(const char *text)
{
	int length = 1;
	for (const unsigned char *p = (const unsigned char *)text; *p && length; p += length)
		length = utf8_length(p);
	return length > 0;
}

bool text_is_class_name(const char *name)
{
	size_t length = strlen(name);
	if (length < 1 || length > 255 || name[0] == '.' || name[0] == ' ' ||
		name[length - 1] == ' ')
		return false;
	for (const unsigned char *p = (const unsigned char *)name; *p;) {
		int character = utf8_length(p);
		if (character == 0 || is_control(p) || *p == '/')
			return false;
		p += character;
	}
	return true;
}

void text_write_html(FILE *stream, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", stream);
			break;
		case '<':
			fputs("&lt;", stream);
			break;
		case '>':
			fputs("&gt;", stream);
			break;
		case '"':
			fputs("&quot;", stream);
			break;
		case '\'':
			fputs("&#39;", stream);
			break;
		default:
			fputc(*text, stream);
		}
}
