#include "train/training.h"

#include "architectures/architectures.h"
#include "base/array.h"
#include "base/file.h"
#include "train/checkpoint.h"
#include "train/class_weights.h"

#include <stdlib.h>
#include <string.h>

const char *const training_loss_names[] = {
	"auto",
#define LOSS(kind, name, ...) [1 + LOSS_##kind] = name,
	LOSSES(LOSS)
#undef LOSS
		[1 + LOSS_COUNT] = NULL,
};
const char *const training_optimizer_names[] = {
#define X(kind, name, ...) [OPTIMIZER_##kind] = name,
	OPTIMIZERS(X)
#undef X
		[OPTIMIZER_COUNT] = NULL,
};

static int open_samples(struct training *training, struct error *error)
{
	const struct training_request *request = &training->request;
	if (samples_open(&training->samples, request->inputs, request->input_count, SAMPLES_BY_PASS,
		    error))
		return -1;
	const struct stream_head *head = samples_head(training->samples);
	if (head->classes.count < 2)
		return error_set(error, samples_name(training->samples),
			"has %s; a classifier needs at least two",
			head->classes.count ? "one class" : "no class");
	if (!request->validation)
		return 0;
	if (samples_open(&training->validation, &request->validation, 1, SAMPLES_JOINED, error))
		return -1;
	if (stream_head_match(head, samples_head(training->validation), error)) {
		snprintf(error->object, sizeof error->object, "%s",
			samples_name(training->validation));
		return -1;
	}
	return 0;
}

static int sum_targets(struct training *training, struct error *error)
{
	size_t classes = samples_head(training->samples)->classes.count;
	training->class_totals = calloc(classes, sizeof *training->class_totals);
	training->validation_totals = calloc(classes, sizeof *training->validation_totals);
	if (!training->class_totals || !training->validation_totals)
		return error_memory(error, samples_name(training->samples));
	training->records = samples_count(training->samples);
	samples_class_totals(training->samples, training->class_totals);
	if (training->validation)
		samples_class_totals(training->validation, training->validation_totals);
	return 0;
}

/* A network of logits ends with the activation of its loss, and one output becomes two. */
static int complete_output(struct training *training, struct error *error)
{
	int loss = training->request.loss;
	struct output_request request = {.model = training->request.architecture,
		.labels = samples_head(training->samples)->classes.count};
	if (loss != LOSS_AUTO)
		request.trained = output_activation_of_loss(loss_row((enum loss)loss)->name);
	return output_complete(&training->graph, &request, &training->head, error);
}

static struct shape input_shape(const struct training *training)
{
	const struct stream_head *head = samples_head(training->samples);
	return (struct shape){head->height, head->width, head->channels, false};
}

static int make_graph(struct training *training, struct error *error)
{
	const struct training_request *request = &training->request;
	const struct stream_head *head = samples_head(training->samples);
	struct graph *graph = &training->graph;
	struct shape input = input_shape(training);
	if (architecture_is_builtin(request->architecture) || !file_exists(request->architecture))
		return architecture_build(graph, request->architecture, input,
			(int)head->classes.count, request->output, error);
	if (architecture_read(graph, request->architecture, &training->remarks, error))
		return -1;
	if (training->remarks.refusals.count)
		return error_set(error, request->architecture, "%s",
			training->remarks.refusals.items[0]);
	if (graph_is_free(graph))
		graph_set_input(graph, input.height, input.width);
	if (graph->input.height == input.height && graph->input.width == input.width &&
		graph->input.channels == input.channels)
		return complete_output(training, error);
	return error_set(error, request->architecture,
		"takes images of %dx%dx%d (width, height, channels); %s has %dx%dx%d",
		graph->input.width, graph->input.height, graph->input.channels,
		samples_name(training->samples), input.width, input.height, input.channels);
}

static bool has_trainable(const struct network *network)
{
	bool found = false;
	for (int i = 0; i < network_parameter_count(network); i++)
		found |= network_parameter(network, i).trainable;
	return found;
}

