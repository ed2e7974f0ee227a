#include "train/settings.h"

#include "architectures/architectures.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

/* The decimal number that was rounded to a float. */
static double decimal(float value)
{
	char text[32];
	double result = 0;
	snprintf(text, sizeof text, "%.7g", (double)value);
	return text_to_real(text, &result) ? result : (double)value;
}

static json_t *add_network(json_t *settings, const struct training *training)
{
	const struct training_request *request = &training->request;
	const struct start_request *start = &request->start;
	if (start->model) {
		settings =
			json_add_member(settings, "start", json_text(text_base_name(start->model)));
		char *layers = start_layer_names(&training->start,
			training->transfer.choices[0].layers, ",");
		settings = json_add_member(settings, "feature_layer",
			layers ? json_text(layers) : NULL);
		free(layers);
		settings = json_add_member(settings, "freeze", json_text(start->freeze));
		settings = json_add_member(settings, "dropout", json_real((double)start->dropout));
		return json_add_member(settings, "output_activation",
			json_string(activation_name(request->output)));
	}
	settings = json_add_member(settings, "architecture",
		json_text(text_base_name(request->architecture)));
	return architecture_is_builtin(request->architecture)
		? json_add_member(settings, "output_activation",
			  json_string(activation_name(request->output)))
		: settings;
}

static json_t *add_loss(json_t *settings, const struct training *training)
{
	const struct training_request *request = &training->request;
	settings = json_add_member(settings, "loss",
		json_string(loss_row(training->options.loss)->name));
	settings =
		json_add_member(settings, "label_smoothing", json_real(request->label_smoothing));
	return json_add_member(settings, "class_weights",
		request->class_weights ? json_text(text_base_name(request->class_weights))
				       : json_null());
}

static json_t *add_optimizer(json_t *settings, const struct training *training)
{
	const struct training_request *request = &training->request;
	const struct {
		const char *key;
		double value;
	} numbers[] = {
		{"momentum", request->momentum},
		{"weight_decay",
			request->weight_decay < 0 ? decimal(training->options.weight_decay)
						  : request->weight_decay},
		{"clip_norm", request->clip_norm},
		{"learning_rate", request->learning_rate},
		{"warmup", training->schedule.warmup},
		{"average", request->average},
	};
	settings = json_add_member(settings, "optimizer",
		json_string(optimizer_row(request->optimizer)->name));
	settings = json_add_member(settings, "nesterov", json_boolean(request->nesterov));
	settings = json_add_member(settings, "schedule",
		json_string(schedule_names[request->schedule]));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		settings = json_add_member(settings, numbers[i].key, json_real(numbers[i].value));
	return settings;
}

json_t *training_settings(const struct training *training)
{
	const struct training_request *request = &training->request;
	char seed[24];
	snprintf(seed, sizeof seed, "%llu", (unsigned long long)request->seed);
	json_t *settings = add_network(json_object(), training);
	settings = json_add_member(settings, "epochs", json_integer(training->epochs));
	settings = json_add_member(settings, "batch_size", json_integer(request->batch_size));
	settings = json_add_member(settings, "accumulate", json_integer(request->accumulate));
	settings = add_optimizer(add_loss(settings, training), training);
	settings = json_add_member(settings, "patience", json_integer(request->patience));
	return json_add_member(settings, "seed", json_string(seed));
}

/* A value as on the command line; "none" for null. The caller's to free; NULL without memory. */
static char *value_text(const json_t *value)
{
	return json_is_string(value)            ? strdup(json_string_value(value))
		: json_is_null(value) || !value ? strdup("none")
		: json_is_boolean(value)        ? strdup(json_is_true(value) ? "on" : "off")
		: json_is_integer(value) ? text_format("%lld", (long long)json_integer_value(value))
					 : text_format("%.15g", json_real_value(value));
}

/* The option of a member. The caller's to free; NULL without memory. */
static char *option_name(const char *key)
{
	char *option = strdup(key);
	for (char *p = option; p && *p; p++)
		*p = *p == '_' ? '-' : *p;
	return option;
}

static int take_setting(const char *key, const json_t *value,
	int (*take)(const char *option, const char *value, struct error *error),
	struct error *error)
{
	char *text = value_text(value), *option = option_name(key);
	int result = !text || !option
		? error_memory(error, "options")
		: take(option, json_is_string(value) ? json_string_value(value) : text, error);
	free(text);
	free(option);
	return result;
}

int training_settings_each(const json_t *settings,
	int (*take)(const char *option, const char *value, struct error *error),
	struct error *error)
{
	static const char *const keys[] = {"architecture", "output_activation", "epochs",
		"batch_size", "accumulate", "loss", "label_smoothing", "class_weights", "optimizer",
		"nesterov", "schedule", "momentum", "weight_decay", "clip_norm", "learning_rate",
		"warmup", "average", "patience", "seed"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const json_t *value = json_object_get(settings, keys[i]);
		bool is_set = value && !json_is_null(value) && !json_is_false(value);
		if (is_set && take_setting(keys[i], value, take, error))
			return -1;
	}
	return 0;
}

static int differs(const char *key, const json_t *before, const json_t *now, const char *object,
	struct error *error)
{
	char *old = value_text(before), *new = value_text(now), *option = option_name(key);
	if (old && new &&option)
		error_set(error, object, "was trained with --%s %s, not %s", option, old, new);
	else
		error_memory(error, object);
	free(old);
	free(new);
	free(option);
	return -1;
}

/* Two files of an architecture: what is in them is compared, not what they are called. */
static bool are_files(const char *key, const json_t *before, const json_t *now)
{
	const char *old = json_string_value(before), *new = json_string_value(now);
	return strcmp(key, "architecture") == 0 && old && new && !architecture_is_builtin(old) &&
		!architecture_is_builtin(new);
}

int training_settings_match(const json_t *before, const json_t *now, const char *object,
	struct error *error)
{
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)now, key, value) {
		const json_t *old = json_object_get(before, key);
		if (!json_equal(old, value) && !are_files(key, old, value))
			return differs(key, old, value, object, error);
	}
	json_object_foreach ((json_t *)before, key, value)
		if (!json_object_get(now, key))
			return differs(key, value, NULL, object, error);
	return 0;
}
