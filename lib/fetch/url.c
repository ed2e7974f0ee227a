#include "fetch/url.h"

#include "base/text.h"

#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *get_part(CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL, *copy = NULL;
	if (curl_url_get(url, part, &text, flags) == CURLUE_OK)
		copy = strdup(text);
	curl_free(text);
	return copy;
}

static bool is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 128)
		text++;
	return !*text;
}

/* The host's name by IDNA; NULL if it can't be converted. libcurl takes a name for one in the locale's encoding. */
static char *ascii_host(CURLU *url)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0), before = utf8 ? uselocale(utf8) : 0;
	char *host = get_part(url, CURLUPART_HOST, CURLU_PUNYCODE);
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
	return host;
}

/* Has the host's name in ASCII, so that a host has one name. Returns whether it can be. */
static bool make_host_ascii(CURLU *url)
{
	char *host = get_part(url, CURLUPART_HOST, 0), *ascii = NULL, *whole = NULL;
	bool plain = host && is_ascii(host);
	if (host && !plain && text_is_utf8(host))
		ascii = ascii_host(url);
	if (ascii && curl_url_set(url, CURLUPART_HOST, ascii, 0) == CURLUE_OK)
		whole = get_part(url, CURLUPART_URL, 0);
	/* What became a number is read as one. */
	bool made = plain || (whole && curl_url_set(url, CURLUPART_URL, whole, 0) == CURLUE_OK);
	free(host);
	free(ascii);
	free(whole);
	return made;
}

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = get_part(url, part, 0);
	bool there = text != NULL;
	free(text);
	return there;
}

static bool is_web_scheme(const char *text, size_t length)
{
	return (length == 4 && strncasecmp(text, "http", 4) == 0) || (length == 5 && strncasecmp(text, "https", 5) == 0);
}

/* Whether a reference names another scheme than http or https (RFC 3986, 3.1). */
static bool is_foreign(const char *reference)
{
	size_t length = strspn(reference, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
	return length && reference[length] == ':' && !is_web_scheme(reference, length);
}

bool url_is_web(const char *text)
{
	return strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0;
}

static bool is_web(CURLU *url)
{
	char *scheme = get_part(url, CURLUPART_SCHEME, 0);
	bool web = scheme && is_web_scheme(scheme, strlen(scheme));
	free(scheme);
	return web;
}

/* As browsers read a reference (URL Standard, "basic URL parser"): blanks around it mean nothing, nor do tabs and ends of
 * lines in it, and a backslash is a slash but in a query. */
static char *cleaned(const char *reference)
{
	reference += strspn(reference, " \t\r\n\f");
	size_t length = strlen(reference);
	while (length && strchr(" \t\r\n\f", reference[length - 1]))
		length--;
	char *clean = strndup(reference, length), *out = clean;
	bool path = true;
	for (const char *p = clean; p && *p; p++) {
		path &= !strchr("?#", *p);
		if (!strchr("\t\r\n", *p))
			*out++ = path && *p == '\\' ? '/' : *p;
	}
	if (out)
		*out = 0;
	return clean;
}

/* libcurl takes what is only a fragment, or nothing, for something in the base's folder; it is the base itself. */
static bool is_base_itself(const char *base, const char *reference)
{
	return base && (!*reference || *reference == '#');
}

static char *resolve(CURLU *url, const char *base, const char *reference, struct error *error)
{
	const unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;
	char *clean = cleaned(reference);
	bool foreign = clean && is_foreign(clean);
	CURLUcode code = base ? curl_url_set(url, CURLUPART_URL, base, flags) : CURLUE_OK;
	if (code == CURLUE_OK && !foreign && !(clean && is_base_itself(base, clean)))
		code = clean ? curl_url_set(url, CURLUPART_URL, clean, flags) : CURLUE_OUT_OF_MEMORY;
	free(clean);
	const char *reason = NULL;
	if (code != CURLUE_OK)
		reason = curl_url_strerror(code);
	else if (foreign || !is_web(url))
		reason = "neither http nor https";
	else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
		reason = "a user name in an address is refused";
	else if (!make_host_ascii(url))
		reason = "the host's name can't be put in ASCII (IDNA)";
	if (reason) {
		error_set(error, reference, "%s", reason);
		return NULL;
	}
	curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	return get_part(url, CURLUPART_URL, 0);
}

char *url_resolve(const char *base, const char *reference, struct error *error)
{
	if (strlen(reference) > URL_LENGTH_MAXIMUM) {
		error_set(error, reference, "an address of more than %d bytes", URL_LENGTH_MAXIMUM);
		return NULL;
	}
	CURLU *url = curl_url();
	if (!url) {
		error_memory(error, reference);
		return NULL;
	}
	if (error)
		*error->reason = 0;
	char *absolute = resolve(url, base, reference, error);
	curl_url_cleanup(url);
	if (absolute && strlen(absolute) <= URL_LENGTH_MAXIMUM)
		return absolute;
	if (error && !*error->reason)
		error_set(error, reference, "an address of more than %d bytes", URL_LENGTH_MAXIMUM);
	free(absolute);
	return NULL;
}

char *url_origin(const char *url)
{
	CURLU *parsed = curl_url();
	char *origin = NULL;
	if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
		char *scheme = get_part(parsed, CURLUPART_SCHEME, 0), *host = get_part(parsed, CURLUPART_HOST, 0);
		char *port = get_part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
		if (scheme && host && port)
			origin = text_format("%s://%s:%s", scheme, host, port);
		for (char *p = origin; p && *p; p++)
			*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
		free(scheme);
		free(host);
		free(port);
	}
	curl_url_cleanup(parsed);
	return origin;
}

bool url_is_same_origin(const char *a, const char *b)
{
	char *first = url_origin(a), *second = url_origin(b);
	bool same = first && second && strcmp(first, second) == 0;
	free(first);
	free(second);
	return same;
}

char *url_origin_name(const char *origin)
{
	const char *name = strstr(origin, "://") + 3;
	size_t length = (size_t)(strrchr(name, ':') - name);
	return strndup(name, length - (length && name[length - 1] == '.'));
}

const char *url_path(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	return path ? path : "/";
}

char *url_escape(const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *escaped = malloc(3 * strlen(text) + 1), *out = escaped;
	if (!escaped)
		return NULL;
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool plain = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') ||
			strchr("-._~", *p);
		if (plain) {
			*out++ = (char)*p;
			continue;
		}
		*out++ = '%';
		*out++ = digits[*p >> 4];
		*out++ = digits[*p & 15];
	}
	*out = 0;
	return escaped;
}

/* The parameter `name` in a query: its first character, or NULL. */
static const char *find_parameter(const char *query, const char *name, size_t length)
{
	for (const char *p = query; p; p = strchr(p, '&') ? strchr(p, '&') + 1 : NULL)
		if (strncmp(p, name, length) == 0 && (p[length] == '=' || p[length] == '&' || !p[length]))
			return p;
	return NULL;
}

char *url_set_parameter(const char *url, const char *name, const char *value)
{
	char *escaped_name = url_escape(name), *escaped_value = url_escape(value), *result = NULL;
	if (escaped_name && escaped_value) {
		const char *query = strchr(url, '?');
		const char *old = query ? find_parameter(query + 1, escaped_name, strlen(escaped_name)) : NULL;
		if (old)
			result = text_format("%.*s%s=%s%s", (int)(old - url), url, escaped_name, escaped_value,
				old + strcspn(old, "&"));
		else
			result = text_format("%s%c%s=%s", url, query ? '&' : '?', escaped_name, escaped_value);
	}
	free(escaped_name);
	free(escaped_value);
	return result;
}
