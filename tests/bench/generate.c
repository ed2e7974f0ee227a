/* generate N [SIDE]: a tensor stream of N images of noise, SIDExSIDEx3 (150), in four classes, on
 * standard output. */
#include "common/workload.h"

#include "stream/stream.h"

#include <stdlib.h>

enum { SIDE_DEFAULT = 150, SIDE_MAXIMUM = 1024, DISTINCT_IMAGES = 16 };

int main(int argc, char **argv)
{
	static const char *const names[BENCH_CLASSES] = {"one", "two", "three", "four"};
	int side = argc == 3 ? atoi(argv[2]) : SIDE_DEFAULT, bytes = side * side * 3;
	if (argc < 2 || argc > 3 || side < 1 || side > SIDE_MAXIMUM)
		require(-1, &(struct error){.object = "generate", .reason = "takes N [SIDE]"});
	struct stream_head head = {.type = STREAM_U8,
		.height = side,
		.width = side,
		.channels = 3,
		.maximum = 255};
	struct stream_writer *writer;
	struct error error;
	unsigned char *noise = malloc((size_t)bytes + DISTINCT_IMAGES);
	if (!noise)
		require(error_memory(&error, "generate"), &error);
	srand(1);
	for (int i = 0; i < bytes + DISTINCT_IMAGES; i++)
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
