#include "networks/fetch_network.h"

#include "base/file.h"
#include "fetch/download.h"
#include "networks/network_model.h"
#include "networks/pin.h"

#include <stdlib.h>
#include <unistd.h>

/* Of a file whose recipe does not say how many it has. */
static const uint64_t bytes_maximum = UINT64_C(1) << 30;

/* One run. */
struct work {
	const struct network_recipe *recipe;
	const struct network_request *request;
	struct network_result *result;
	bool is_wrong;               /* the file is not what it should be */
	char *model, *pin, *partial; /* paths in the folder */
	struct file_digest expected; /* of the file: published, or pinned */
	struct error *error;
};

/* ---- checks of the file ---- */

static int read_expected(struct work *work)
{
	work->expected = work->recipe->published;
	return !network_recipe_has_digest(work->recipe) &&
			pin_read(work->expected.sha256, work->pin, work->error) < 0
		? -1
		: 0;
}

static bool is_digest_known(const struct work *work)
{
	return *work->expected.sha256 || *work->expected.md5;
}

static int check_digest(const struct work *work, const char *name)
{
	char *says = network_recipe_has_digest(work->recipe) || !is_digest_known(work)
		? text_format("as %s says", work->recipe->path)
		: text_format("as %s says, of the first one; remove that to take another",
			  work->pin);
	int result = says
		? file_digest_check(&work->result->digest, &work->expected, name, says, work->error)
		: error_memory(work->error, name);
	free(says);
	return result ? error_within(work->error, work->recipe->name) : 0;
}

static int pin_digest(const struct work *work, const char *name)
{
	if (is_digest_known(work))
		return 0;
	work->result->was_pinned = true;
	return pin_write(work->pin, work->result->digest.sha256, text_base_name(name), work->error);
}

/* ---- from a file to the model ---- */

/* Checks the file `path`, which messages call `name`, and reads it. */
static int read_file(struct work *work, const char *path, const char *name,
	struct network_model *model)
{
	int result = file_digest_read(&work->result->digest, path, work->error) ||
			check_digest(work, name) ||
			network_model_read(model, work->recipe, path, name, work->error)
		? -1
		: 0;
	work->is_wrong = result && work->error->kind == ERROR_OBJECT;
	return result;
}

static int make_model(struct work *work, struct model_folder *folder, const char *path,
	const char *name)
{
	struct network_model model;
	const struct network_source source = {work->request->file ? NULL : work->recipe->address,
		work->request->file, &work->result->digest};
	if (read_file(work, path, name, &model))
		return -1;
	int result = network_model_is_there(work->model, work->recipe, source.digest, work->error);
	work->result->was_there = result == 1;
	if (result >= 0 && pin_digest(work, name))
		result = -1;
	if (result == 0)
		result = network_model_save(&model, work->recipe, &source, folder, work->error);
	if (result < 0 && work->result->was_pinned)
		unlink(work->pin);
	network_model_free(&model);
	return result < 0 ? -1 : 0;
}

/* A file that is not what it should be is of no use; one that could not be worked on is. */
static int make_model_of_download(struct work *work, struct model_folder *folder,
	struct download *download)
{
	const struct network_recipe *recipe = work->recipe;
	const struct network_request *request = work->request;
	const struct download_request wanted = {recipe->name, recipe->address,
		recipe->published.bytes ? recipe->published.bytes : bytes_maximum, request->retries,
		request->backoff, request->allow_private, request->ca_file, request->progress};
	if (download_fetch(download, &wanted, work->error))
		return -1;
	int result = make_model(work, folder, download->path, recipe->address);
	if (result == 0 || work->is_wrong)
		download_remove(download);
	return result;
}

static int fetch_file(struct work *work, struct model_folder *folder)
{
	struct download download;
	if (!work->recipe->address)
		return error_set(work->error, work->recipe->path,
			"has no address; a file is taken with --file");
	if (download_open(&download, work->partial, work->error))
		return -1;
	int result = make_model_of_download(work, folder, &download);
	download_close(&download);
	return result;
}

/* ---- the whole ---- */

/* What a process that was killed in the end has left. */
static void remove_leftover(const struct work *work)
{
	struct download download;
	struct error ignored;
	if (!file_exists(work->partial) || download_open(&download, work->partial, &ignored))
		return;
	download_remove(&download);
	download_close(&download);
}

static int fetch(struct work *work)
{
	struct model_folder folder;
	int there = work->request->file || !is_digest_known(work)
		? 0
		: network_model_is_there(work->model, work->recipe, &work->expected, work->error);
	work->result->was_there = there == 1;
	if (there == 1)
		remove_leftover(work);
	if (there)
		return there == 1 ? 0 : -1;
	if (model_folder_open(&folder, work->model, work->error))
		return -1;
	int result = work->request->file
		? make_model(work, &folder, work->request->file, work->request->file)
		: fetch_file(work, &folder);
	model_folder_abandon(&folder);
	return result;
}

int network_fetch(struct network_result *result, const struct network_recipe *recipe,
	const struct network_request *request, struct error *error)
{
	struct work work = {.recipe = recipe,
		.request = request,
		.result = result,
		.model = file_join(request->folder, recipe->name),
		.error = error};
	*result = (struct network_result){0};
	work.pin = work.model ? text_format("%s.sha256", work.model) : NULL;
	work.partial = work.model ? text_format("%s.partial", work.model) : NULL;
	int failed = !work.pin || !work.partial ? error_memory(error, request->folder)
						: read_expected(&work) || fetch(&work);
	if (!failed) {
		result->path = work.model;
		work.model = NULL;
	}
	free(work.model);
	free(work.pin);
	free(work.partial);
	return failed ? -1 : 0;
}
