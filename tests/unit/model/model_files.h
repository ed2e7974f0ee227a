/* Files of models as others have them: copies of fixtures, and zip archives. */
#ifndef TESTS_UNIT_MODEL_MODEL_FILES_H
#define TESTS_UNIT_MODEL_MODEL_FILES_H

#include "keras_files.h"

#include <string.h>
#include <zip.h>

struct content {
	const char *name;
	void *bytes;
	size_t size;
};

static inline struct content text_content(const char *name, const char *text)
{
	return (struct content){name, strdup(text), strlen(text)};
}

/* A file of tests/fixtures/model. */
static inline struct content fixture_content(const char *name, const char *fixture_name)
{
	struct content content = {.name = name};
	unsigned char *bytes;
	struct error error;
	if (file_read(model_fixture(fixture_name), 1 << 24, &bytes, &content.size, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
	content.bytes = bytes;
	return content;
}

/* Writes a file into the scratch folder. */
static inline void write_content(const struct content *content)
{
	struct error error;
	if (output_bytes(scratch_path(content->name), content->bytes, content->size, &error)) {
		note("%s: %s", error.object, error.reason);
		exit(1);
	}
}

static inline zip_t *new_archive(const char *name)
{
	return zip_open(scratch_path(name), ZIP_CREATE | ZIP_TRUNCATE, NULL);
}

/* Adds an entry, whose bytes must stay until zip_close(). Returns its index. */
static inline zip_uint64_t add_entry(zip_t *zip, const struct content *content, int method)
{
	zip_int64_t index = zip_file_add(zip, content->name,
		zip_source_buffer(zip, content->bytes, content->size, 0), ZIP_FL_ENC_UTF_8);
	if (index < 0 || zip_set_file_compression(zip, (zip_uint64_t)index, method, 0)) {
		note("libzip: %s", zip_strerror(zip));
		exit(1);
	}
	return (zip_uint64_t)index;
}

static inline void close_archive(zip_t *zip)
{
	if (zip_close(zip) == 0)
		return;
	note("libzip: %s", zip_strerror(zip));
	exit(1);
}

/* Writes an archive into the scratch folder. */
static inline void write_archive(const char *name, const struct content *contents, int count,
	int method)
{
	zip_t *zip = new_archive(name);
	for (int i = 0; i < count; i++)
		add_entry(zip, &contents[i], method);
	close_archive(zip);
}

static inline void free_contents(struct content *contents, int count)
{
	for (int i = 0; i < count; i++)
		free(contents[i].bytes);
}

#endif
