#include "fetch/header.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *text, size_t length, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == length && strncasecmp(text, *words, length) == 0)
			return true;
	return false;
}

bool header_parse(struct header_field *header, const char *line, size_t size)
{
	snprintf(header->text, sizeof header->text, "%.*s",
		(int)(size < HEADER_TEXT_SIZE ? size : HEADER_TEXT_SIZE), line);
	char *value = header->text;
	strsep(&value, ":");
	if (!value)
		return false;
	value += strspn(value, " \t");
	for (size_t length = strlen(value); length && strchr(" \t\r\n", value[length - 1]);)
		value[--length] = 0;
	header->value = value;
	return true;
}

bool header_is_named(const struct header_field *header, const char *name)
{
	return strcasecmp(header->text, name) == 0;
}

enum header_coding header_coding(const char *value)
{
	static const char *const none[] = {"", "identity", "chunked", NULL},
				 *const zlib[] = {"gzip", "x-gzip", "deflate", NULL};
	size_t length = strlen(value);
	return is_one_of(value, length, none)    ? CODING_NONE
		: is_one_of(value, length, zlib) ? CODING_ZLIB
						 : CODING_OTHER;
}

double header_retry_after(const char *value, time_t now)
{
	char digits[HEADER_TEXT_SIZE];
	size_t length = strspn(value, "0123456789");
	if (length) {
		snprintf(digits, sizeof digits, "%.*s",
			(int)(length < sizeof digits ? length : sizeof digits), value);
		return strtod(digits, NULL);
	}
	time_t then = curl_getdate(value, NULL);
	return then > now ? difftime(then, now) : 0;
}

/* The date at the start of `text`, which may have a comma after the day of the week; -1: none. */
static time_t parse_date(const char *text)
{
	struct tm parts = {0};
	char date[HEADER_TEXT_SIZE];
	text += strspn(text, " \t\"':");
	size_t length = strcspn(text, ",");
	if (strcspn(text, "0123456789") > length)
		length += strcspn(text + length + 1, ",") + 1;
	if (strptime(text, "%Y-%m-%d", &parts))
		return timegm(&parts);
	snprintf(date, sizeof date, "%.*s", (int)(length < sizeof date ? length : sizeof date),
		text);
	date[strcspn(date, "\"';")] = 0;
	return curl_getdate(date, NULL);
}

bool header_opts_out(const char *value, time_t now)
{
	static const char separators[] = ",;:\"' \t";
	static const char *const rules[] = {"noai", "noimageai", "noindex", "noimageindex", "none",
		NULL},
				 *const dated[] = {"unavailable_after", NULL};
	for (const char *p = value + strspn(value, separators); *p; p += strspn(p, separators)) {
		size_t length = strcspn(p, separators);
		if (is_one_of(p, length, rules))
			return true;
		time_t date = is_one_of(p, length, dated) ? parse_date(p + length) : -1;
		if (date != -1 && date < now)
			return true;
		p += length;
	}
	return false;
}
