/* augment: images per second that one thread augments, 150x150x3 bytes of noise; lines of row,
 * unit, value. */
#include "common/workload.h"

#include "augment/augment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 150, BYTES = SIDE * SIDE * 3 };

struct augment_bench {
	struct augment_options options;
	struct augment_workspace *workspace;
	unsigned char in[BYTES], out[BYTES];
	uint64_t id;
};

static void augment_next(void *context)
{
	struct augment_bench *bench = context;
	struct augment_change change;
	struct error error;
	augment_draw(&bench->options, 1, 0, bench->id++, &change);
	require(augment_apply(bench->workspace, &change, bench->in, bench->out, &error), &error);
}

static void show(struct augment_bench *bench, const char *row, struct augment_options options)
{
	static const struct stream_head head = {.type = STREAM_U8,
		.height = SIDE,
		.width = SIDE,
		.channels = 3,
		.maximum = 255};
	struct error error;
	bench->options = options;
	require(augment_workspace_create(&bench->workspace, &head, &options, false, &error),
		&error);
	printf("%s\timages/s\t%.1f\n", row, calls_per_second(augment_next, bench));
	augment_workspace_destroy(bench->workspace);
}

static struct augment_options with(const char *const settings[][2])
{
	struct augment_options options = augment_preset(AUGMENT_PRESET_NONE);
	struct error error;
	for (int i = 0; settings[i][0]; i++)
		require(augment_set(&options, settings[i][0], settings[i][1], &error), &error);
	return options;
}

int main(void)
{
	static const char *const jitter[][2] = {{"brightness", "0.25"}, {"contrast", "0.25"},
		{"saturation", "0.2"}, {"hue", "4"}, {0}};
	static const char *const crop[][2] = {{"random-resized-crop", "0.6"}, {0}};
	struct augment_bench *bench = calloc(1, sizeof *bench);
	require(!bench, &(struct error){.object = "augment", .reason = "out of memory"});
	srand(1);
	for (int i = 0; i < BYTES; i++)
		bench->in[i] = (unsigned char)(rand() >> 8);
	for (int preset = AUGMENT_PRESET_KERAS; preset <= AUGMENT_PRESET_STRONG; preset++) {
		char row[64];
		snprintf(row, sizeof row, "preset %s", augment_preset_names[preset]);
		show(bench, row, augment_preset((enum augment_preset)preset));
	}
	show(bench, "colour jitter", with(jitter));
	show(bench, "random-resized-crop", with(crop));
	struct augment_options policy = augment_preset(AUGMENT_PRESET_NONE);
	policy.policy = AUGMENT_RANDAUGMENT;
	show(bench, "randaugment", policy);
	free(bench);
	return 0;
}
