#include "format/weights_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int weights_refuse(const struct weights_file *file, const char *object, const char *format, ...)
{
	char reason[sizeof file->error->reason];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	error_set(file->error, object, "%s", reason);
	return error_within(file->error, file->path);
}

/* ---- callbacks that make HDF5 use the caller's bytes instead of copies ---- */

static void *share_bytes(size_t size, H5FD_file_image_op_t operation, void *bytes)
{
	(void)size, (void)operation;
	return bytes;
}

static void *skip_copy(void *to, const void *from, size_t size, H5FD_file_image_op_t operation,
	void *bytes)
{
	(void)from, (void)size, (void)operation, (void)bytes;
	return to;
}

static void *refuse_growth(void *image, size_t size, H5FD_file_image_op_t operation, void *bytes)
{
	(void)image, (void)size, (void)operation, (void)bytes;
	return NULL;
}

static herr_t skip_free(void *image, H5FD_file_image_op_t operation, void *bytes)
{
	(void)image, (void)operation, (void)bytes;
	return 0;
}

static void *share_pointer(void *bytes)
{
	return bytes;
}

static herr_t skip_pointer_free(void *bytes)
{
	(void)bytes;
	return 0;
}

static hid_t open_image(void *bytes, size_t size)
{
	H5FD_file_image_callbacks_t uncopied = {share_bytes, skip_copy, refuse_growth, skip_free,
		share_pointer, skip_pointer_free, bytes};
	hid_t access = H5Pcreate(H5P_FILE_ACCESS);
	hid_t file = -1;
	if (H5Pset_fapl_core(access, 1 << 20, false) >= 0 &&
		H5Pset_file_image_callbacks(access, &uncopied) >= 0 &&
		H5Pset_file_image(access, bytes, size) >= 0)
		file = H5Fopen(WEIGHTS_NO_FILE, H5F_ACC_RDONLY, access);
	H5Pclose(access);
	return file;
}

static herr_t find_memory_error(unsigned depth, const H5E_error2_t *failure, void *file)
{
	(void)depth;
	((struct weights_file *)file)->out_of_memory |= failure->maj_num == H5E_RESOURCE ||
		failure->min_num == H5E_NOSPACE || failure->min_num == H5E_CANTALLOC;
	return 0;
}

/* Called by HDF5 when one of its functions fails. */
static herr_t record_failure(hid_t stack, void *file)
{
	return H5Ewalk2(stack, H5E_WALK_UPWARD, find_memory_error, file);
}

int weights_file_open(struct weights_file *file, const void *bytes, size_t size, const char *path,
	struct error *error)
{
	*file = (struct weights_file){-1, size, path, error, false};
	/* No plugins: they are code that a file selects by number. */
	if (H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, record_failure, file) < 0 ||
		H5PLset_loading_state(0) < 0)
		return error_memory(error, path);
	file->id = open_image((void *)bytes, size);
	if (file->id >= 0)
		return 0;
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	return error_set(error, path, "is not an HDF5 file, or a damaged one");
}

void weights_file_close(struct weights_file *file)
{
	H5Fclose(file->id);
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static int check_link(const struct weights_file *file, const char *object)
{
	H5L_info_t link;
	htri_t exists = H5Lexists(file->id, object, H5P_DEFAULT);
	if (exists == 0)
		return 0;
	if (exists < 0 || H5Lget_info(file->id, object, &link, H5P_DEFAULT) < 0)
		return weights_refuse(file, object, "its link cannot be read");
	if (link.type == H5L_TYPE_HARD)
		return 1;
	return weights_refuse(file, object, "is a link that is not followed: %s",
		link.type == H5L_TYPE_SOFT               ? "a soft link"
			: link.type == H5L_TYPE_EXTERNAL ? "an external link, into another file"
							 : "a user-defined link");
}

int weights_find(const struct weights_file *file, const char *object)
{
	char part[WEIGHTS_PATH_SIZE];
	size_t length = strlen(object), end = 0;
	if (length >= sizeof part)
		return 0;
	int result = 1;
	while (result == 1 && end < length) {
		end += strspn(object + end, "/");
		size_t name = strcspn(object + end, "/");
		end += name;
		memcpy(part, object, end);
		part[end] = 0;
		if (name)
			result = check_link(file, part);
	}
	return result;
}
