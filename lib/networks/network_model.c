#include "networks/network_model.h"

#include "architectures/architectures.h"
#include "base/file.h"
#include "base/file_set.h"
#include "base/json.h"
#include "base/version.h"
#include "format/architecture.h"
#include "format/keras.h"
#include "format/weights.h"
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

/* ---- reading weights ---- */

int network_model_read(struct network_model *model, const struct network_recipe *recipe,
	const char *path, const char *name, struct error *error)
{
	*model = (struct network_model){0};
	if (architecture_front(&model->graph, recipe->architecture, recipe->input, error))
		return error_within(error, recipe->path);
	if (network_create(&model->network, &model->graph, NETWORK_PREDICT, 1, NULL, error) == 0) {
		if (weights_read(model->network, path, error) == 0)
			return 0;
		error_replace_path(error, path, name);
		error_within(error, recipe->name);
	}
	network_model_free(model);
	return -1;
}

void network_model_free(struct network_model *model)
{
	network_destroy(model->network);
	graph_free(&model->graph);
	*model = (struct network_model){0};
}

/* ---- the card ---- */

static json_t *network_object(const struct network_recipe *recipe)
{
	json_t *network = json_add_member(json_object(), "name", json_text(recipe->name));
	network = json_add_member(network, "title", json_text(recipe->title));
	return json_add_member(network, "architecture", json_text(recipe->architecture));
}

static json_t *input_object(const struct network_recipe *recipe)
{
	json_t *input = json_pack("{s:i, s:i, s:i}", "width", recipe->input.width, "height",
		recipe->input.height, "channels", recipe->input.channels);
	return input_values_write(input, &recipe->values);
}

static json_t *source_object(const struct network_source *source)
{
	const struct file_digest *digest = source->digest;
	json_t *object = json_add_member(json_object(), source->address ? "address" : "file",
		json_text(source->address ? source->address : text_base_name(source->file)));
	object = json_add_member(object, "bytes", json_integer((json_int_t)digest->bytes));
	object = json_add_member(object, "sha256", json_string(digest->sha256));
	return json_add_member(object, "md5", json_string(digest->md5));
}

static int write_card(const char *path, const char *weights, const struct network_recipe *recipe,
	const struct network_source *source, struct error *error)
{
	struct file_digest digest;
	if (file_digest_read(&digest, weights, error))
		return -1;
	json_t *card = json_pack("{s:s, s:s, s:o, s:o, s:o, s:{s:s}}", "tool", "fetch-network",
		"version", MILLRACE_VERSION, "network", network_object(recipe), "input",
		input_object(recipe), "source", source_object(source), "weights", "sha256",
		digest.sha256);
	return keras_write_json(card, path, error);
}

/* ---- the folder ---- */

static int write_files(const struct network_model *model, const struct network_recipe *recipe,
	const struct network_source *source, const char *folder, struct error *error)
{
	char *architecture = file_join(folder, model_file_names[MODEL_ARCHITECTURE]),
	     *weights = file_join(folder, model_file_names[MODEL_WEIGHTS]),
	     *card = file_join(folder, model_file_names[MODEL_CARD]);
	int result = !architecture || !weights || !card ? error_memory(error, folder)
		: architecture_write(&model->graph, architecture, error) ||
			weights_write(model->network, weights, error) ||
			write_card(card, weights, recipe, source, error)
		? -1
		: 0;
	free(architecture);
	free(weights);
	free(card);
	return result;
}

int network_model_save(const struct network_model *model, const struct network_recipe *recipe,
	const struct network_source *source, struct model_folder *folder, struct error *error)
{
	if (model_folder_start(folder, error) == 0) {
		const char *staging = folder->staging.path;
		if (write_files(model, recipe, source, staging, error) == 0)
			return model_folder_commit(folder, error);
		error_replace_path(error, staging, folder->path);
	}
	model_folder_abandon(folder);
	return -1;
}

/* ---- whether it is there ---- */

static bool has_object(const json_t *card, const char *key, json_t *expected)
{
	bool same = expected && json_equal(json_object_get(card, key), expected);
	json_decref(expected);
	return same;
}

/* Whether text `key` of a card's object is the one that is expected, if one is. */
static bool has_digest(const json_t *object, const char *key, const char *expected)
{
	const char *text = json_string_value(json_object_get(object, key));
	return !*expected || (text && strcmp(text, expected) == 0);
}

static bool is_card_of(const json_t *card, const struct network_recipe *recipe,
	const struct file_digest *expected)
{
	const json_t *source = json_object_get(card, "source");
	return has_object(card, "network", network_object(recipe)) &&
		has_object(card, "input", input_object(recipe)) &&
		has_digest(source, "sha256", expected->sha256) &&
		has_digest(source, "md5", expected->md5);
}

/* Whether the weights have the digest that the card has; an error if they can't be read. */
static int has_weights(const char *folder, const json_t *card, struct error *error)
{
	struct file_digest digest;
	char *path = file_set_path(folder, model_file_names[MODEL_WEIGHTS]);
	int result = path ? file_digest_read(&digest, path, error) : error_memory(error, folder);
	free(path);
	return result == 0 && json_object_get(json_object_get(card, "weights"), "sha256")
		? has_digest(json_object_get(card, "weights"), "sha256", digest.sha256)
		: result;
}

int network_model_is_there(const char *path, const struct network_recipe *recipe,
	const struct file_digest *expected, struct error *error)
{
	json_t *card = NULL;
	char *architecture = file_set_path(path, model_file_names[MODEL_ARCHITECTURE]);
	int result = architecture ? file_exists(architecture) : error_memory(error, path);
	if (result == 1)
		result = model_read_card(&card, path, error);
	result = result == 0 && is_card_of(card, recipe, expected) ? has_weights(path, card, error)
								   : result;
	json_decref(card);
	free(architecture);
	return result < 0 && error->kind == ERROR_OBJECT ? 0 : result;
}
