#include "base/file.h"
#include "base/json.h"
#include "export/formats.h"
#include "format/keras.h"
#include "format/weights.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

/* 1 January 1980, as MS-DOS has it, and what zip's version 3 (Unix) calls the mode of a file. */
enum { DOS_DATE = 1 << 5 | 1, DOS_TIME = 0, UNIX_MODE = 0100644 };

/* The contents, owned. */
struct archive {
	char *config, *metadata, *labels;
	unsigned char *weights;
	size_t weights_size;
};

static void archive_free(struct archive *archive)
{
	free(archive->config);
	free(archive->metadata);
	free(archive->labels);
	free(archive->weights);
}

static int make_config(char **config, const struct graph *graph, const char *path,
	struct error *error)
{
	json_t *value = architecture_value(graph, ARCHITECTURE_KERAS_3, path, error);
	if (!value)
		return -1;
	*config = json_print(value, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_decref(value);
	return *config ? 0 : error_memory(error, path);
}

/* The version whose config.json and order of layers are written; when it was saved is left open, so
 * that the same model gives the same bytes. Keras reads no more of it. */
static int make_metadata(char **text, const struct export_model *model, const char *path,
	struct error *error)
{
	json_t *own = export_metadata(model),
	       *value = json_pack("{s:s, s:s}", "keras_version", "3.3.3", "date_saved",
		       "1980-01-01@00:00:00");
	bool good = own && value && json_object_del(own, "labels") == 0 &&
		json_object_update(value, own) == 0;
	*text = good ? json_print(value, JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15)) : NULL;
	json_decref(own);
	json_decref(value);
	return *text ? 0 : error_memory(error, path);
}

static char *labels_text(const struct text_list *labels)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	for (size_t i = 0; stream && i < labels->count; i++)
		fprintf(stream, "%s\n", labels->items[i]);
	if (stream && fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

/* Stored, as Keras does: it opens the weights inside the archive. */
static bool add_entry(zip_t *zip, const char *name, const void *bytes, size_t size)
{
	zip_source_t *source = zip_source_buffer(zip, bytes, size, 0);
	zip_int64_t index = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) : -1;
	if (index < 0) {
		zip_source_free(source);
		return false;
	}
	zip_uint64_t entry = (zip_uint64_t)index;
	return zip_set_file_compression(zip, entry, ZIP_CM_STORE, 0) == 0 &&
		zip_file_set_dostime(zip, entry, DOS_TIME, DOS_DATE, 0) == 0 &&
		zip_file_set_external_attributes(zip, entry, 0, ZIP_OPSYS_UNIX,
			(zip_uint32_t)UNIX_MODE << 16) == 0;
}

/* Makes the archive in `source`, which stays the caller's. */
static bool write_zip(zip_source_t *source, const struct archive *archive)
{
	zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
	if (!zip)
		return false;
	zip_source_keep(source);
	if (add_entry(zip, "metadata.json", archive->metadata, strlen(archive->metadata)) &&
		add_entry(zip, "config.json", archive->config, strlen(archive->config)) &&
		add_entry(zip, "model.weights.h5", archive->weights, archive->weights_size) &&
		add_entry(zip, "labels.txt", archive->labels, strlen(archive->labels)) &&
		zip_close(zip) == 0)
		return true;
	zip_discard(zip);
	return false;
}

/* The bytes of what was written to `source`, in fresh memory. */
static unsigned char *source_bytes(zip_source_t *source, size_t *size)
{
	zip_stat_t status;
	if (zip_source_stat(source, &status) || !(status.valid & ZIP_STAT_SIZE) ||
		zip_source_open(source))
		return NULL;
	*size = (size_t)status.size;
	unsigned char *bytes = malloc(*size);
	if (bytes && zip_source_read(source, bytes, *size) != (zip_int64_t)*size) {
		free(bytes);
		bytes = NULL;
	}
	zip_source_close(source);
	return bytes;
}

static int write_archive(const struct archive *archive, const char *path, struct error *error)
{
	size_t size;
	zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
	unsigned char *bytes =
		source && write_zip(source, archive) ? source_bytes(source, &size) : NULL;
	int result = bytes ? output_bytes(path, bytes, size, error) : error_memory(error, path);
	free(bytes);
	zip_source_free(source);
	return result;
}

int keras_archive_write(const struct export_model *model, const char *path, struct error *error)
{
	struct archive archive = {.labels = labels_text(model->labels)};
	int result = archive.labels ? 0 : error_memory(error, path);
	if (result == 0)
		result = make_config(&archive.config, network_graph(model->network), path, error) ||
				make_metadata(&archive.metadata, model, path, error) ||
				weights_image(model->network, &archive.weights,
					&archive.weights_size, path, error) ||
				write_archive(&archive, path, error)
			? -1
			: 0;
	archive_free(&archive);
	return result;
}
