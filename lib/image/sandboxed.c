#include "image/decoders.h"

#include "sandbox/sandbox.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	SECONDS_MAXIMUM = 20,        /* 64 megapixels of a progressive JPEG take about 3 */
	CALLS_MAXIMUM = 1000,        /* a new process discards leaked and corrupted memory */
	MEMORY_MAXIMUM = 1536 << 20, /* a progressive CMYK JPEG of 64 megapixels needs 960 MB */
	MEMORY_KEPT = 128 << 20,
	OUTPUT_MAXIMUM = IMAGE_LOAD_MAXIMUM, /* and 64 megapixels in RGBA */
};

enum request_kind { PROBE, DECODE, INSPECT, LOAD };

struct decoder_request {
	enum request_kind kind;
	struct image_decode_options decode;
	struct image_resize_options resize;
	int channels;
	const struct image_inspection
		*inspection; /* a pointer valid in the worker too, which is a fork */
};

struct decoder_response {
	int failed;
	struct error error;     /* its object is "", or ": " and a part of the picture */
	struct image_info info; /* to PROBE */
	_Alignas(16) unsigned char finding[IMAGE_FINDING_MAXIMUM]; /* to INSPECT */
	int width, height, channels;
};

_Static_assert(sizeof(struct decoder_request) <= SANDBOX_MESSAGE_MAXIMUM &&
		sizeof(struct decoder_response) <= SANDBOX_MESSAGE_MAXIMUM,
	"they fit in a message");

static struct sandbox *decoders;

/* ---- in a worker ---- */

/* Keeps freed memory in the process: memory from the system comes page by page, each cleared
 * first. */
static void retain_memory(void)
{
	static bool done;
	if (!done && mallopt(M_MMAP_MAX, 0) && mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT))
		done = true;
}

/* The worker does not know the name of the picture, so it cannot leak it. */
static size_t run_request(const void *message, const unsigned char *bytes, size_t size, void *reply,
	unsigned char *output)
{
	const struct decoder_request *request = message;
	struct decoder_response *response = reply;
	struct image image = {0};
	retain_memory();
	if (request->kind == PROBE)
		response->failed =
			probe_in_process(bytes, size, "", &response->info, &response->error);
	else if (request->kind == DECODE)
		response->failed = decode_in_process(bytes, size, "", &request->decode, &image,
			&response->error);
	else if (request->kind == INSPECT)
		response->failed = inspect_in_process(bytes, size, "", &request->decode,
			request->inspection, response->finding, &response->error);
	else
		response->failed = load_in_process(bytes, size, "", &request->resize,
			request->channels, &image, &response->error);
	if (response->failed && response->error.kind == ERROR_MACHINE)
		_exit(SANDBOX_OUT_OF_MEMORY); /* the only error of the machine that a worker can
		                                 have */
	size_t used = (size_t)image.width * (size_t)image.height * (size_t)image.channels;
	if (used)
		memcpy(output, image.pixels, used);
	response->width = image.width;
	response->height = image.height;
	response->channels = image.channels;
	image_free(&image);
	return used;
}

/* ---- in the program ---- */

int image_sandbox_start(struct error *error)
{
	static const struct sandbox_config config = {run_request, "decoder",
		sizeof(struct decoder_request), sizeof(struct decoder_response), IMAGE_FILE_MAXIMUM,
		OUTPUT_MAXIMUM, MEMORY_MAXIMUM, SECONDS_MAXIMUM, CALLS_MAXIMUM};
	tzset(); /* loads the time zone file, as a worker cannot: lcms needs it for the date of a
	            profile */
	return sandbox_start(&decoders, &config, error);
}

void image_sandbox_stop(void)
{
	sandbox_stop(decoders);
	decoders = NULL;
}

/* The error with the name of the picture. */
static int copy_response_error(struct decoder_response *response, const char *name,
	struct error *error)
{
	char *object = response->error.object;
	object[sizeof response->error.object - 1] =
		response->error.reason[sizeof response->error.reason - 1] = 0;
	if (strncmp(object, ": ", 2) != 0)
		return error_set(error, name, "%s", response->error.reason);
	error_set(error, object + 2, "%s", response->error.reason);
	return error_within(error, name);
}

