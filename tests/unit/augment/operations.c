/* What fixtures do not cover: ranges, probabilities, policies, mixing, backgrounds, noise; and
 * every operation at its limits on unusual shapes. */
#include "augment/operations.h"
#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct error error;

static struct augment_options set(struct augment_options options, const char *operation,
	const char *text)
{
	if (augment_set(&options, operation, text, &error))
		abort();
	return options;
}

static struct augment_options only(const char *operation, const char *text)
{
	return set(augment_preset(AUGMENT_PRESET_NONE), operation, text);
}

static const struct augment_step *find_step(const struct augment_change *change, const char *name)
{
	for (int i = 0; i < change->count; i++)
		if (strcmp(augment_operations[change->steps[i].operation].name, name) == 0)
			return &change->steps[i];
	return NULL;
}

/* Over many draws every value stays within its range, and every operation is applied with its
 * probability. */
static void probabilities(void)
{
	enum { DRAWS = 4000 };
	for (int row = 0; row < augment_operations_count; row++) {
		const struct augment_operation *operation = &augment_operations[row];
		struct augment_options options = augment_preset(AUGMENT_PRESET_NONE);
		options.settings[row] =
			(struct augment_setting){operation->argument ? operation->amount_maximum
								     : 1,
				0.25};
		struct augment_change change;
		int happened = 0, outside = 0;
		for (uint64_t id = 0; id < DRAWS; id++) {
			augment_draw(&options, 5, 0, id, &change);
			happened += change.count;
			for (int k = 0; change.count && k < operation->values; k++)
				outside += !(
					change.steps[0].values[k] >= operation->value_minimum &&
					change.steps[0].values[k] <= operation->value_maximum);
		}
		ok(fabs(happened / (double)DRAWS - 0.25) < 0.03 && outside == 0,
			"%s: a quarter, in its range (%d, %d outside)", operation->name, happened,
			outside);
	}
}

static void independence(void)
{
	struct augment_options some = only("rotate", "10"),
			       more = set(set(some, "hue", "20"), "zoom", "0.2");
	struct augment_options rarely = only("rotate", "10:0.5");
	struct augment_change a, b;
	augment_draw(&some, 1, 2, 3, &a);
	augment_draw(&more, 1, 2, 3, &b);
	ok(find_step(&a, "rotate")->values[0] == find_step(&b, "rotate")->values[0],
		"another operation does not change the values of this one");
	augment_draw(&some, 1, 3, 3, &b);
	ok(find_step(&a, "rotate")->values[0] != find_step(&b, "rotate")->values[0],
		"another pass, another value");
	for (uint64_t id = 0, met = 0; met == 0; id++) {
		augment_draw(&some, 1, 0, id, &a);
		augment_draw(&rarely, 1, 0, id, &b);
		if (b.count > 0)
			met = ok(a.steps[0].values[0] == b.steps[0].values[0],
				"the probability does not change the values");
	}
}

