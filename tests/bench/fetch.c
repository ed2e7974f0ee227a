/* fetch LIST FOLDER: downloads the URLs in LIST to FOLDER by the fetcher alone, without decoding,
 * hashing or a manifest. */
#include "common/workload.h"

#include "base/text.h"
#include "fetch/fetch.h"
#include "fetch/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING_MAXIMUM = 1024 };

struct download_state {
	const char *folder;
	int pending;
};

static void save_result(void *context, void *tag, struct fetch_result *result)
{
	struct download_state *state = context;
	struct error error;
	char *path = text_format("%s/%s", state->folder, text_base_name(result->url));
	(void)tag;
	require(!path || result->outcome != FETCH_DONE,
		&(struct error){.object = "fetch", .reason = "download failed"});
	FILE *stream = fopen(path, "we");
	require(!stream && error_system(&error, path), &error);
	setvbuf(stream, NULL, _IONBF, 0);
	bool failed = fwrite(result->bytes, 1, result->size, stream) != result->size;
	require((fclose(stream) || failed) && error_system(&error, path), &error);
	free(path);
	state->pending--;
}

int main(int argc, char **argv)
{
	const struct fetch_options options = {.rate = 2,
		.connections = 4,
		.transfers = 256,
		.retries = 4,
		.backoff = 1,
		.wait_maximum = 120,
		.timeout = 60,
		.image_bytes = 20 << 20,
		.page_bytes = 1 << 20,
		.allow_private = true};
	struct download_state state = {.folder = argc == 3 ? argv[2] : ""};
	struct fetcher *fetcher;
	struct error error;
	char line[URL_LENGTH_MAXIMUM];
	FILE *list = argc == 3 ? fopen(argv[1], "re") : NULL;
	require(!list, &(struct error){.object = "fetch", .reason = "takes a list and a folder"});
	require(fetcher_create(&fetcher, &options, save_result, &state, &error), &error);
	do {
		while (list && state.pending < PENDING_MAXIMUM) {
			if (!fgets(line, sizeof line, list)) {
				fclose(list);
				list = NULL;
				break;
			}
			line[strcspn(line, "\n")] = 0;
			require(fetcher_add(fetcher,
					&(struct fetch_request){.kind = FETCH_IMAGE, .url = line},
					&error),
				&error);
			state.pending++;
		}
		require(fetcher_step(fetcher, false, &error) < 0, &error);
	} while (state.pending);
	fetcher_destroy(fetcher);
	return 0;
}
