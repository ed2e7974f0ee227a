/* cnn-train: tensor stream in, trained model folder out. */
#include "common/files.h"
#include "common/tool.h"

#include "architectures/architectures.h"
#include "base/file.h"
#include "explain/curves.h"
#include "explain/rate_curve.h"
#include "kernels/kernels.h"
#include "model/folder.h"
#include "train/card.h"
#include "train/rate_test.h"
#include "train/settings.h"

#include <stdlib.h>
#include <string.h>

static const char *const outputs[] =
	{[OUTPUT_AUTO] = "auto", [OUTPUT_SOFTMAX] = "softmax", [OUTPUT_SIGMOID] = "sigmoid", NULL};
static char *const standard_input[] = {"-"};

/* Said once: a disk that is full stays so for a while. */
static void say_no_checkpoint(const struct error *error)
{
	static bool is_said;
	if (!is_said)
		tool_say(error->object, "%s; without a new checkpoint training goes on",
			error->reason);
	is_said = true;
}

static struct training_request request = {
	.architecture = "original",
	.batch_size = 16,
	.accumulate = 1,
	.learning_rate = 1e-3,
	.weight_decay = -1,
	.warmup = -1,
	.average = 0.999,
	.start = {.freeze = "auto", .dropout = 0.2F},
	.checkpoint_every = 60,
	.warn = say_no_checkpoint,
};
static const char *model, *like, *rate_picture;
static int fine_tune_epochs;
static int loss, output, optimizer = OPTIMIZER_ADAM, schedule = SCHEDULE_COSINE;
static bool cross_validates, quiet;
static struct text_list notes;

