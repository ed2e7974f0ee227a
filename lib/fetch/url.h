/* URLs: resolved, validated, split (by libcurl's parser, which fetches them too). */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include "base/error.h"

#include <stdbool.h>

enum { URL_LENGTH_MAXIMUM = 8192 };

/* Whether `text` begins with "http://" or "https://". */
bool url_is_http(const char *text);

/* Resolves a URI reference against `base` (NULL: it must be absolute): without tabs and line ends,
 * with slashes for backslashes before the query, blanks and non-ASCII bytes percent-encoded, the
 * host name in ASCII (IDNA), without fragment. Only http and https, without user information, at
 * most URL_LENGTH_MAXIMUM bytes. New memory, which the caller frees; NULL with `error` set (which
 * may be NULL). */
char *url_resolve(const char *base, const char *reference, struct error *error);

/* The origin "https://host:port" of a URL from url_resolve; that of "https://host" has port 443.
 * New memory, which the caller frees; NULL without memory. */
char *url_origin(const char *url);

/* Whether two URLs from url_resolve have the same origin. */
bool url_is_same_origin(const char *a, const char *b);

/* The host name in an origin from url_origin, without a trailing dot. New memory, which the caller
 * frees; NULL without memory. */
char *url_origin_host(const char *origin);

/* Path and query ("/a/b?c=d") inside a URL from url_resolve. */
const char *url_path_and_query(const char *url);

/* `url` with the parameter `name` of its query set to `value`: replaced, or appended if there is
 * none. New memory, which the caller frees; NULL without memory. */
char *url_set_parameter(const char *url, const char *name, const char *value);

/* Percent-encodes all but unreserved characters (RFC 3986, 2.3). New memory, which the
 * caller frees; NULL without memory. */
char *url_percent_encode(const char *text);

#endif
