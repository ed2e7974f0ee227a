#include "train/checkpoint.h"

#include "base/file.h"
#include "base/file_set.h"
#include "base/json.h"
#include "format/safetensors.h"
#include "model/folder.h"
#include "train/card.h"
#include "train/checkpoint_state.h"

#include <stdlib.h>
#include <string.h>

enum { ARRAYS_MAXIMUM = 5 };

struct arrays {
	struct safetensors_array items[ARRAYS_MAXIMUM];
	int count;
};

static void add_array(struct arrays *arrays, const char *name, const float *values, size_t count)
{
	if (values)
		arrays->items[arrays->count++] = (struct safetensors_array){.name = name,
			.rank = 1,
			.shape = {count},
			.values = values,
			.count = count};
}

/* The arrays of a training; their values are the network's own. */
static struct arrays list_arrays(const struct training *training)
{
	struct training_state state = network_training_state(training->network);
	struct arrays arrays = {.count = 0};
	add_array(&arrays, "weights", state.weights, state.weight_count);
	add_array(&arrays, "first_moments", state.first_moments, state.moment_count);
	add_array(&arrays, "second_moments", state.second_moments, state.moment_count);
	add_array(&arrays, "average", training->average.weights, state.weight_count);
	add_array(&arrays, "best", training->best, state.weight_count);
	return arrays;
}

/* ---- its digest ---- */

/* Of the text and of the data, which is added between. Returns NULL without memory. */
static struct digest *start_digest(const char *text)
{
	struct digest *digest = digest_start();
	if (digest)
		digest_add(digest, text, strlen(text));
	return digest;
}

static void finish_digest(struct digest *digest, char hex[DIGEST_HEX_SIZE])
{
	unsigned char out[DIGEST_SIZE];
	digest_finish(digest, out);
	digest_hex(out, DIGEST_SIZE, hex);
}

static void add_to_digest(void *digest, const void *bytes, size_t size)
{
	digest_add(digest, bytes, size);
}

/* ---- writing ---- */

static int write_state(const struct training *training, const char *path, struct error *error)
{
	struct arrays arrays = list_arrays(training);
	char hex[DIGEST_HEX_SIZE];
	json_t *state = checkpoint_state(training, error);
	if (!state)
		return -1;
	char *text = json_print(state, JSON_COMPACT | JSON_REAL_PRECISION(17));
	struct digest *digest = text ? start_digest(text) : NULL;
	json_t *metadata = NULL;
	json_decref(state);
	if (digest) {
		safetensors_data(arrays.items, arrays.count, add_to_digest, digest);
		finish_digest(digest, hex);
		metadata = json_pack("{s:s, s:s}", "training", text, "sha256", hex);
	}
	int result = metadata ? safetensors_save(path, arrays.items, arrays.count, metadata, error)
			      : error_memory(error, path);
	json_decref(metadata);
	free(text);
	return result;
}

/* The model and the state, to the staging folder. */
static int write_files(struct training *training, const char *folder, struct error *error)
{
	char *path = file_join(folder, model_file_names[MODEL_CHECKPOINT]);
	if (!path)
		return error_memory(error, folder);
	int result = write_state(training, path, error);
	free(path);
	if (result)
		return -1;
	training_exchange_kept(training);
	result = training_save(training, folder, error);
	training_exchange_kept(training);
	return result;
}

int checkpoint_write(struct training *training, struct error *error)
{
	struct model_folder folder;
	if (model_folder_open(&folder, training->request.partial, error))
		return -1;
	if (model_folder_start(&folder, error)) {
		model_folder_abandon(&folder);
		return -1;
	}
	if (write_files(training, folder.staging.path, error)) {
		error_replace_path(error, folder.staging.path, folder.path);
		model_folder_abandon(&folder);
		return -1;
	}
	if (model_folder_commit(&folder, error))
		return -1;
	training->is_saved = true;
	return 0;
}

/* ---- reading ---- */

/* What can't be replaced in the end is better known at the beginning. */
static int check_writable(const char *partial, struct error *error)
{
	struct model_folder folder;
	if (model_folder_open(&folder, partial, error))
		return -1;
	model_folder_abandon(&folder);
	return 0;
}

int checkpoint_find(const char *partial, bool resume, struct error *error)
{
	bool found[MODEL_FILES];
	if (!file_exists(partial))
		return 0;
	if (check_writable(partial, error) || model_folder_find(partial, found, error))
		return -1;
	if (!found[MODEL_CHECKPOINT] && found[MODEL_WEIGHTS])
		return error_set(error, partial,
			"is a model without a checkpoint, which is not replaced; move it away");
	if (!resume && found[MODEL_CHECKPOINT] && found[MODEL_HISTORY])
		return error_set(error, partial,
			"an unfinished training is there; go on with --resume, or remove it");
	return resume && found[MODEL_CHECKPOINT];
}

static int restore_arrays(struct training *training, const struct safetensors *file,
	const char *path, struct error *error)
{
	struct arrays arrays = list_arrays(training);
	for (int i = 0; i < arrays.count; i++) {
		/* They are the training's own, only listed as those to be written. */
		float *values = (float *)arrays.items[i].values;
		if (!safetensors_copy(file, arrays.items[i].name, values, arrays.items[i].count))
			return error_set(error, path, "has no such %s as this network",
				arrays.items[i].name);
	}
	return 0;
}

/* The data of the file are the arrays, one after the other. */
static int check_digest(const struct safetensors *file, const char *text, const char *path,
	struct error *error)
{
	char hex[DIGEST_HEX_SIZE];
	const char *expected = safetensors_text(file, "sha256");
	struct digest *digest = start_digest(text);
	if (!digest)
		return error_memory(error, path);
	digest_add(digest, file->data, file->data_size);
	finish_digest(digest, hex);
	return expected && strcmp(hex, expected) == 0
		? 0
		: error_set(error, path, "is damaged: its digest differs");
}

static int restore(struct training *training, const struct safetensors *file, const char *path,
	struct error *error)
{
	const char *text = safetensors_text(file, "training");
	if (!text)
		return error_set(error, path, "is not a checkpoint");
	if (check_digest(file, text, path, error))
		return -1;
	json_t *state = json_parse(text, strlen(text), JSON_REJECT_DUPLICATES, path, error);
	int result = !state || checkpoint_state_restore(training, state, error) ||
			restore_arrays(training, file, path, error)
		? -1
		: checkpoint_read_passes(training, state, error);
	json_decref(state);
	return result;
}

int checkpoint_restore(struct training *training, struct error *error)
{
	struct safetensors file;
	char *path = file_set_path(training->request.partial, model_file_names[MODEL_CHECKPOINT]);
	if (!path)
		return error_memory(error, training->request.partial);
	int result = safetensors_load(&file, path, error);
	if (result == 0)
		result = restore(training, &file, path, error);
	safetensors_free(&file);
	free(path);
	return result;
}