static const struct option_row rows[] = {
	{'o', "output", OPTION_OUTPUT_MODEL, &model, "MODEL",
		"model folder to write; an existing model is replaced", 0, 0, NULL},
	{0, "validation", OPTION_INPUT, &request.validation, "STREAM",
		"validation set: tensor stream to evaluate on after every epoch", 0, 0, NULL},
	{0, "architecture", OPTION_TEXT, &request.architecture, "NAME",
		"architecture: " ARCHITECTURES_LISTED "or a Keras JSON file", 0, 0, NULL},
	{0, "output-activation", OPTION_CHOICE, &output, "NAME",
		"output activation of a built-in network, auto: sigmoid of original, else softmax",
		0, 0, outputs},
	{0, "like", OPTION_INPUT, &like, "MODEL",
		"the options of another model, where none are given here", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "transfer learning", 0, 0, NULL},
	{0, "start", OPTION_INPUT, &request.start.model, "MODEL",
		"start from the weights of another model, with a new head fitted to its features",
		0, 0, NULL},
	{0, "feature-layer", OPTION_TEXT, &request.start.feature_layer, "LAYER[,LAYER...]",
		"its layers whose outputs are the features (default: by cross-validation)", 0, 0,
		NULL},
	{0, "groups", OPTION_INPUT, &request.start.groups, "FILE",
		"list of split-dataset: look-alikes are held out together", 0, 0, NULL},
	{0, "cross-validate", OPTION_FLAG, &cross_validates, NULL,
		"print how well features of --start tell the classes apart, and train no model", 0,
		0, NULL},
	{0, "fine-tune-epochs", OPTION_INTEGER, &fine_tune_epochs, "N", "then train for N epochs",
		0, 1000000, NULL},
	{0, "freeze", OPTION_TEXT, &request.start.freeze, "LAYER",
		"layers that are not trained: all but the head, none, auto (the first "
		"half), or those up to LAYER",
		0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "length", 0, 0, NULL},
	{0, "epochs", OPTION_INTEGER, &request.epochs, "N",
		"number of epochs (0: one per pass, 50 for a single pass)", 0, 1000000, NULL},
	{0, "batch-size", OPTION_INTEGER, &request.batch_size, "N", "batch size: images per step",
		1, 65536, NULL},
	{0, "accumulate", OPTION_INTEGER, &request.accumulate, "N",
		"gradient accumulation: steps per update of the weights", 1, 65536, NULL},
	{0, "patience", OPTION_INTEGER, &request.patience, "N",
		"early stopping: stop N epochs after the best by --validation, keep that (0: "
		"never)",
		0, 1000000, NULL},
	{0, "time-limit", OPTION_DURATION, &request.time_limit, "TIME",
		"end the training after this time, as 90s, 30m or 2h (0: never)", 0, 1e9, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "optimizer", 0, 0, NULL},
	{0, "optimizer", OPTION_CHOICE, &optimizer, "NAME", "optimizer", 0, 0,
		training_optimizer_names},
	{0, "learning-rate", OPTION_REAL, &request.learning_rate, "RATE",
		"learning rate: step size of the optimizer, the highest of the schedule", 1e-12,
		1e3, NULL},
	{0, "schedule", OPTION_CHOICE, &schedule, "NAME", "learning rate schedule", 0, 0,
		schedule_names},
	{0, "warmup", OPTION_REAL, &request.warmup, "EPOCHS",
		"epochs of linear warm-up (default 1, or a twentieth of a shorter training)", 0,
		1e6, NULL},
	{0, "momentum", OPTION_REAL, &request.momentum, "FACTOR", "momentum of sgd", 0, 0.9999,
		NULL},
	{0, "nesterov", OPTION_FLAG, &request.nesterov, NULL,
		"Nesterov's momentum of sgd, for --momentum", 0, 0, NULL},
	{0, "weight-decay", OPTION_REAL, &request.weight_decay, "FACTOR",
		"weight decay (default 0.004 of adamw, else 0)", 0, 1, NULL},
	{0, "clip-norm", OPTION_REAL, &request.clip_norm, "NORM",
		"largest norm of all gradients; larger ones are scaled to it (0: none)", 0, 1e9,
		NULL},
	{0, "average", OPTION_REAL, &request.average, "DECAY",
		"decay of the moving average of the weights, which is kept (0: none)", 0, 0.999999,
		NULL},
	{0, "find-learning-rate", OPTION_OUTPUT, &rate_picture, "PNG",
		"draw the loss over growing learning rates, suggest one, and train no model", 0, 0,
		NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "loss", 0, 0, NULL},
	{0, "loss", OPTION_CHOICE, &loss, "NAME", "loss function, auto by the output activation", 0,
		0, training_loss_names},
	{0, "label-smoothing", OPTION_REAL, &request.label_smoothing, "FACTOR",
		"label smoothing factor: fraction spread over all classes", 0, 0.999, NULL},
	{0, "class-weights", OPTION_INPUT, &request.class_weights, "FILE",
		"class weights: balanced, or the FILE of a table as of check-dataset", 0, 0, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "checkpoints", 0, 0, NULL},
	{0, "resume", OPTION_FLAG, &request.resume, NULL,
		"go on with MODEL.partial, if it is there", 0, 0, NULL},
	{0, "checkpoint-every", OPTION_DURATION, &request.checkpoint_every, "TIME",
		"time between checkpoints, at the end of an epoch (0: after each)", 0, 1e9, NULL},
	{0, NULL, OPTION_TITLE, NULL, NULL, "other", 0, 0, NULL},
	{0, "notes", OPTION_LIST, &notes, "KEY=VALUE", "note for the model card; may be repeated",
		0, 0, NULL},
	TOOL_SEED(request.seed),
	TOOL_THREADS(request.threads),
	TOOL_QUIET(quiet),
	TOOL_END,
};
static const struct options options = {"cnn-train", "[FILE...]",
	"Trains a network on tensor streams and writes a model folder.", rows, "-o MODEL"};

/* ---- options ---- */

