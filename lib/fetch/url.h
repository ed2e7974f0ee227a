/* URLs: made absolute, checked, taken apart (by libcurl's parser, the one that will fetch them). */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include "base/error.h"

#include <stdbool.h>

enum { URL_LENGTH_MAXIMUM = 8192 };

/* Whether `text` begins as an http or https address does. */
bool url_is_web(const char *text);

/* The absolute form of `reference` as found on the page at `base` (NULL: it must be absolute already), without tabs and
 * ends of lines, with slashes for backslashes before its query, with blanks and non-ASCII bytes percent-encoded, a
 * host's name put in ASCII (IDNA), and the fragment cut off. Only http and https, without user name or password, at most
 * URL_LENGTH_MAXIMUM bytes. Fresh memory, which the caller frees; NULL with `error` set (which may be NULL). */
char *url_resolve(const char *base, const char *reference, struct error *error);

/* "https://host:port" of a URL that url_resolve made; "https://host:443" and "https://host" are one.
 * Fresh memory, which the caller frees; NULL without memory. */
char *url_origin(const char *url);

/* Whether two URLs that url_resolve made have the same origin. */
bool url_is_same_origin(const char *a, const char *b);

/* The host's name in what url_origin made, without the dot that may end it. Fresh memory, which the caller frees; NULL without
 * memory. */
char *url_origin_name(const char *origin);

/* Path and query ("/a/b?c=d") inside a URL that url_resolve made. */
const char *url_path(const char *url);

/* `url` with the parameter `name` of its query set to `value`, in the place of one of that name or
 * at the end. Fresh memory, which the caller frees; NULL without memory. */
char *url_set_parameter(const char *url, const char *name, const char *value);

/* Percent-encodes all but letters, digits and "-._~" (RFC 3986, 2.3). Fresh memory, which the
 * caller frees; NULL without memory. */
char *url_escape(const char *text);

#endif