/* Runs a request in a worker. On success the caller releases the result. */
static int call_decoder(const struct decoder_request *request, const unsigned char *bytes,
	size_t size, const char *name, struct decoder_response *response,
	struct sandbox_result *result, struct error *error)
{
	if (size > IMAGE_FILE_MAXIMUM)
		return error_set(error, name, "larger than %d bytes", IMAGE_FILE_MAXIMUM);
	if (sandbox_run(decoders, name, request, bytes, size, response, result, error))
		return -1;
	if (!response->failed)
		return 0;
	sandbox_release(decoders, result);
	return copy_response_error(response, name, error);
}

/* A response is accepted only if it is plausible for the request. */
static bool is_plausible(const struct decoder_response *response,
	const struct decoder_request *request, size_t size)
{
	int channels = request->kind == LOAD ? request->channels
		: request->decode.keep_alpha ? 4
					     : 3;
	if (response->width < 1 || response->height < 1 || response->width > IMAGE_SIDE_MAXIMUM ||
		response->height > IMAGE_SIDE_MAXIMUM || response->channels != channels)
		return false;
	if (request->kind == LOAD &&
		(response->width != request->resize.width ||
			response->height != request->resize.height))
		return false;
	return (size_t)response->width * (size_t)response->height * (size_t)channels == size;
}

static int decode_remotely(const struct decoder_request *request, const unsigned char *bytes,
	size_t size, const char *name, struct image *image, struct error *error)
{
	struct decoder_response response;
	struct sandbox_result result;
	*image = (struct image){0};
	if (call_decoder(request, bytes, size, name, &response, &result, error))
		return -1;
	int failed = 0;
	if (!is_plausible(&response, request, result.size))
		failed = error_set(error, name, "invalid response from the decoder");
	else if (image_create(image, response.width, response.height, response.channels, error))
		failed = error_within(error, name);
	else
		memcpy(image->pixels, result.output, result.size);
	sandbox_release(decoders, &result);
	return failed;
}

int image_probe(const unsigned char *bytes, size_t size, const char *name, struct image_info *info,
	struct error *error)
{
	struct decoder_response response = {0};
	struct sandbox_result result;
	if (!decoders)
		return probe_in_process(bytes, size, name, info, error);
	int failed = call_decoder(&(struct decoder_request){.kind = PROBE}, bytes, size, name,
		&response, &result, error);
	if (!failed)
		sandbox_release(decoders, &result);
	bool plausible = (unsigned)response.info.type < IMAGE_TYPE_COUNT &&
		(failed || response.info.type != IMAGE_UNKNOWN);
	*info = plausible ? response.info : (struct image_info){0};
	return failed || plausible ? failed
				   : error_set(error, name, "invalid response from the decoder");
}

int image_decode(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, struct image *image, struct error *error)
{
	if (!decoders)
		return decode_in_process(bytes, size, name, options, image, error);
	return decode_remotely(&(struct decoder_request){.kind = DECODE, .decode = *options}, bytes,
		size, name, image, error);
}

int image_inspect(const unsigned char *bytes, size_t size, const char *name,
	const struct image_decode_options *options, const struct image_inspection *inspection,
	void *finding, size_t size_of_finding, struct error *error)
{
	struct decoder_response response;
	struct sandbox_result result;
	if (!decoders)
		return inspect_in_process(bytes, size, name, options, inspection, finding, error);
	struct decoder_request request = {.kind = INSPECT,
		.decode = *options,
		.inspection = inspection};
	if (call_decoder(&request, bytes, size, name, &response, &result, error))
		return -1;
	memcpy(finding, response.finding, size_of_finding);
	sandbox_release(decoders, &result);
	return 0;
}

int image_load(const unsigned char *bytes, size_t size, const char *name,
	const struct image_resize_options *options, int channels, struct image *image,
	struct error *error)
{
	if (!decoders)
		return load_in_process(bytes, size, name, options, channels, image, error);
	return decode_remotely(&(struct decoder_request){.kind = LOAD,
				       .resize = *options,
				       .channels = channels},
		bytes, size, name, image, error);
}
