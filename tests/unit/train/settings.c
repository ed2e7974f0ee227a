/* The options of a training: written, given again as on the command line, compared by name. */
#include "train/settings.h"

#include "base/json.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct error error;

/* Members whose values are not those of an empty request. */
static struct training usual(void)
{
	return (struct training){
		.request = {.architecture = "folder/net.json",
			.batch_size = 8,
			.accumulate = 2,
			.learning_rate = 1e-4,
			.optimizer = OPTIMIZER_ADAMW,
			.weight_decay = -1,
			.clip_norm = 0.1,
			.schedule = SCHEDULE_ONE_CYCLE,
			.average = 0.999,
			.label_smoothing = 1.0 / 3,
			.class_weights = "folder/weights.tsv",
			.seed = 18446744073709551615u},
		.options = {.loss = LOSS_CATEGORICAL_CROSSENTROPY, .weight_decay = 0.004f},
		.schedule = {.warmup = 0.35},
		.epochs = 7,
	};
}

static json_t *settings_of(const struct training *training)
{
	json_t *settings = training_settings(training);
	if (!settings)
		exit(1);
	return settings;
}

/* ---- given again ---- */

static char given[1000];

static int take(const char *option, const char *value, struct error *unused)
{
	(void)unused;
	size_t used = strlen(given);
	snprintf(given + used, sizeof given - used, "--%s %s\n", option, value);
	return 0;
}

static int refuse(const char *option, const char *value, struct error *why)
{
	return strcmp(option, "batch-size") ? 0 : error_set(why, option, "not %s", value);
}

static void as_on_the_command_line(void)
{
	struct training training = usual();
	json_t *settings = settings_of(&training);
	ok(training_settings_each(settings, take, &error) == 0, "all options are given again");
	is_text(given,
		"--architecture net.json\n--epochs 7\n--batch-size 8\n--accumulate 2\n"
		"--loss categorical\n--label-smoothing 0.333333333333333\n"
		"--class-weights weights.tsv\n--optimizer adamw\n--schedule one-cycle\n"
		"--momentum 0\n--weight-decay 0.004\n--clip-norm 0.1\n--learning-rate 0.0001\n"
		"--warmup 0.35\n--average 0.999\n--patience 0\n--seed 18446744073709551615\n",
		"... as on the command line, a flag that is off left out");
	ok(training_settings_each(settings, refuse, &error) < 0 &&
			strcmp(error.object, "batch-size") == 0,
		"one that is not taken ends it");
	json_decref(settings);

	training.request.architecture = "original";
	training.request.output = ACTIVATION_SOFTMAX;
	training.request.class_weights = NULL;
	training.request.nesterov = true;
	settings = settings_of(&training);
	*given = 0;
	ok(training_settings_each(settings, take, &error) == 0 &&
			strstr(given, "--output-activation softmax\n") &&
			strstr(given, "--nesterov on\n") && !strstr(given, "--class-weights"),
		"the original network has an output activation, a flag is on, no weights");
	json_decref(settings);
}

/* ---- compared ---- */

static void differs(const struct training *other, const char *reason)
{
	struct training training = usual();
	json_t *before = settings_of(&training), *now = settings_of(other);
	error = (struct error){0};
	ok(training_settings_match(before, now, "m.partial", &error) < 0, "differs: %s", reason);
	is_text(error.object, "m.partial", "... which is its object");
	is_text(error.reason, reason, "... named with both values");
	json_decref(before);
	json_decref(now);
}

#define DIFFERS(member, value, reason) \
	do { \
		struct training other = usual(); \
		other.member = value; \
		differs(&other, reason); \
	} while (0)

static void compared(void)
{
	struct training training = usual();
	json_t *before = settings_of(&training);
	/* As a checkpoint stores them. */
	char *text = json_print(before, JSON_COMPACT | JSON_REAL_PRECISION(17));
	json_t *now = text ? json_parse(text, strlen(text), 0, "text", &error) : NULL;
	ok(now && training_settings_match(before, now, "m.partial", &error) == 0,
		"the same, through a text");
	free(text);
	json_decref(before);
	json_decref(now);

	training.request.threads = 3;
	training.request.time_limit = 9;
	training.request.checkpoint_every = 1;
	training.request.architecture = "elsewhere/net.json";
	before = settings_of(&training);
	training = usual();
	now = settings_of(&training);
	ok(training_settings_match(before, now, "m.partial", &error) == 0,
		"threads, times and folders don't count");
	json_decref(before);
	json_decref(now);

	DIFFERS(request.seed, 1, "was trained with --seed 18446744073709551615, not 1");
	DIFFERS(epochs, 8, "was trained with --epochs 7, not 8");
	DIFFERS(request.learning_rate, 0.3, "was trained with --learning-rate 0.0001, not 0.3");
	DIFFERS(request.weight_decay, 0, "was trained with --weight-decay 0.004, not 0");
	DIFFERS(request.nesterov, true, "was trained with --nesterov off, not on");
	DIFFERS(request.class_weights, NULL,
		"was trained with --class-weights weights.tsv, not none");
	DIFFERS(schedule.warmup, 1, "was trained with --warmup 0.35, not 1");
	DIFFERS(request.average, 0, "was trained with --average 0.999, not 0");
	DIFFERS(request.patience, 4, "was trained with --patience 0, not 4");
	DIFFERS(request.architecture, "original",
		"was trained with --architecture net.json, not original");
}

int main(void)
{
	as_on_the_command_line();
	compared();
	return done();
}