/* An option of another model is not taken if it is given here, or goes with one that is. */
static bool is_overridden(const char *name)
{
	static const char *const goes_with[][2] = {{"momentum", "optimizer"},
		{"nesterov", "optimizer"}, {"weight-decay", "optimizer"},
		{"output-activation", "architecture"}, {"loss", "architecture"},
		{"loss", "output-activation"}, {"warmup", "epochs"}, {"warmup", "schedule"}};
	bool found = tool_given(name);
	for (size_t i = 0; i < sizeof goes_with / sizeof *goes_with; i++)
		found |= strcmp(name, goes_with[i][0]) == 0 && tool_given(goes_with[i][1]);
	return found;
}

static enum activation_kind output_activation(void)
{
	if (output == OUTPUT_AUTO && request.start.model)
		return ACTIVATION_SOFTMAX;
	if (output == OUTPUT_AUTO)
		return architecture_default_output(request.architecture);
	return output == OUTPUT_SIGMOID ? ACTIVATION_SIGMOID : ACTIVATION_SOFTMAX;
}

static int take_option(const char *name, const char *value, struct error *error)
{
	if (is_overridden(name) || options_set(&options, name, value, error) == 0)
		return 0;
	error_within(error, like);
	return -1;
}

/* Their texts stay in the card. */
static int take_options_of_like(struct error *error)
{
	static json_t *card;
	if (!file_exists(like))
		return error_set(error, like, "No such file or directory");
	if (model_read_card(&card, like, error))
		return -1;
	const json_t *settings = json_object_get(card, "options");
	if (!json_is_object(settings))
		return error_set(error, like, "has no model card with options");
	if (json_object_get(settings, "start") && !request.start.model)
		return error_set(error, like, "was started from another model; give it as --start");
	if (training_settings_each(settings, take_option, error))
		return -1;
	if (!architecture_is_builtin(request.architecture) && !tool_given("architecture"))
		request.architecture = file_join(like, model_file_names[MODEL_ARCHITECTURE]);
	return request.architecture ? 0 : error_memory(error, like);
}

static void check_start_options(void)
{
	static const char *const start_options[] = {"feature-layer", "groups", "cross-validate",
		"fine-tune-epochs", "freeze"},
				 *const others[] = {"architecture", "epochs"},
				 *const loop_options[] = {"freeze", "accumulate", "patience",
					 "time-limit", "schedule", "warmup", "optimizer",
					 "learning-rate", "momentum", "nesterov", "weight-decay",
					 "clip-norm", "average", "resume", "checkpoint-every",
					 "find-learning-rate"};
	const char *start = request.start.model;
	for (size_t i = 0; i < sizeof start_options / sizeof *start_options; i++)
		tool_allow(start, start_options[i], "goes with --start");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		tool_allow(!start, others[i], "does not go with --start; see --fine-tune-epochs");
	for (size_t i = 0; i < sizeof loop_options / sizeof *loop_options; i++)
		tool_allow(!start || fine_tune_epochs, loop_options[i],
			"goes with --fine-tune-epochs where there is --start");
	if (start)
		request.epochs = fine_tune_epochs;
}

/* What is done instead of training a model needs none of what that needs. */
static void check_other_work(void)
{
	static const char *const names[] = {"output", "validation", "epochs", "accumulate",
		"patience", "time-limit", "schedule", "warmup", "average", "resume",
		"checkpoint-every", "notes"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		tool_allow(!rate_picture, names[i], "does not go with --find-learning-rate");
		tool_allow(!cross_validates, names[i], "does not go with --cross-validate");
	}
	tool_allow(!rate_picture || !cross_validates, "cross-validate",
		"does not go with --find-learning-rate");
	tool_allow(!cross_validates, "fine-tune-epochs", "does not go with --cross-validate");
}

