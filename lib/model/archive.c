#include "model/archive.h"

#include "model/find_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

enum { ENTRIES_MAXIMUM = 1 << 16, UNPACKED_BASE = 64 << 20, UNPACKED_FACTOR = 16 };

bool archive_is_zip(const struct model_file *file)
{
	return file->size > 4 &&
		(memcmp(file->bytes, "PK\3\4", 4) == 0 || memcmp(file->bytes, "PK\5\6", 4) == 0);
}

/* A file of the archive's top level, that is no link. */
static bool is_plain(zip_t *zip, zip_uint64_t index, const char *name)
{
	zip_uint8_t system = 0;
	zip_uint32_t attributes = 0;
	if (strpbrk(name, "/\\") || strlen(name) >= MODEL_FILE_NAME_SIZE)
		return false;
	return zip_file_get_external_attributes(zip, index, 0, &system, &attributes) == 0 &&
		!(system == ZIP_OPSYS_UNIX && S_ISLNK((mode_t)(attributes >> 16)));
}

/* Adds the names of the entries that may belong to a model. */
static int list_entries(struct model_files *files, zip_t *zip, struct error *error)
{
	zip_int64_t count = zip_get_num_entries(zip, 0);
	if (count > ENTRIES_MAXIMUM)
		return error_set(error, files->path, "has more than %d entries", ENTRIES_MAXIMUM);
	for (zip_int64_t i = 0; i < count; i++) {
		const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);
		if (!name || !model_files_wants(name) || !is_plain(zip, (zip_uint64_t)i, name))
			continue;
		/* That which is found by its name is the first; it may be a link. */
		if (zip_name_locate(zip, name, 0) != i)
			return error_set(error, files->path, "has two entries %s", name);
		if (model_files_add(files, name, error))
			return -1;
	}
	return 0;
}

/* Reads exactly file->size bytes; what follows them is an error of the archive too. */
static bool read_entry(zip_t *zip, zip_uint64_t index, struct model_file *file)
{
	zip_file_t *entry = zip_fopen_index(zip, index, 0);
	unsigned char *bytes = entry ? malloc(file->size + 1) : NULL;
	size_t used = 0;
	zip_int64_t read = 1;
	while (bytes && read > 0 && used <= file->size) {
		read = zip_fread(entry, bytes + used, file->size + 1 - used);
		used += read > 0 ? (size_t)read : 0;
	}
	bool good = bytes && read == 0 && used == file->size;
	/* The checksum is compared at the end. */
	if (entry && zip_fclose(entry))
		good = false;
	if (good)
		bytes[used] = 0;
	else
		free(bytes);
	file->bytes = good ? bytes : NULL;
	return good;
}

static int unpack(struct model_file *file, zip_t *zip, size_t *left, const char *path,
	struct error *error)
{
	zip_stat_t status;
	zip_int64_t index = zip_name_locate(zip, file->name, 0);
	zip_stat_init(&status);
	if (index < 0 || zip_stat_index(zip, (zip_uint64_t)index, 0, &status) ||
		!(status.valid & ZIP_STAT_SIZE))
		return error_set(error, path, "is damaged: %s has no size", file->name);
	if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) && status.encryption_method != ZIP_EM_NONE)
		return error_set(error, path, "%s is encrypted", file->name);
	if (status.size > *left)
		return error_set(error, path,
			"%s has %llu MB unpacked, far more than a model of this size", file->name,
			(unsigned long long)status.size >> 20);
	file->size = (size_t)status.size;
	*left -= file->size;
	return read_entry(zip, (zip_uint64_t)index, file)
		? 0
		: error_set(error, path, "is damaged: %s cannot be unpacked", file->name);
}

/* An archive in the archive is not opened. */
static int choose(struct model_files *files, struct error *error)
{
	if (model_files_choose(files, error))
		return -1;
	return files->archive < 0
		? 0
		: error_set(error, files->path, "has no model but another archive, %s: unpack it",
			  files->items[files->archive].name);
}

static int unpack_all(struct model_files *files, zip_t *zip, size_t size, struct error *error)
{
	size_t left = UNPACKED_BASE + UNPACKED_FACTOR * size;
	for (int i = 0; i < files->count; i++)
		if (model_files_needs(files, i) &&
			unpack(&files->items[i], zip, &left, files->path, error))
			return -1;
	return 0;
}

int archive_open(struct model_files *files, const struct model_file *archive, struct error *error)
{
	zip_error_t failure;
	*files = (struct model_files){.path = files->path, .is_folder = true};
	zip_error_init(&failure);
	zip_source_t *source = zip_source_buffer_create(archive->bytes, archive->size, 0, &failure);
	zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &failure) : NULL;
	int result = zip ? 0
			 : error_set(error, files->path, "is a damaged zip archive: %s",
				   zip_error_strerror(&failure));
	if (!zip && source)
		zip_source_free(source);
	result = result || list_entries(files, zip, error) || choose(files, error) ||
			unpack_all(files, zip, archive->size, error)
		? -1
		: 0;
	if (zip)
		zip_discard(zip);
	zip_error_fini(&failure);
	if (result)
		archive_close(files);
	return result;
}

void archive_close(struct model_files *files)
{
	for (int i = 0; i < files->count; i++)
		free((void *)files->items[i].bytes);
	free(files->items);
	*files = (struct model_files){.path = files->path};
}
