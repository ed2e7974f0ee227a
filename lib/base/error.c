#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void copy_object(char *out, size_t size, const char *object)
{
	size_t length = strlen(object);
	if (length < size) {
		memcpy(out, object, length + 1);
		return;
	}
	/* The end of a path says more than its middle. */
	size_t head = size / 4, tail = size - head - 4;
	memcpy(out, object, head);
	memcpy(out + head, "...", 3);
	memcpy(out + head + 3, object + length - tail, tail + 1);
}

int error_set(struct error *error, const char *object, const char *format, ...)
{
	if (!error)
		return -1;
	copy_object(error->object, sizeof error->object, object);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(error->reason, sizeof error->reason, format, arguments);
	va_end(arguments);
	return -1;
}

int error_system(struct error *error, const char *object)
{
	char buffer[128];
	return error_set(error, object, "%s", strerror_r(errno, buffer, sizeof buffer));
}

int error_memory(struct error *error, const char *object)
{
	return error_set(error, object, "out of memory");
}

int error_within(struct error *error, const char *prefix)
{
	if (!error)
		return -1;
	char joined[2 * sizeof error->object];
	snprintf(joined, sizeof joined, "%.500s: %s", prefix, error->object);
	copy_object(error->object, sizeof error->object, joined);
	return -1;
}

int error_finally(struct error *error, const char *making, const char *final)
{
	size_t length = strlen(making);
	if (!error || strncmp(error->object, making, length) != 0)
		return -1;
	char object[2 * sizeof error->object];
	snprintf(object, sizeof object, "%.500s%s", final, error->object + length);
	copy_object(error->object, sizeof error->object, object);
	return -1;
}
