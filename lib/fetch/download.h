/* One large file of an address, written as it comes, so that a download that was cut short goes on.
 *
 * What has come of a file lies in PATH; PATH.origin beside it has two lines, the address, and what
 * tells whether the server still has the same file: its ETag, or else its Last-Modified (RFC 9110,
 * 8.8). The rest is asked for by Range on the condition If-Range (13.1.5). A server that sends the
 * whole file instead, since it has changed or knows no ranges, is taken at its word: PATH begins
 * anew. So it does without either header, and at another address. */
#ifndef FETCH_DOWNLOAD_H
#define FETCH_DOWNLOAD_H

#include "base/error.h"
#include "base/progress.h"

#include <stdbool.h>
#include <stdint.h>

struct download_request {
	const char *name;    /* of the file, for the progress display */
	const char *address; /* as returned by url_resolve */
	uint64_t bytes;      /* maximum of the whole file */
	int retries;    /* after the first attempt, for status 408, 429, 5xx and broken connections;
	                   each asks for what is still missing */
	double backoff; /* seconds before the first retry, then doubled for each */
	bool allow_private;  /* connect to addresses that are not public */
	const char *ca_file; /* trusted CA certificates, PEM; NULL: those of the system */
	struct progress *progress;
};

/* All zero is closed. */
struct download {
	char *path, *origin; /* of both files; owned */
	int file;            /* PATH, locked (flock(2)) against other processes */
};

/* Opens PATH, which may be there from an earlier call, and else is created, as its folder is. On
 * failure (-1: another process has it open, not a regular file) *download is empty. */
CHECKED int download_open(struct download *download, const char *path, struct error *error);

/* Fetches what is missing. On success the whole file is in PATH, and synced. On failure (-1: the
 * error's object is the address, or PATH) what has come stays there, to go on with; if nothing has,
 * both files are removed.
 *
 * At most five redirects are followed, none from https to http. */
CHECKED int download_fetch(struct download *download, const struct download_request *request,
	struct error *error);

/* Bytes that are in PATH. */
uint64_t download_size(const struct download *download);

/* Removes both files. */
void download_remove(const struct download *download);

void download_close(struct download *download);

#endif
