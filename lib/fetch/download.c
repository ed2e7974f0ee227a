#include "fetch/download.h"

#include "base/file.h"
#include "base/version.h"
#include "fetch/transfer.h"
#include "fetch/url.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PARTIAL_CONTENT = 206, RANGE_NOT_SATISFIABLE = 416 };
enum { REDIRECTS_MAXIMUM = 5, ORIGIN_BYTES_MAXIMUM = 1 << 16, KILOBYTE = 1000 };

/* A transfer may take a day, if only it does not stall. */
static const double connect_seconds = 15, total_seconds = 86400, wait_maximum = 120;

/* ---- the file ---- */

static int open_locked(const char *path, struct error *error)
{
	struct stat status;
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
	if (file < 0)
		return error_system(error, path);
	bool is_locked = flock(file, LOCK_EX | LOCK_NB) == 0;
	if ((!is_locked && errno != EWOULDBLOCK) || fstat(file, &status))
		error_system(error, path);
	else if (!S_ISREG(status.st_mode))
		error_set(error, path, "is not a regular file");
	else if (!is_locked || status.st_nlink == 0) /* removed since it was opened */
		error_set(error, path, "is being written by another process");
	else
		return file;
	close(file);
	return -1;
}

int download_open(struct download *download, const char *path, struct error *error)
{
	*download = (struct download){strdup(path), text_format("%s.origin", path), -1};
	int result = download->path && download->origin ? file_make_parent(path, error)
							: error_memory(error, path);
	if (result == 0 && (download->file = open_locked(path, error)) >= 0)
		return 0;
	download_close(download);
	return -1;
}

uint64_t download_size(const struct download *download)
{
	struct stat status;
	return fstat(download->file, &status) == 0 ? (uint64_t)status.st_size : 0;
}

void download_remove(const struct download *download)
{
	unlink(download->origin);
	unlink(download->path);
}

void download_close(struct download *download)
{
	if (download->path && download->file >= 0)
		close(download->file);
	free(download->path);
	free(download->origin);
	*download = (struct download){0};
}

/* ---- one attempt ---- */

struct attempt {
	const struct download_request *request;
	struct download *download;
	const char *url; /* after redirects */
	struct transfer transfer;
	uint64_t offset; /* bytes that were there, and are not asked for */
	uint64_t size;   /* bytes that are there now */
	bool has_begun;  /* the server has answered with the file, or the rest of it */
	bool has_failed; /* for `error`, not for what the transfer says */
	struct error *error;
};

/* A header field of the response; NULL: there is none. Valid until the next call. */
static const char *header_value(const struct attempt *attempt, const char *name)
{
	struct curl_header *header;
	return curl_easy_header(attempt->transfer.easy, name, 0, CURLH_HEADER, -1, &header) ==
			CURLHE_OK
		? header->value
		: NULL;
}

/* What identifies the file that the server has: a weak ETag does not. NULL: nothing does. */
static const char *response_validator(const struct attempt *attempt)
{
	const char *etag = header_value(attempt, "ETag");
	return etag && *etag == '"' ? etag : header_value(attempt, "Last-Modified");
}

/* Begins the file anew: empty before it has another origin. */
static int begin_anew(struct attempt *attempt)
{
	const struct download *download = attempt->download;
	const char *validator = response_validator(attempt);
	attempt->offset = attempt->size = 0;
	if (ftruncate(download->file, 0) || lseek(download->file, 0, SEEK_SET) < 0)
		return error_system(attempt->error, download->path);
	char *text = text_format("%s\n%s\n", attempt->request->address, validator ? validator : "");
	int result = text ? output_bytes(download->origin, text, strlen(text), attempt->error)
			  : error_memory(attempt->error, download->origin);
	free(text);
	return result;
}

/* Whether the part that the server sends is the one that is missing. */
static bool is_part_asked_for(const struct attempt *attempt)
{
	const char *range = header_value(attempt, "Content-Range");
	char expected[64];
	int length = snprintf(expected, sizeof expected, "bytes %llu-",
		(unsigned long long)attempt->offset);
	return attempt->offset && range && strncasecmp(range, expected, (size_t)length) == 0;
}

/* The next run begins anew. */
static int refuse_part(const struct attempt *attempt)
{
	return ftruncate(attempt->download->file, 0)
		? error_system(attempt->error, attempt->download->path)
		: error_set(attempt->error, attempt->url,
			  "the server sent another part of the file than it was asked for");
}

