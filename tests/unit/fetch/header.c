/* Header fields: codings, Retry-After, opt-outs. */
#include "fetch/header.h"
#include "tap.h"

#include <string.h>

/* Sunday, 22 November 2026, 12:00 UTC. */
static const time_t now = 1795348800;

static void parsing(void)
{
	struct header_field header;
	const char *const lines[][3] = {{"Content-Encoding: gzip\r\n", "content-encoding", "gzip"},
		{"transfer-encoding:\tgzip, chunked \t\r\n", "Transfer-Encoding", "gzip, chunked"},
		{"X:\r\n", "x", ""}, {"a:b:c", "A", "b:c"}};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		ok(header_parse(&header, lines[i][0], strlen(lines[i][0])) &&
				header_is_named(&header, lines[i][1]),
			"%s", lines[i][1]);
		is_text(header.value, lines[i][2], "its value");
	}
	ok(!header_parse(&header, "HTTP/1.1 200 OK\r\n", 17), "a status line is not a field");
	ok(!header_parse(&header, "", 0), "nor is an empty line");
	char line[1000];
	memset(line, 'x', sizeof line);
	ok(!header_parse(&header, line, sizeof line), "a long line without a colon");
	line[1] = ':';
	ok(header_parse(&header, line, sizeof line), "a long line with a colon");
	is_integer((long long)strlen(header.value), HEADER_TEXT_SIZE - 3, "is truncated");
}

static void codings(void)
{
	const char *const none[] = {"", "identity", "Chunked"},
			  *const zlib[] = {"gzip", "GZIP", "x-gzip", "deflate"},
			  *const other[] = {"br", "zstd", "gzip, gzip", "gzip,", ",gzip",
				  "gzip gzip", "identity, gzip", "gzipp", "gzi"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		ok(header_coding(none[i]) == CODING_NONE, "'%s' is CODING_NONE", none[i]);
	for (size_t i = 0; i < sizeof zlib / sizeof *zlib; i++)
		ok(header_coding(zlib[i]) == CODING_ZLIB, "%s is CODING_ZLIB", zlib[i]);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		ok(header_coding(other[i]) == CODING_OTHER, "%s is CODING_OTHER", other[i]);
}

static void retry_after(void)
{
	is_near(header_retry_after("120", now), 120, 0, "seconds");
	is_near(header_retry_after("0", now), 0, 0, "zero");
	is_near(header_retry_after("-5", now), 0, 0, "negative");
	is_near(header_retry_after("soon", now), 0, 0, "not a date");
	is_near(header_retry_after("", now), 0, 0, "empty");
	is_near(header_retry_after("Sun, 22 Nov 2026 12:02:00 GMT", now), 120, 0, "a date");
	is_near(header_retry_after("Sunday, 22-Nov-26 12:02:00 GMT", now), 120, 0,
		"in RFC 850 format");
	is_near(header_retry_after("Sun Nov 22 12:02:00 2026", now), 120, 0, "in asctime format");
	is_near(header_retry_after("Sun, 22 Nov 2026 11:59:00 GMT", now), 0, 0, "a past date");
	ok(header_retry_after("9223372036854775807", now) > 9e18, "the largest time_t");
	ok(header_retry_after("99999999999999999999", now) > 9e19, "larger than any integer type");
	char digits[2000];
	memset(digits, '9', sizeof digits - 1);
	digits[sizeof digits - 1] = 0;
	ok(header_retry_after(digits, now) > 1e100 && header_retry_after(digits, now) < 1e200,
		"a thousand digits, and finite");
}

static void opt_outs(void)
{
	const char *const out[] = {"noai", "NoAI", "noimageai", "noindex", "noimageindex", "none",
		"nofollow, noai", "noai,nofollow", "millrace: noai", "millrace:noai",
		"otherbot: nofollow, noai", "noai;", "noindex;noai", "nofollow;noai", "\"noai\"",
		"'noai'", "  noai  ", "max-image-preview:large,noai", "all, none",
		"unavailable_after: 25 Jun 2010 15:00:00 PST",
		"unavailable_after:Fri, 25 Jun 2010 15:00:00 GMT",
		"millrace: unavailable_after: 25 Jun 2010 15:00:00 PST, nofollow",
		"unavailable_after: 2010-06-25", "unavailable_after: 2010-06-25T15:00:00Z",
		"unavailable_after: \"Fri, 25 Jun 2010 15:00:00 GMT\"",
		"unavailable_after: 25 Jun 2030 15:00:00 PST, noai",
		"unavailable_after: Sunday, 22-Nov-26 11:59:59 GMT"},
			  *const in[] = {"", "all", "nofollow", "noarchive, nosnippet",
				  "noindex-not", "none-of-it", "noaix", "xnoai", "no ai",
				  "max-snippet: 0", "unavailable_after: 25 Jun 2030 15:00:00 PST",
				  "unavailable_after: Tue, 25 Jun 2030 15:00:00 GMT",
				  "unavailable_after: 2030-06-25",
				  "unavailable_after: Sunday, 22-Nov-26 12:00:01 GMT",
				  "unavailable_after:", "unavailable_after",
				  "unavailable_after: soon, later", "unavailable_after: ,", ",;:"};
	for (size_t i = 0; i < sizeof out / sizeof *out; i++)
		ok(header_opts_out(out[i], now), "'%s' opts out", out[i]);
	for (size_t i = 0; i < sizeof in / sizeof *in; i++)
		ok(!header_opts_out(in[i], now), "'%s' does not", in[i]);
}

int main(void)
{
	parsing();
	codings();
	retry_after();
	opt_outs();
	return done();
}
