#include "image/decoders.h"

#include "sandbox/sandbox.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	SECONDS_MAXIMUM = 20,                /* 64 megapixels of a progressive JPEG take about 3 */
	CALLS_MAXIMUM = 1000,                /* what a decoder left behind in memory is soon gone */
	MEMORY_MAXIMUM = 1536 << 20,         /* a progressive CMYK JPEG of 64 megapixels needs 960 MB */
	MEMORY_KEPT = 128 << 20,
	OUTPUT_MAXIMUM = IMAGE_LOAD_MAXIMUM, /* and 64 megapixels in RGBA */
};

enum request_kind { PROBE, DECODE, INSPECT, LOAD };

struct request {
	enum request_kind kind;
	struct image_decode_options decode;
	struct image_resize_options resize;
	int channels;
	const struct image_inspection *inspection; /* the program and its workers are the same code at the same place */
};

struct answer {
	int failed;
	struct error error;     /* its object "", or ": " and a part of the picture */
	struct image_info info; /* to PROBE */
	_Alignas(16) unsigned char finding[IMAGE_FINDING_MAXIMUM]; /* to INSPECT */
	int width, height, channels;
};

_Static_assert(sizeof(struct request) <= SANDBOX_MESSAGE_MAXIMUM && sizeof(struct answer) <= SANDBOX_MESSAGE_MAXIMUM,
	"a message holds them");

static struct sandbox *decoders;

/* ---- in a worker ---- */

/* Memory given back to the system comes again page by page, each to be cleared: what large pictures need is kept. */
static void keep_memory(void)
{
	static bool done;
	if (!done && mallopt(M_MMAP_MAX, 0) && mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT))
		done = true;
}

/* The picture has no name here: what is not known cannot be told. */
static size_t answer_request(const void *message, const unsigned char *bytes, size_t size, void *reply,
	unsigned char *output)
{
	const struct request *request = message;
	struct answer *answer = reply;
	struct image image = {0};
	keep_memory();
	if (request->kind == PROBE)
		answer->failed = probe_here(bytes, size, "", &answer->info, &answer->error);
	else if (request->kind == DECODE)
		answer->failed = decode_here(bytes, size, "", &request->decode, &image, &answer->error);
	else if (request->kind == INSPECT)
		answer->failed = inspect_here(bytes, size, "", &request->decode, request->inspection, answer->finding,
			&answer->error);
	else
		answer->failed = load_here(bytes, size, "", &request->resize, request->channels, &image, &answer->error);
	if (answer->failed && answer->error.kind == ERROR_MACHINE)
		_exit(SANDBOX_OUT_OF_MEMORY); /* all that a worker needs of the machine */
	size_t used = (size_t)image.width * (size_t)image.height * (size_t)image.channels;
	if (used)
		memcpy(output, image.pixels, used);
	answer->width = image.width;
	answer->height = image.height;
	answer->channels = image.channels;
	image_free(&image);
	return used;
}

/* ---- in the program ---- */

int image_sandbox_start(struct error *error)
{
	static const struct sandbox_config work = {answer_request, "decoder", sizeof(struct request), sizeof(struct answer),
		IMAGE_FILE_MAXIMUM, OUTPUT_MAXIMUM, MEMORY_MAXIMUM, SECONDS_MAXIMUM, CALLS_MAXIMUM};
	tzset(); /* a worker may not look for the time zone, as lcms does where a profile has a date */
	return sandbox_start(&decoders, &work, error);
}

void image_sandbox_stop(void)
{
	sandbox_stop(decoders);
	decoders = NULL;
}

/* The error as if it had happened here. */
static int fail_as(struct answer *answer, const char *name, struct error *error)
{
	char *object = answer->error.object;
	object[sizeof answer->error.object - 1] = answer->error.reason[sizeof answer->error.reason - 1] = 0;
	if (strncmp(object, ": ", 2) != 0)
		return error_set(error, name, "%s", answer->error.reason);
	error_set(error, object + 2, "%s", answer->error.reason);
	return error_within(error, name);
}