static int make_network(struct training *training, struct error *error)
{
	if (network_create(&training->network, &training->graph, NETWORK_TRAIN,
		    training->request.batch_size, training->pool, error))
		return -1;
	size_t classes = samples_head(training->samples)->classes.count;
	int last = graph_final_node(&training->graph);
	struct shape shape = graph_shape(&training->graph, network_shapes(training->network), last);
	if (shape.height * shape.width > 1)
		return error_set(error, training->request.architecture,
			"ends with %dx%d pixels of %d values; classes need a vector", shape.width,
			shape.height, shape.channels);
	if (!has_trainable(training->network))
		return error_set(error, training->request.architecture,
			"has nothing to train: no weights that are not frozen");
	if ((size_t)network_outputs(training->network) != classes)
		return error_set(error, training->request.architecture,
			"has %d outputs; %s has %zu classes", network_outputs(training->network),
			samples_name(training->samples), classes);
	network_initialize(training->network, training->request.seed);
	return 0;
}

static void set_input_values(struct training *training)
{
	samples_set_values(training->samples, &training->input_values);
	if (training->validation)
		samples_set_values(training->validation, &training->input_values);
}

/* For the activation that the network ends with. */
static int choose_loss(const struct training *training, enum activation_kind end, enum loss *loss,
	struct error *error)
{
	char activations[256];
	int chosen = training->request.loss, used = 0;
	if (chosen == LOSS_AUTO || training->head.has_paired_logits)
		chosen = loss_by_activation(end);
	if (chosen >= 0) {
		*loss = (enum loss)chosen;
		return 0;
	}
	for (int i = 0; i < LOSS_COUNT && used < (int)sizeof activations; i++)
		used += snprintf(activations + used, sizeof activations - (size_t)used, "%s%s",
			i ? " nor " : "", activation_name(loss_row((enum loss)i)->activation));
	return error_set(error, training->request.architecture, "ends with neither %s; set --loss",
		activations);
}

/* ---- how it is trained ---- */

static int choose_class_weights(struct training *training, struct error *error)
{
	const char *wanted = training->request.class_weights;
	const struct text_list *classes = &samples_head(training->samples)->classes;
	if (!wanted)
		return 0;
	training->class_weights = calloc(classes->count, sizeof *training->class_weights);
	if (!training->class_weights)
		return error_memory(error, wanted);
	if (strcmp(wanted, "balanced"))
		return class_weights_read(training->class_weights, classes, wanted, error);
	class_weights_balance(training->class_weights, training->class_totals, classes->count);
	return 0;
}

/* Epochs, if they are known before the end of a pipe; else 0. */
static int plan_epochs(const struct training *training)
{
	size_t passes = samples_passes(training->samples);
	if (training->is_head_only)
		return 1;
	if (training->request.epochs)
		return training->request.epochs;
	if (!samples_is_complete(training->samples))
		return samples_announced_passes(training->samples);
	return passes > 1 ? (int)passes : EPOCHS_DEFAULT;
}

static void choose_schedule(struct training *training)
{
	const struct training_request *request = &training->request;
	training->position.epoch = 1;
	training->epochs = plan_epochs(training);
	training->plateau = plateau_start();
	training->schedule = (struct schedule){
		.kind = request->schedule,
		.rate = request->learning_rate,
		.warmup = request->warmup < 0 ? schedule_default_warmup(training->epochs)
					      : request->warmup,
		.epochs = training->epochs,
	};
}

static int choose_options(struct training *training, enum activation_kind end, struct error *error)
{
	const struct training_request *request = &training->request;
	enum loss loss = LOSS_CATEGORICAL_CROSSENTROPY;
	struct training_options *options = &training->options;
	if (choose_loss(training, end, &loss, error) || choose_class_weights(training, error))
		return -1;
	*options = training_defaults(request->optimizer);
	options->loss = loss;
	options->label_smoothing = (float)request->label_smoothing;
	options->class_weights = training->class_weights;
	options->momentum = (float)request->momentum;
	options->nesterov = request->nesterov;
	if (request->weight_decay >= 0)
		options->weight_decay = (float)request->weight_decay;
	options->clip_norm = (float)request->clip_norm;
	options->seed = request->seed;
	return 0;
}

