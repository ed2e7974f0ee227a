#include "recipe/unescape.h"

#include "base/text.h"

#include <string.h>

enum { PASSES_MAXIMUM = 4 };

/* The value of `digits` hexadecimal digits at `text`, or -1. */
static int parse_hexadecimal(const char *text, int digits)
{
	int number = 0;
	for (int i = 0; i < digits; i++) {
		int digit = text_hexadecimal(text[i]);
		if (digit < 0)
			return -1;
		number = number * 16 + digit;
	}
	return number;
}

/* Writes a character in UTF-8, which is not longer than its escape. Returns its end. */
static char *write_character(char *out, int c)
{
	if (c < 0x20 || c == 0x7f)
		c = ' ';
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	*out++ = (char)((0xff00 >> (more + 1) & 0xff) | c >> (6 * more));
	while (more--)
		*out++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
	return out;
}

/* Parses \uXXXX, or two that are a surrogate pair. Returns the number of bytes, 0 if it is
 * invalid. */
static int parse_unicode(const char *text, int *c)
{
	*c = parse_hexadecimal(text + 2, 4);
	if (*c < 0)
		return 0;
	int low = *c >= 0xd800 && *c < 0xdc00 && text[6] == '\\' && text[7] == 'u'
		? parse_hexadecimal(text + 8, 4)
		: -1;
	if (low >= 0xdc00 && low < 0xe000) {
		*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
		return 12;
	}
	if (*c >= 0xd800 && *c < 0xe000)
		*c = 0xfffd;
	return 6;
}

/* One pass. Returns whether there were any escapes. */
static int unescape_once(char *text)
{
	char *out = text;
	int any = 0;
	for (const char *p = text; *p;) {
		int c = -1, length = 0;
		if (p[0] == '\\' && p[1] == 'u')
			length = parse_unicode(p, &c);
		else if (p[0] == '\\' && p[1] == 'x' && (c = parse_hexadecimal(p + 2, 2)) >= 0)
			length = 4;
		else if (p[0] == '\\' && p[1] && strchr("/\\\"'", p[1]))
			c = p[1], length = 2;
		else if (p[0] == '\\' && p[1] && strchr("bfnrtv", p[1]))
			c = ' ', length = 2;
		if (length) {
			out = write_character(out, c);
			p += length;
			any = 1;
		} else
			*out++ = *p++;
	}
	*out = 0;
	return any;
}

void unescape(char *text)
{
	for (int i = 0; i < PASSES_MAXIMUM && unescape_once(text); i++)
		;
}
