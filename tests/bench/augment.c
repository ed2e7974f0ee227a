/* augment: how many images of noise, 150x150x3 in bytes, one thread varies in a second; lines of row, unit, value. */
#include "common/workload.h"

#include "augment/augment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 150, BYTES = SIDE * SIDE * 3 };

struct work {
	struct augment_options options;
	struct augment_workspace *workspace;
	unsigned char in[BYTES], out[BYTES];
	uint64_t id;
};

static void vary(void *context)
{
	struct work *work = context;
	struct augment_change change;
	struct error error;
	augment_draw(&work->options, 1, 0, work->id++, &change);
	require(augment_apply(work->workspace, &change, work->in, work->out, &error), &error);
}

static void show(struct work *work, const char *row, struct augment_options options)
{
	static const struct stream_head head = {.type = STREAM_U8, .height = SIDE, .width = SIDE, .channels = 3, .maximum = 255};
	struct error error;
	work->options = options;
	require(augment_workspace_create(&work->workspace, &head, &options, false, &error), &error);
	printf("%s\timages/s\t%.1f\n", row, calls_per_second(vary, work));
	augment_workspace_destroy(work->workspace);
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
	static const char *const jitter[][2] = {{"brightness", "0.25"}, {"contrast", "0.25"}, {"saturation", "0.2"}, {"hue", "4"}, {0}};
	static const char *const crop[][2] = {{"random-resized-crop", "0.6"}, {0}};
	struct work *work = calloc(1, sizeof *work);
	require(!work, &(struct error){"augment", "out of memory"});
	srand(1);
	for (int i = 0; i < BYTES; i++)
		work->in[i] = (unsigned char)(rand() >> 8);
	for (int preset = AUGMENT_PRESET_KERAS; preset <= AUGMENT_PRESET_STRONG; preset++) {
		char row[64];
		snprintf(row, sizeof row, "preset %s", augment_preset_names[preset]);
		show(work, row, augment_preset((enum augment_preset)preset));
	}
	show(work, "colour jitter", with(jitter));
	show(work, "random-resized-crop", with(crop));
	struct augment_options policy = augment_preset(AUGMENT_PRESET_NONE);
	policy.policy = AUGMENT_RANDAUGMENT;
	show(work, "randaugment", policy);
	free(work);
	return 0;
}