/* ---- the network ---- */

/* It takes the values that its first layers are made for, else 0..1. */
static int prepare_network(struct training *training, struct error *error)
{
	if (make_graph(training, error) || make_network(training, error) ||
		choose_options(training, graph_final_activation(&training->graph), error))
		return -1;
	if (!input_values_of_layers(&training->input_values, &training->graph, training->network))
		training->input_values = input_values_of_range(0, 1, INPUT_ASSUMED);
	set_input_values(training);
	return 0;
}

static int prepare_from_start(struct training *training, struct error *error)
{
	const struct training_request *request = &training->request;
	double started = progress_clock();
	if (start_open(&training->start, &request->start, input_shape(training), error) ||
		choose_options(training, request->output, error))
		return -1;
	training->input_values = training->start.values;
	set_input_values(training);
	if (transfer_fit(training, error) ||
		start_graph(&training->graph, &training->start, &request->start,
			training->transfer.choices[0].layers, training->transfer.head.classes,
			request->output, error) ||
		make_network(training, error))
		return -1;
	network_copy_parameters(training->network, training->start.model.network);
	transfer_copy_head(training);
	if (training->is_head_only) {
		training->position.totals = training->transfer.head.totals;
		training->position.seconds = progress_clock() - started;
	}
	return 0;
}

static int start_training(struct training *training, struct error *error)
{
	const struct training_request *request = &training->request;
	struct training_state state = network_training_state(training->network);
	network_train_start(training->network, &training->options);
	if (request->accumulate > 1 && network_reserve_accumulation(training->network, error))
		return -1;
	if (request->average > 0 && !training->is_head_only &&
		average_create(&training->average, training->network, request->average, error))
		return -1;
	training->best = request->patience ? calloc(state.weight_count, sizeof(float)) : NULL;
	return request->patience && !training->best ? error_memory(error, "best weights") : 0;
}

static int restore(struct training *training, struct error *error)
{
	if (checkpoint_restore(training, error))
		return -1;
	training->is_saved = true;
	training->resumed_at = training->position.epoch;
	return 0;
}

static int prepare_training(struct training *training, struct error *error)
{
	const struct training_request *request = &training->request;
	int found =
		request->partial ? checkpoint_find(request->partial, request->resume, error) : 0;
	if (found < 0 || parallel_create(&training->pool, request->threads, error) ||
		open_samples(training, error) || sum_targets(training, error) ||
		(request->start.model ? prepare_from_start(training, error)
				      : prepare_network(training, error)))
		return -1;
	choose_schedule(training);
	return start_training(training, error) || (found && restore(training, error)) ? -1 : 0;
}

int training_open(struct training *training, const struct training_request *request,
	struct error *error)
{
	*training = (struct training){.request = *request,
		.is_head_only = request->start.model && !request->epochs};
	if (prepare_training(training, error) == 0)
		return 0;
	training_close(training);
	return -1;
}

void training_close(struct training *training)
{
	network_destroy(training->network);
	graph_free(&training->graph);
	architecture_remarks_free(&training->remarks);
	start_free(&training->start);
	transfer_free(&training->transfer);
	samples_close(training->samples);
	samples_close(training->validation);
	parallel_destroy(training->pool);
	training_log_free(&training->log);
	average_free(&training->average);
	free(training->best);
	free(training->passes);
	free(training->class_weights);
	free(training->class_totals);
	free(training->validation_totals);
	*training = (struct training){0};
}

void training_exchange_kept(struct training *training)
{
	float *kept =
		training->best && training->log.count ? training->best : training->average.weights;
	if (kept)
		network_exchange_weights(training->network, kept);
}

int training_add_pass(struct training *training, struct error *error)
{
	void *passes = array_grow(training->passes, (size_t)training->pass_count, DIGEST_SIZE);
	if (!passes)
		return error_memory(error, samples_name(training->samples));
	training->passes = passes;
	memcpy(training->passes[training->pass_count++], samples_pass_digest(training->samples),
		DIGEST_SIZE);
	return 0;
}