static int begin(struct attempt *attempt, long status)
{
	curl_off_t length = -1;
	attempt->has_begun = true;
	if (status != PARTIAL_CONTENT && begin_anew(attempt))
		return -1;
	if (status == PARTIAL_CONTENT && !is_part_asked_for(attempt))
		return refuse_part(attempt);
	curl_easy_getinfo(attempt->transfer.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	progress_start(attempt->request->progress, attempt->request->name, "kilobytes",
		length > 0 ? (uint64_t)length / KILOBYTE : 0);
	return 0;
}

static int write_all(const struct attempt *attempt, const unsigned char *bytes, size_t size)
{
	const struct download *download = attempt->download;
	while (size) {
		ssize_t written = write(download->file, bytes, size);
		if (written < 0 && errno != EINTR)
			return error_system(attempt->error, download->path);
		bytes += written > 0 ? written : 0;
		size -= written > 0 ? (size_t)written : 0;
	}
	return 0;
}

/* A transfer's sink: the bodies of other answers than the file are dropped. */
static bool take_bytes(void *context, const void *bytes, size_t size)
{
	struct attempt *attempt = context;
	long status = 0;
	curl_easy_getinfo(attempt->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
	if (status / 100 != 2)
		return true;
	if (!attempt->has_begun && begin(attempt, status)) {
		attempt->has_failed = true;
		return false;
	}
	if (size > attempt->request->bytes - attempt->size) {
		attempt->transfer.too_large = true;
		return false;
	}
	if (write_all(attempt, bytes, size)) {
		attempt->has_failed = true;
		return false;
	}
	attempt->size += size;
	progress_update(attempt->request->progress, (attempt->size - attempt->offset) / KILOBYTE,
		"");
	return true;
}

/* ---- what is there from before ---- */

/* The second line of the file's origin, allocated, if its first is the address, and it is not
 * empty; else NULL. */
static char *known_validator(const struct attempt *attempt)
{
	struct error ignored;
	char *text, *validator = NULL;
	if (file_read_regular_text(attempt->download->origin, ORIGIN_BYTES_MAXIMUM, &text,
		    &ignored))
		return NULL;
	char *rest = text;
	const char *address = strsep(&rest, "\n"), *second = strsep(&rest, "\n");
	if (second && *second && strcmp(address, attempt->request->address) == 0)
		validator = strdup(second);
	free(text);
	return validator;
}

/* Adds the headers that ask for what is missing behind the offset. */
static int add_range(const struct attempt *attempt, const char *validator,
	struct text_list *headers)
{
	char *range = text_format("Range: bytes=%llu-", (unsigned long long)attempt->offset),
	     *condition = text_format("If-Range: %s", validator);
	int result = !range || !condition ? error_memory(attempt->error, attempt->url)
		: text_list_add(headers, range, attempt->error) ||
			text_list_add(headers, condition, attempt->error)
		? -1
		: 0;
	free(range);
	free(condition);
	return result;
}

/* Asks for the file, or for what is missing of one that is there in part. */
static int prepare(struct attempt *attempt)
{
	struct download *download = attempt->download;
	struct text_list headers = {0};
	char *validator = known_validator(attempt);
	uint64_t size = download_size(download);
	attempt->offset = validator && size <= attempt->request->bytes ? size : 0;
	attempt->size = attempt->offset;
	attempt->transfer.is_range = attempt->offset > 0;
	int result = attempt->offset ? add_range(attempt, validator, &headers) : 0;
	if (result == 0)
		result = transfer_set_headers(&attempt->transfer, NULL, &headers, attempt->error);
	if (result == 0 && lseek(download->file, (off_t)attempt->offset, SEEK_SET) < 0)
		result = error_system(attempt->error, download->path);
	text_list_free(&headers);
	free(validator);
	return result;
}

/* Status 416: nothing of the file lies where the part that was asked for begins. All of it is there
 * if that is its end; else what is there is of no use, and the next attempt begins anew. */
static int take_no_part(const struct attempt *attempt)
{
	const char *range = header_value(attempt, "Content-Range");
	char whole[64];
	snprintf(whole, sizeof whole, "bytes */%llu", (unsigned long long)attempt->offset);
	if (range && strcasecmp(range, whole) == 0)
		return TRANSFER_COMPLETE;
	return ftruncate(attempt->download->file, 0)
		? error_system(attempt->error, attempt->download->path)
		: TRANSFER_TRANSIENT;
}

/* ---- attempts ---- */

/* Makes one request. Returns its outcome, or -1 with an error that is not the transfer's. */
static int try_once(struct attempt *attempt, const struct transfer_limits *limits)
{
	struct transfer *transfer = &attempt->transfer;
	attempt->has_begun = attempt->has_failed = false;
	if (transfer_init(transfer, attempt->url, limits, attempt->error))
		return -1;
	transfer->sink = take_bytes;
	transfer->sink_context = attempt;
	if (prepare(attempt))
		return -1;
	enum transfer_outcome outcome =
		transfer_finish(transfer, curl_easy_perform(transfer->easy));
	/* Of an empty file no byte comes. */
	if (outcome == TRANSFER_COMPLETE && !attempt->has_begun)
		attempt->has_failed = begin(attempt, transfer->status) != 0;
	if (attempt->has_failed)
		return -1;
	return transfer->status == RANGE_NOT_SATISFIABLE && attempt->offset ? take_no_part(attempt)
									    : (int)outcome;
}

/* The address that a redirect leads to, allocated; NULL with an error. */
static char *redirect_target(const struct attempt *attempt)
{
	struct error why;
	char *url = url_resolve(NULL, attempt->transfer.location, &why);
	if (!url)
		error_set(attempt->error, attempt->url, "redirected to %s: %s", why.object,
			why.reason);
	else if (strncmp(attempt->url, "https:", 6) == 0 && strncmp(url, "https:", 6) != 0) {
		error_set(attempt->error, attempt->url, "redirected to %s, which is not https",
			url);
		free(url);
		url = NULL;
	}
	return url;
}

/* Makes one request, and those that its redirects ask for. */
static int try_with_redirects(struct attempt *attempt, const struct transfer_limits *limits)
{
	char *url = strdup(attempt->request->address);
	int outcome = url ? TRANSFER_REDIRECT : error_memory(attempt->error, "network");
	for (int i = 0; i <= REDIRECTS_MAXIMUM && outcome == TRANSFER_REDIRECT; i++) {
		transfer_free(&attempt->transfer);
		attempt->url = url;
		outcome = try_once(attempt, limits);
		if (outcome != TRANSFER_REDIRECT)
			break;
		char *target = redirect_target(attempt);
		free(url);
		url = target;
		outcome = url ? TRANSFER_REDIRECT : -1;
	}
	if (outcome == TRANSFER_REDIRECT)
		outcome =
			error_set(attempt->error, attempt->request->address, "too many redirects");
	attempt->url = attempt->request->address;
	free(url);
	return outcome;
}

static void wait_seconds(double seconds)
{
	double whole = floor(seconds);
	struct timespec rest = {(time_t)whole, (long)((seconds - whole) * 1e9)};
	nanosleep(&rest, NULL);
}

static int fetch(struct attempt *attempt, const struct transfer_limits *limits)
{
	const struct download_request *request = attempt->request;
	double pause = request->backoff;
	for (int retry = 0;; retry++, pause *= 2) {
		int outcome = try_with_redirects(attempt, limits);
		const struct transfer *transfer = &attempt->transfer;
		if (outcome == TRANSFER_COMPLETE || outcome < 0)
			return outcome;
		if (outcome != TRANSFER_TRANSIENT || retry >= request->retries ||
			transfer->retry_after > wait_maximum)
			return error_set(attempt->error, request->address, "%s", transfer->reason);
		wait_seconds(fmax(pause, transfer->retry_after));
	}
}

int download_fetch(struct download *download, const struct download_request *request,
	struct error *error)
{
	const struct transfer_limits limits = {.connect_seconds = connect_seconds,
		.total_seconds = total_seconds,
		.bytes = request->bytes,
		.allow_private = request->allow_private,
		.user_agent = "millrace/" MILLRACE_VERSION,
		.ca_file = request->ca_file};
	struct attempt attempt = {.request = request,
		.download = download,
		.url = request->address,
		.error = error};
	if (request->ca_file && transfer_check_ca_file(request->ca_file, error))
		return -1;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return error_memory(error, "network");
	int result = fetch(&attempt, &limits);
	transfer_free(&attempt.transfer);
	if (result && download_size(download) == 0)
		download_remove(download);
	if (result == 0 && attempt.has_begun)
		progress_finish(request->progress, (attempt.size - attempt.offset) / KILOBYTE, "");
	else
		progress_clear(request->progress);
	return result == 0 && fsync(download->file) ? error_system(error, download->path) : result;
}
