/* generate N: a tensor stream of N images of noise, 150x150x3, in four classes, on standard
 * output. */
#include "common/workload.h"

#include "stream/stream.h"

#include <stdlib.h>

enum { SIDE = 150, BYTES = SIDE * SIDE * 3, DISTINCT_IMAGES = 16 };

int main(int argc, char **argv)
{
	static const char *const names[BENCH_CLASSES] = {"one", "two", "three", "four"};
	struct stream_head head = {.type = STREAM_U8,
		.height = SIDE,
		.width = SIDE,
		.channels = 3,
		.maximum = 255};
	struct stream_writer *writer;
	struct error error;
	unsigned char *noise = malloc(BYTES + DISTINCT_IMAGES);
	require(argc != 2 || !noise,
		&(struct error){.object = "generate", .reason = "takes one number, and memory"});
	srand(1);
	for (int i = 0; i < BYTES + DISTINCT_IMAGES; i++)
		noise[i] = (unsigned char)(rand() >> 8);
	for (int i = 0; i < BENCH_CLASSES; i++)
		require(text_list_add(&head.classes, names[i], &error), &error);
	head.history = json_array();
	require(stream_begin(&writer, stdout, "standard output", &head, STREAM_RAW, &error),
		&error);
	for (int i = 0; i < atoi(argv[1]); i++) {
		struct stream_record record = {.tensor = noise + i % DISTINCT_IMAGES,
			.label = i % BENCH_CLASSES,
			.id = (uint64_t)i,
			.source = ""};
		require(stream_write(writer, &record, &error), &error);
	}
	require(stream_end(writer, &error), &error);
	stream_head_free(&head);
	free(noise);
	return fclose(stdout) != 0;
}