static void settings(void)
{
	struct augment_options options = augment_preset(AUGMENT_PRESET_KERAS);
	char *text = augment_describe(&options);
	is_text(text, "--fill nearest --horizontal-flip 0.5 --zoom 0.2 --shear 0.2",
		"a preset as a command line");
	free(text);
	options = only("rotate", "15:0.5");
	options.policy = AUGMENT_RANDAUGMENT;
	text = augment_describe(&options);
	is_text(text,
		"--fill nearest --rotate 15:0.5 --policy randaugment --policy-operations 2 "
		"--policy-magnitude 9",
		"a probability and a policy as a command line");
	free(text);
	static const char *const bad[][2] = {{"rotate", "181"}, {"rotate", "-1"},
		{"rotate", "5:1.5"}, {"rotate", "5:"}, {"rotate", ":1"}, {"rotate", ""},
		{"rotate", "nan"}, {"rotate", "5:0.5:1"}, {"equalize", "0.5:1"}, {"no", "1"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(augment_set(&options, bad[i][0], bad[i][1], &error) == -1, "--%s %s: %s",
			bad[i][0], bad[i][1], error.reason);
	bool each_once = true;
	for (int i = 0; i < augment_operations_count; i++)
		for (int j = 0; j < i; j++)
			each_once &= augment_operations[i].random_stream !=
				augment_operations[j].random_stream;
	ok(each_once, "no two operations share a random stream");
}

/* The description of a step, with spaces for no-break spaces. */
static void is_described(const char *name, const double *values, const char *expected)
{
	struct augment_change change = {.count = 1,
		.steps = {{.operation = augment_operation_find(name)}}};
	memcpy(change.steps[0].values, values, sizeof change.steps[0].values);
	char *text = augment_describe_change(&change), *out = text;
	for (const char *in = text; *in; out++) {
		bool fixed = strncmp(in, "\u00a0", 2) == 0;
		*out = fixed ? ' ' : *in;
		in += fixed ? 2 : 1;
	}
	*out = 0;
	is_text(text, expected, expected);
	free(text);
}

static void descriptions(void)
{
	static const struct {
		const char *name;
		double values[AUGMENT_VALUES_MAXIMUM];
		const char *expected;
	} steps[] = {
		{"random-background", {255, 128, 0}, "random-background #ff8000"},
		{"horizontal-flip", {0}, "horizontal-flip"},
		{"random-resized-crop", {0.13, 0.038, 0.82, 0.774},
			"random-resized-crop 82\u00d777 % from 13, 4 %"},
		{"pad-crop", {3, -2}, "pad-crop 3, -2 px"},
		{"zoom", {0.968, 1.1}, "zoom by 0.97, 1.10"},
		{"shear-x", {-0.57735026918962576}, "shear-x -30.0\u00b0"},
		{"translate", {-0.0876, -0.001}, "translate -9, 0 %"},
		{"rotate", {-0.04}, "rotate 0.0\u00b0"},
		{"perspective", {0.1, 0.2, 0.3, 0, 0, 0.25, 0, 0}, "perspective up to 30 %"},
		{"brightness", {0.928}, "brightness by 0.93"},
		{"gamma", {0.939}, "gamma 0.939"},
		{"posterize", {6}, "posterize to 6 bits"},
		{"solarize", {196.2}, "solarize 196"},
		{"gaussian-blur", {1.25}, "gaussian-blur 1.3 px"},
		{"gaussian-noise", {0.0561, 4e9}, "gaussian-noise 5.6 %"},
		{"jpeg-quality", {47}, "jpeg-quality 47"},
		{"mixup", {0.474}, "mixup leaves 47 %"},
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		is_described(steps[i].name, steps[i].values, steps[i].expected);
	for (int i = 0; i < augment_operations_count; i++)
		ok((augment_operations[i].values > 0) ==
				(augment_operations[i].format != FORMAT_NONE),
			"%s: its values are described", augment_operations[i].name);
	struct augment_change two = {.count = 2,
		.steps = {{.operation = augment_operation_find("grayscale")},
			{.operation = augment_operation_find("equalize")}}};
	char *text = augment_describe_change(&two);
	is_text(text, "grayscale\nequalize", "a line per step");
	free(text);
}

static void policies(void)
{
	struct augment_options options = augment_preset(AUGMENT_PRESET_NONE);
	struct augment_change change;
	int met[AUGMENT_OPERATIONS_MAXIMUM] = {0}, steps = 0, kinds = 0;
	options.policy = AUGMENT_RANDAUGMENT;
	double rotate = 0, solarize = 0, bits = 0, brightest = 0, move = 0;
	for (uint64_t id = 0; id < 4000; id++) {
		augment_draw(&options, 9, 0, id, &change);
		for (int i = 0; i < change.count; i++, steps++)
			met[change.steps[i].operation]++;
		rotate = find_step(&change, "rotate")
			? fabs(find_step(&change, "rotate")->values[0])
			: rotate;
		solarize = find_step(&change, "solarize")
			? find_step(&change, "solarize")->values[0]
			: solarize;
		bits = find_step(&change, "posterize") ? find_step(&change, "posterize")->values[0]
						       : bits;
		move = find_step(&change, "translate-x")
			? fabs(find_step(&change, "translate-x")->values[0])
			: move;
		brightest = find_step(&change, "brightness")
			? fmax(brightest, find_step(&change, "brightness")->values[0])
			: brightest;
	}
	for (int i = 0; i < augment_operations_count; i++)
		kinds += met[i] > 0;
	is_integer(kinds, 13, "randaugment: torchvision's operations but identity");
	is_near(steps / 8000.0, 13 / 14.0, 0.01, "  two of them, with equal probability");
	is_near(rotate, 9, 1e-12, "  magnitude 9: 9 degrees");
	is_near(solarize, 178.5, 1e-12, "  solarize 178.5");
	is_near(floor(bits + 0.5), 7, 0, "  posterize to 7 bits");
	is_near(brightest, 1.27, 1e-12, "  brightness by 0.27");
	is_near(move, 0.136, 0.0001, "  translate by 0.136 of the width");
	options.policy = AUGMENT_TRIVIAL;
	double least = 8, most = 0;
	for (uint64_t id = 0; id < 4000; id++) {
		augment_draw(&options, 9, 0, id, &change);
		if (change.count > 1)
			break;
		if (find_step(&change, "rotate"))
			most = fmax(most, fabs(change.steps[0].values[0]));
		if (find_step(&change, "posterize"))
			least = fmin(least, change.steps[0].values[0]);
	}
	ok(change.count <= 1, "trivial-augment: one operation");
	is_near(most, 135, 1e-12, "  up to 135 degrees");
	is_near(least, 2, 1e-12, "  down to 2 bits");
}

static void mixing(void)
{
	struct stream_head head = {.type = STREAM_U8,
		.height = 10,
		.width = 10,
		.channels = 3,
		.maximum = 255};
	unsigned char out[300], partner[300];
	struct augment_step step = {.operation = augment_operation_find("mixup"), .values = {0.25}};
	memset(out, 200, sizeof out);
	memset(partner, 100, sizeof partner);
	is_near(augment_mix(&step, &head, out, partner), 0.25, 0, "mixup: weight 0.25");
	ok(out[0] == 125 && out[299] == 125, "  of every pixel");
	step = (struct augment_step){.operation = augment_operation_find("cutmix"),
		.values = {0.2, 0.3, 0.5, 0.4}};
	memset(out, 200, sizeof out);
	is_near(augment_mix(&step, &head, out, partner), 0.8, 1e-12,
		"cutmix: the weight is the area not covered");
	ok(out[3 * (3 * 10 + 2)] == 100 && out[3 * (3 * 10 + 1)] == 200 &&
			out[3 * (7 * 10 + 2)] == 200,
		"  by a box");
	head.type = STREAM_F32;
	float floats[300] = {0}, others[300] = {0};
	others[100] = 1;
	step = (struct augment_step){.operation = augment_operation_find("mixup"),
		.values = {0.75}};
	augment_mix(&step, &head, floats, others);
	is_near((double)floats[100], 0.25, 0, "floats too");

	struct augment_options both = set(only("mixup", "1"), "cutmix", "1");
	struct augment_change change;
	int mixup = 0, not_one = 0;
	double weight_sum = 0;
	for (uint64_t id = 0; id < 4000; id++) {
		augment_draw(&both, 1, 0, id, &change);
		const struct augment_step *drawn = find_step(&change, "mixup");
		mixup += drawn != NULL;
		weight_sum += drawn ? drawn->values[0] : 0;
		not_one += change.count != 1;
	}
	is_integer(not_one, 0, "only one of mixup and cutmix is applied");
	is_near(mixup / 4000.0, 0.5, 0.03, "  with equal probability");
	is_near(weight_sum / mixup, 0.5, 0.02, "  the mean weight is 0.5");
	uint32_t seen[5] = {0};
	for (uint64_t id = 0; id < 5000; id++)
		seen[augment_draw_partner(1, 0, id, 5)]++;
	ok(seen[0] > 900 && seen[1] > 900 && seen[2] > 900 && seen[3] > 900 && seen[4] > 900,
		"partners are uniform");
}

static void apply(const struct stream_head *head, const struct augment_options *options,
	const struct augment_change *change, const void *in, void *out)
{
	struct augment_workspace *workspace;
	if (augment_workspace_create(&workspace, head, options, false, &error) ||
		augment_apply(workspace, change, in, out, &error))
		abort();
	augment_workspace_destroy(workspace);
}

static void backgrounds(void)
{
	struct stream_head head = {.type = STREAM_U8,
		.height = 1,
		.width = 3,
		.channels = 4,
		.maximum = 255};
	struct augment_options options = only("random-background", "1");
	struct augment_change change = {1,
		{{.operation = augment_operation_find("random-background"),
			.values = {10, 20, 30}}}};
	const unsigned char in[] = {200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 51};
	const unsigned char expected[] = {200, 100, 50, 10, 20, 30, 48, 36, 34};
	unsigned char out[12];
	apply(&head, &options, &change, in, out);
	ok(memcmp(out, expected, sizeof expected) == 0, "a background shows through");
	change.count = 0;
	apply(&head, &options, &change, in, out);
	ok(out[3] == 255 && out[5] == 255 && out[6] == 244, "  white if none is drawn");
	is_integer(augment_result_head(&head, &options, false).channels, 3,
		"  and no alpha channel");
	options = only("brightness", "0.5");
	change = (struct augment_change){1,
		{{.operation = augment_operation_find("brightness"), .values = {0.5}}}};
	apply(&head, &options, &change, in, out);
	ok(out[0] == 100 && out[3] == 255 && out[7] == 0 && out[11] == 51,
		"brightness does not change alpha");
	float floats[] = {0.5f, 0, 1, 0.25f}, floats_out[4];
	head = (struct stream_head){.type = STREAM_F32,
		.height = 1,
		.width = 1,
		.channels = 4,
		.maximum = 1};
	options = only("random-background", "1");
	change = (struct augment_change){1,
		{{.operation = augment_operation_find("random-background"),
			.values = {0, 255, 51}}}};
	apply(&head, &options, &change, floats, floats_out);
	ok(fabs((double)floats_out[0] - 0.125) < 1e-6 &&
			fabs((double)floats_out[1] - 0.75) < 1e-6 &&
			fabs((double)floats_out[2] - 0.4) < 1e-6,
		"floats too");
}

static void noise(void)
{
	enum { SIDE = 100, COUNT = SIDE * SIDE * 3 };
	static float in[COUNT], out[COUNT];
	struct stream_head head = {.type = STREAM_F32,
		.height = SIDE,
		.width = SIDE,
		.channels = 3,
		.maximum = 255};
	struct augment_options options = augment_preset(AUGMENT_PRESET_NONE);
	struct augment_change change = {1,
		{{.operation = augment_operation_find("gaussian-noise"), .values = {0.1, 77}}}};
	double sum = 0, squares = 0, fourth = 0;
	for (int i = 0; i < COUNT; i++)
		in[i] = 127;
	apply(&head, &options, &change, in, out);
	for (int i = 0; i < COUNT; i++) {
		double z = ((double)out[i] - 127) / 25.5;
		sum += z;
		squares += z * z;
		fourth += z * z * z * z;
	}
	is_near(sum / COUNT, 0, 0.02, "noise of mean 0");
	is_near(squares / COUNT, 1, 0.03, "  and the given standard deviation");
	is_near(fourth / COUNT, 3, 0.2, "  about normal: kurtosis 3");
	ok(out[0] != out[3] && out[0] != out[1] && out[0] != out[3 * SIDE],
		"  independent for each value");
}

/* Every operation with minimum, maximum and random values, on shapes down to one pixel. */
static void limits(void)
{
	static const int shapes[][3] = {{1, 1, 3}, {1, 1, 1}, {1, 40, 4}, {33, 1, 3}, {2, 3, 1},
		{17, 16, 3}, {3, 2, 4}};
	static unsigned char bytes[17 * 16 * 4], out_bytes[17 * 16 * 4];
	static float floats[17 * 16 * 4], out_floats[17 * 16 * 4];
	struct random random = random_start(3, RANDOM_TEST, 0, 0);
	for (size_t i = 0; i < sizeof bytes; i++)
		floats[i] = (float)(bytes[i] = (unsigned char)random_u32(&random));
	floats[0] = __builtin_nanf("");
	int done_runs = 0;
	for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++)
		for (int run = 0; run < 400; run++, done_runs++) {
			struct stream_head head = {.type = run % 2 ? STREAM_F32 : STREAM_U8,
				.height = shapes[shape][0],
				.width = shapes[shape][1],
				.channels = shapes[shape][2],
				.maximum = 255};
			struct augment_options options = augment_preset(AUGMENT_PRESET_NONE);
			options.fill = run % 3;
			options.interpolation = run % 5 ? run / 3 % 3 : AUGMENT_BILINEAR;
			struct augment_change change = {.count = 1 + run % 2};
			for (int i = 0; i < change.count; i++) {
				struct augment_step *step = &change.steps[i];
				step->operation = (run + i * 7) % augment_operations_count;
				const struct augment_operation *operation =
					&augment_operations[step->operation];
				for (int k = 0; k < operation->values; k++) {
					double fraction = run % 11 == 0 ? 0
						: run % 11 == 1         ? 1
								: (double)random_uniform(&random);
					step->values[k] = operation->value_minimum +
						fraction *
							(operation->value_maximum -
								operation->value_minimum);
				}
			}
			apply(&head, &options, &change, run % 2 ? (void *)floats : (void *)bytes,
				run % 2 ? (void *)out_floats : (void *)out_bytes);
		}
	is_integer(done_runs, 7 * 400, "every operation at its limits");
}

/* A head may have a value range that bytes can't represent, and an unusual number of channels. */
static void odd_heads(void)
{
	struct stream_head head = {.type = STREAM_U8,
		.height = 2,
		.width = 2,
		.channels = 1,
		.minimum = -1e300,
		.maximum = 1e300};
	struct augment_options options = augment_preset(AUGMENT_PRESET_NONE),
			       hue = only("hue", "3");
	struct augment_change change = {1,
		{{.operation = augment_operation_find("translate-x"), .values = {1}}}};
	struct augment_workspace *workspace;
	unsigned char in[5] = {1, 2, 3, 4, 5}, out[5];
	options.fill = AUGMENT_CONSTANT;
	options.fill_value = 1;
	apply(&head, &options, &change, in, out);
	is_integer(out[1], 255, "a fill value out of the range of bytes is clamped");
	change.steps[0] =
		(struct augment_step){.operation = augment_operation_find("random-erasing"),
			.values = {0, 0, 0.5, 1}};
	apply(&head, &options, &change, in, out);
	ok(out[0] == 128 && out[1] == 2, "and so is the middle of the range");
	head = (struct stream_head){.type = STREAM_U8,
		.height = 1,
		.width = 1,
		.channels = 5,
		.maximum = 255};
	ok(augment_workspace_create(&workspace, &head, &hue, false, &error) == -1 && !workspace,
		"colours of five channels");
	is_text(error.reason, "needs images of 1, 3 or 4 channels, not 5", "  are refused");
	is_text(error.object, "--hue", "  by name");
	struct augment_options policy = augment_preset(AUGMENT_PRESET_NONE);
	policy.policy = AUGMENT_TRIVIAL;
	ok(augment_workspace_create(&workspace, &head, &policy, false, &error) == -1,
		"so are policies");
	head.height = 65535;
	head.channels = 4096;
	ok(augment_workspace_create(&workspace, &head, &options, false, &error) == -1,
		"so are too many values: %s", error.reason);
	head.height = 1;
	head.channels = 5;
	struct augment_options background = only("random-background", "1");
	ok(augment_workspace_create(&workspace, &head, &background, false, &error) == -1,
		"and backgrounds: %s", error.reason);
	change.steps[0] = (struct augment_step){.operation = augment_operation_find("equalize")};
	if (augment_workspace_create(&workspace, &head, &options, false, &error))
		abort();
	ok(augment_apply(workspace, &change, in, out, &error) == -1,
		"a replay can't do it either: %s", error.reason);
	augment_workspace_destroy(workspace);
}

int main(void)
{
	probabilities();
	independence();
	settings();
	descriptions();
	policies();
	mixing();
	backgrounds();
	noise();
	limits();
	odd_heads();
	return done();
}