static void check_options(void)
{
	struct error error;
	if (!model && !rate_picture && !cross_validates)
		tool_usage("--output", "is missing");
	if (like && take_options_of_like(&error))
		exit(tool_error(&error));
	tool_allow(request.start.model || architecture_is_builtin(request.architecture),
		"output-activation", "goes with a built-in --architecture, or with --start");
	check_start_options();
	tool_allow(optimizer == OPTIMIZER_SGD, "momentum", "goes with --optimizer sgd");
	tool_allow(optimizer == OPTIMIZER_SGD && request.momentum > 0, "nesterov",
		"goes with --optimizer sgd and --momentum");
	tool_allow(schedule != SCHEDULE_ONE_CYCLE, "warmup",
		"does not go with --schedule one-cycle, which has its own");
	if (request.patience && !request.validation && !rate_picture && !cross_validates)
		tool_usage(tool_given("patience") ? "--patience" : "--like",
			tool_given("patience") ? "goes with --validation"
					       : "has a --patience, which goes with --validation");
	check_other_work();
	if (training_check_notes(&notes, &error))
		tool_usage(error.object, "%s", error.reason);
}

/* ---- messages ---- */

static void say_beginning(const struct training *training)
{
	for (size_t i = 0; i < training->remarks.notes.count; i++)
		tool_say(request.architecture, "%s", training->remarks.notes.items[i]);
	if (training->head.is_assumed)
		tool_say(request.architecture, OUTPUT_ASSUMED_TEXT,
			output_activation_names[training->head.appended], "loss");
	if (training->resumed_at)
		tool_say(request.partial, "going on in epoch %d", training->resumed_at);
	if (training->epochs == 0 && request.time_limit == 0 && !rate_picture && !cross_validates &&
		schedule_needs_length(request.schedule))
		tool_say(samples_name(training->samples),
			"does not say how many passes follow: the learning rate is constant after "
			"the warm-up");
}

static void say_end(const struct training *training)
{
	const struct training_log *log = &training->log;
	const char *name = samples_name(training->samples);
	if (training->best)
		tool_say(model,
			"has the weights of epoch %d of %d, the best by validation accuracy",
			training_log_best(log)->epoch, log->count);
	if (training->position.repeated_epochs)
		tool_say(name, "has %zu passes; %d epochs reused one of them",
			samples_passes(training->samples), training->position.repeated_epochs);
	if (training->is_cut_by_time)
		tool_say(model, "ended by its time limit in epoch %d", log->count);
	if (training->has_unused_passes)
		tool_say(name,
			"has more passes than the %d that it announced, which were used; "
			"--epochs takes more",
			training->epochs);
}

/* ---- saving ---- */

static int draw_curves(const char *folder, struct error *error)
{
	char *history = file_join(folder, model_file_names[MODEL_HISTORY]),
	     *curves = file_join(folder, model_file_names[MODEL_CURVES]);
	int result = history && curves ? curves_write_png(history, curves, error)
				       : error_memory(error, folder);
	free(history);
	free(curves);
	return result;
}

/* Writes the model's files and the curves to the staging folder, and installs it. Returns 1 if the
 * curves are missing, or the checkpoint is still there, which was reported. */
static int save(const struct training *training, struct model_folder *folder, struct error *error)
{
	if (model_folder_start(folder, error))
		return -1;
	const char *staging = folder->staging.path;
	if (training_save(training, staging, error))
		return error_replace_path(error, staging, folder->path);
	int drawn = draw_curves(staging, error);
	if (drawn < 0 && error_replace_path(error, staging, folder->path))
		tool_report(error);
	if (model_folder_commit(folder, error))
		return -1;
	int kept = model_folder_remove(request.partial, error);
	if (kept)
		tool_say(error->object, "%s; %s is complete, and its checkpoint can be removed",
			error->reason, model);
	return drawn < 0 || kept;
}

/* ---- finding a learning rate ---- */

static int find_rate(struct error *error)
{
	struct training training;
	struct rate_test test;
	if (training_open(&training, &request, error))
		return -1;
	if (!quiet)
		say_beginning(&training);
	int result = rate_test_run(&test, &training, error);
	if (result == 0) {
		printf("learning rate\t%.2g\n", test.suggestion);
		result = rate_curve_write_png(test.rates, test.losses, test.count, test.suggestion,
			rate_picture, error);
	}
	training_close(&training);
	return result;
}

/* ---- cross-validation ---- */

static char *layer_names(const struct training *training, const struct probe_choice *choice)
{
	return start_layer_names(&training->start, choice->layers, ",");
}

