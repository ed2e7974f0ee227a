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
	/* The end of a path is more informative than its middle. */
	size_t head = size / 4, tail = size - head - 4;
	memcpy(out, object, head);
	memcpy(out + head, "...", 3);
	memcpy(out + head + 3, object + length - tail, tail + 1);
}

static int set(struct error *error, enum error_kind kind, const char *object, const char *format,
	va_list arguments)
{
	if (!error)
		return -1;
	error->kind = kind;
	copy_object(error->object, sizeof error->object, object ? object : "?");
	vsnprintf(error->reason, sizeof error->reason, format, arguments);
	if (!*error->reason)
		snprintf(error->reason, sizeof error->reason, "unknown error");
	return -1;
}

int error_set(struct error *error, const char *object, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	set(error, ERROR_OBJECT, object, format, arguments);
	va_end(arguments);
	return -1;
}

int error_machine(struct error *error, const char *object, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	set(error, ERROR_MACHINE, object, format, arguments);
	va_end(arguments);
	return -1;
}

enum error_kind error_kind_of(int number)
{
	static const int of_machine[] = {ENOMEM, EMFILE, ENFILE, EIO, ENOSPC, EDQUOT, EAGAIN,
		ENOBUFS};
	for (size_t i = 0; i < sizeof of_machine / sizeof *of_machine; i++)
		if (of_machine[i] == number)
			return ERROR_MACHINE;
	return ERROR_OBJECT;
}

int error_system(struct error *error, const char *object)
{
	char buffer[128];
	int number = errno;
	const char *reason = number ? strerror_r(number, buffer, sizeof buffer) : "unknown error";
	error_set(error, object, "%s", reason);
	if (error)
		error->kind = error_kind_of(number);
	return -1;
}

int error_memory(struct error *error, const char *object)
{
	return error_machine(error, object, "out of memory");
}

int error_copy(struct error *error, const struct error *cause)
{
	if (error && error != cause)
		*error = *cause;
	return -1;
}

int error_within(struct error *error, const char *prefix)
{
	if (!error)
		return -1;
	char joined[2 * sizeof error->object];
	snprintf(joined, sizeof joined, "%.500s: %s", prefix ? prefix : "?", error->object);
	copy_object(error->object, sizeof error->object, joined);
	return -1;
}

int error_replace_path(struct error *error, const char *unfinished, const char *final)
{
	size_t length = unfinished ? strlen(unfinished) : 0;
	if (!error || !unfinished || !final || strncmp(error->object, unfinished, length) != 0)
		return -1;
	char object[2 * sizeof error->object];
	snprintf(object, sizeof object, "%.500s%s", final, error->object + length);
	copy_object(error->object, sizeof error->object, object);
	return -1;
}
