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

/* The host name in ASCII (IDNA); NULL if it can't be converted. libcurl expects the name in the
 * locale's encoding. */
static char *ascii_host(CURLU *url)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0),
		 previous = utf8 ? uselocale(utf8) : 0;
	char *host = get_part(url, CURLUPART_HOST, CURLU_PUNYCODE);
	if (utf8) {
		uselocale(previous);
		freelocale(utf8);
	}
	return host;
}

/* Converts the host name to ASCII, so that a host has one name. Returns false if it can't be
 * converted. */
static bool convert_host_to_ascii(CURLU *url)
{
	char *host = get_part(url, CURLUPART_HOST, 0), *ascii = NULL, *converted_url = NULL;
	bool is_plain = host && is_ascii(host);
	if (host && !is_plain && text_is_utf8(host))
		ascii = ascii_host(url);
	if (ascii && curl_url_set(url, CURLUPART_HOST, ascii, 0) == CURLUE_OK)
		converted_url = get_part(url, CURLUPART_URL, 0);
	/* Parses it again: the name may be a number now. */
	bool converted = is_plain ||
		(converted_url && curl_url_set(url, CURLUPART_URL, converted_url, 0) == CURLUE_OK);
	free(host);
	free(ascii);
	free(converted_url);
	return converted;
}

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = get_part(url, part, 0);
	bool present = text != NULL;
	free(text);
	return present;
}

static bool is_http_scheme(const char *text, size_t length)
{
	return (length == 4 && strncasecmp(text, "http", 4) == 0) ||
		(length == 5 && strncasecmp(text, "https", 5) == 0);
}

/* Whether a reference has a scheme other than http or https (RFC 3986, 3.1). */
static bool has_other_scheme(const char *reference)
{
	size_t length = strspn(reference,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
	return length && reference[length] == ':' && !is_http_scheme(reference, length);
}

bool url_is_http(const char *text)
{
	return strncasecmp(text, "http://", 7) == 0 || strncasecmp(text, "https://", 8) == 0;
}

static bool is_http(CURLU *url)
{
	char *scheme = get_part(url, CURLUPART_SCHEME, 0);
	bool web = scheme && is_http_scheme(scheme, strlen(scheme));
	free(scheme);
	return web;
}

/* As browsers parse a reference (URL Standard, "basic URL parser"): without white space around it
 * and tabs and line ends in it; a backslash before the query is a slash. */
static char *strip_reference(const char *reference)
{
	reference += strspn(reference, " \t\r\n\f");
	size_t length = strlen(reference);
	while (length && strchr(" \t\r\n\f", reference[length - 1]))
		length--;
	char *stripped = strndup(reference, length), *out = stripped;
	bool path = true;
	for (const char *p = stripped; p && *p; p++) {
		path &= !strchr("?#", *p);
		if (!strchr("\t\r\n", *p))
			*out++ = path && *p == '\\' ? '/' : *p;
	}
	if (out)
		*out = 0;
	return stripped;
}

/* An empty reference or only a fragment is the base itself (RFC 3986, 4.4), which libcurl does not
 * support. */
static bool is_same_document(const char *base, const char *reference)
{
	return base && (!*reference || *reference == '#');
}

static char *resolve_url(CURLU *url, const char *base, const char *reference, struct error *error)
{
	const unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;
	char *stripped = strip_reference(reference);
	bool other_scheme = stripped && has_other_scheme(stripped);
	CURLUcode code = base ? curl_url_set(url, CURLUPART_URL, base, flags) : CURLUE_OK;
	if (code == CURLUE_OK && !other_scheme && !(stripped && is_same_document(base, stripped)))
		code = stripped ? curl_url_set(url, CURLUPART_URL, stripped, flags)
				: CURLUE_OUT_OF_MEMORY;
	free(stripped);
	const char *reason = NULL;
	if (code == CURLUE_OUT_OF_MEMORY) {
		error_memory(error, reference);
		return NULL;
	}
	if (code != CURLUE_OK)
		reason = curl_url_strerror(code);
	else if (other_scheme || !is_http(url))
		reason = "neither http nor https";
	else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
		reason = "a URL with a user name is refused";
	else if (!convert_host_to_ascii(url))
		reason = "the host name can't be converted to ASCII (IDNA)";
	if (reason) {
		error_set(error, reference, "%s", reason);
		return NULL;
	}
	curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	char *absolute = get_part(url, CURLUPART_URL, 0);
	if (!absolute)
		error_memory(error, reference);
	return absolute;
}

char *url_resolve(const char *base, const char *reference, struct error *error)
{
	if (strlen(reference) > URL_LENGTH_MAXIMUM) {
		error_set(error, reference, "a URL of more than %d bytes", URL_LENGTH_MAXIMUM);
		return NULL;
	}
	CURLU *url = curl_url();
	if (!url) {
		error_memory(error, reference);
		return NULL;
	}
	char *absolute = resolve_url(url, base, reference, error);
	curl_url_cleanup(url);
	if (!absolute || strlen(absolute) <= URL_LENGTH_MAXIMUM)
		return absolute;
	error_set(error, reference, "a URL of more than %d bytes", URL_LENGTH_MAXIMUM);
	free(absolute);
	return NULL;
}

char *url_origin(const char *url)
{
	CURLU *parsed = curl_url();
	char *origin = NULL;
	if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
		char *scheme = get_part(parsed, CURLUPART_SCHEME, 0),
		     *host = get_part(parsed, CURLUPART_HOST, 0);
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

char *url_origin_host(const char *origin)
{
	const char *name = strstr(origin, "://") + 3;
	size_t length = (size_t)(strrchr(name, ':') - name);
	return strndup(name, length - (length && name[length - 1] == '.'));
}

const char *url_path_and_query(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	return path ? path : "/";
}

char *url_percent_encode(const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *escaped = malloc(3 * strlen(text) + 1), *out = escaped;
	if (!escaped)
		return NULL;
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool is_plain = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= 'a' && *p <= 'z') || strchr("-._~", *p);
		if (is_plain) {
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

/* The start of the parameter `name` in a query, or NULL. */
static const char *find_parameter(const char *query, const char *name, size_t length)
{
	for (const char *p = query; p; p = strchr(p, '&') ? strchr(p, '&') + 1 : NULL)
		if (strncmp(p, name, length) == 0 &&
			(p[length] == '=' || p[length] == '&' || !p[length]))
			return p;
	return NULL;
}

char *url_set_parameter(const char *url, const char *name, const char *value)
{
	char *escaped_name = url_percent_encode(name), *escaped_value = url_percent_encode(value),
	     *result = NULL;
	if (escaped_name && escaped_value) {
		const char *query = strchr(url, '?');
		const char *old = query
			? find_parameter(query + 1, escaped_name, strlen(escaped_name))
			: NULL;
		if (old)
			result = text_format("%.*s%s=%s%s", (int)(old - url), url, escaped_name,
				escaped_value, old + strcspn(old, "&"));
		else
			result = text_format("%s%c%s=%s", url, query ? '&' : '?', escaped_name,
				escaped_value);
	}
	free(escaped_name);
	free(escaped_value);
	return result;
}