/* A line for each choice of layers, the best first. */
static int cross_validate(struct error *error)
{
	struct training training;
	if (training_open(&training, &request, error))
		return -1;
	const struct transfer *transfer = &training.transfer;
	int result = transfer->choices[0].folds ? 0
						: error_set(error, samples_name(training.samples),
							  "has too few pictures to hold any out");
	if (result == 0)
		puts("loss\taccuracy\tl2 penalty\tfeature layer");
	for (int i = 0; i < transfer->choice_count && result == 0; i++) {
		const struct probe_choice *choice = &transfer->choices[i];
		char *names = layer_names(&training, choice);
		if (names)
			printf("%.4f\t%.4f\t%g\t%s\n", choice->loss, choice->accuracy,
				choice->penalty, names);
		else
			result = error_memory(error, request.start.model);
		free(names);
	}
	training_close(&training);
	return result;
}

static void say_features(const struct training *training)
{
	const struct probe_choice *choice = &training->transfer.choices[0];
	char *names = layer_names(training, choice);
	if (names && choice->folds)
		tool_say(request.start.model,
			"features of %s, cross-validated accuracy %.3f (loss %.3f, L2 penalty %g)",
			names, choice->accuracy, choice->loss, choice->penalty);
	free(names);
}

/* ---- training ---- */

/* Returns as save(). An interruption ends the process. */
static int run(struct training *training, struct model_folder *folder, struct error *error)
{
	training->request.interrupted = tool_catch_signals();
	enum training_result result = training_run(training, error);
	int saved = result == TRAINING_DONE ? save(training, folder, error) : -1;
	if (saved < 0 && *error->reason)
		tool_error(error);
	if (saved < 0 && training->is_saved)
		tool_say(request.partial,
			"has the training so far; the same command goes on with it, with --resume");
	if (*training->request.interrupted && saved >= 0)
		tool_say(model, "is complete");
	if (*training->request.interrupted)
		tool_end_by_signal(*training->request.interrupted);
	*error = (struct error){0};
	return saved;
}

/* Returns 0; 1: done, but for what was reported; -1: with an error, unless that was reported. */
static int train(struct error *error)
{
	struct model_folder folder;
	struct training training;
	if (model_folder_open(&folder, model, error))
		return -1;
	char *partial = text_format("%s.partial", folder.path);
	request.partial = partial;
	int result =
		partial ? training_open(&training, &request, error) : error_memory(error, model);
	if (result == 0) {
		if (!quiet)
			say_beginning(&training);
		if (!quiet && request.start.model)
			say_features(&training);
		result = run(&training, &folder, error);
		if (result >= 0 && !quiet)
			say_end(&training);
		training_close(&training);
	}
	model_folder_abandon(&folder);
	free(partial);
	return result;
}

int main(int argc, char **argv)
{
	struct error error;
	tool_set_kernels(kernels_versions());
	int first = tool_start(&options, argc, argv);
	char *const *inputs = first < argc ? argv + first : standard_input;
	int count = first < argc ? argc - first : 1;
	tool_check_files(inputs, count, TOOL_WHOLE_FOLDERS);
	check_options();
	char *command_line = options_command_line(argc, argv);
	struct progress progress = tool_progress(quiet);
	request.inputs = (const char *const *)inputs;
	request.input_count = (size_t)count;
	request.loss = LOSS_AUTO + loss;
	request.optimizer = (enum optimizer)optimizer;
	request.schedule = (enum schedule_kind)schedule;
	request.output = output_activation();
	request.command_line = command_line ? command_line : "";
	request.notes = &notes;
	request.progress = &progress;
	tool_warn_of_kernels();

	int result = rate_picture ? find_rate(&error)
		: cross_validates ? cross_validate(&error)
				  : train(&error);
	if (result < 0 && *error.reason)
		tool_error(&error);
	text_list_free(&notes);
	free(command_line);
	return tool_finish(result ? EXIT_FAILED : EXIT_DONE);
}