/* Asks a worker. On success the caller releases the result. */
static int ask(const struct request *request, const unsigned char *bytes, size_t size, const char *name,
	struct answer *answer, struct sandbox_result *result, struct error *error)
{
	if (size > IMAGE_FILE_MAXIMUM)
		return error_set(error, name, "larger than %d bytes", IMAGE_FILE_MAXIMUM);
	if (sandbox_run(decoders, name, request, bytes, size, answer, result, error))
		return -1;
	if (!answer->failed)
		return 0;
	sandbox_release(decoders, result);
	return fail_as(answer, name, error);
}

/* What a worker says is believed where it could be true of the request. */
static bool is_possible(const struct answer *answer, const struct request *request, size_t size)
{
	int channels = request->kind == LOAD ? request->channels : request->decode.keep_alpha ? 4 : 3;
	if (answer->width < 1 || answer->height < 1 || answer->width > IMAGE_SIDE_MAXIMUM ||
		answer->height > IMAGE_SIDE_MAXIMUM || answer->channels != channels)
		return false;
	if (request->kind == LOAD && (answer->width != request->resize.width || answer->height != request->resize.height))
		return false;
	return (size_t)answer->width * (size_t)answer->height * (size_t)channels == size;
}

static int fetch(const struct request *request, const unsigned char *bytes, size_t size, const char *name,
	struct image *image, struct error *error)
{
	struct answer answer;
	struct sandbox_result result;
	*image = (struct image){0};
	if (ask(request, bytes, size, name, &answer, &result, error))
		return -1;
	int failed = 0;
	if (!is_possible(&answer, request, result.size))
		failed = error_set(error, name, "invalid response from the decoder");
	else if (image_create(image, answer.width, answer.height, answer.channels, error))
		failed = error_within(error, name);
	else
		memcpy(image->pixels, result.output, result.size);
	sandbox_release(decoders, &result);
	return failed;
}

int image_probe(const unsigned char *bytes, size_t size, const char *name, struct image_info *info, struct error *error)
{
	struct answer answer = {0};
	struct sandbox_result result;
	if (!decoders)
		return probe_here(bytes, size, name, info, error);
	int failed = ask(&(struct request){.kind = PROBE}, bytes, size, name, &answer, &result, error);
	if (!failed)
		sandbox_release(decoders, &result);
	bool possible = failed ? answer.info.type <= IMAGE_PNM : answer.info.type > IMAGE_UNKNOWN && answer.info.type <= IMAGE_PNM;
	*info = possible ? answer.info : (struct image_info){0};
	return failed || possible ? failed : error_set(error, name, "invalid response from the decoder");
}

int image_decode(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error)
{
	if (!decoders)
		return decode_here(bytes, size, name, options, image, error);
	return fetch(&(struct request){.kind = DECODE, .decode = *options}, bytes, size, name, image, error);
}

int image_inspect(const unsigned char *bytes, size_t size, const char *name, const struct image_decode_options *options,
	const struct image_inspection *inspection, void *finding, size_t size_of_finding, struct error *error)
{
	struct answer answer;
	struct sandbox_result result;
	if (!decoders)
		return inspect_here(bytes, size, name, options, inspection, finding, error);
	struct request request = {.kind = INSPECT, .decode = *options, .inspection = inspection};
	if (ask(&request, bytes, size, name, &answer, &result, error))
		return -1;
	memcpy(finding, answer.finding, size_of_finding);
	sandbox_release(decoders, &result);
	return 0;
}

int image_load(const unsigned char *bytes, size_t size, const char *name, const struct image_resize_options *options,
	int channels, struct image *image, struct error *error)
{
	if (!decoders)
		return load_here(bytes, size, name, options, channels, image, error);
	return fetch(&(struct request){.kind = LOAD, .resize = *options, .channels = channels}, bytes, size, name, image,
		error);
}
