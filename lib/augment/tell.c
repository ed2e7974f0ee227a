#include "augment/operations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double degrees = 180 / 3.14159265358979323846;

/* "0.97, 1.04", in parts of a `unit`; never "-0". */
static void tell_all(FILE *stream, const double *values, int count, double unit, int digits)
{
	const double scale = pow(10, digits);
	for (int i = 0; i < count; i++)
		fprintf(stream, "%s%.*f", i ? ",\u00a0" : " ", digits, round(values[i] * unit * scale) / scale + 0.0);
}

static double largest(const double *values, int count)
{
	double result = 0;
	for (int i = 0; i < count; i++)
		result = fmax(result, values[i]);
	return result;
}

/* Parts of a line that belong together have no-break spaces. */
static void tell_values(FILE *stream, const struct augment_operation *operation, const double *values)
{
	const int count = operation->values;
	double angle;
	switch (operation->told) {
	case TOLD_NOTHING:
		return;
	case TOLD_DEGREES:
		tell_all(stream, values, count, 1, 1);
		fputs("\u00b0", stream);
		return;
	case TOLD_TANGENT:
		angle = atan(values[0]);
		tell_all(stream, &angle, 1, degrees, 1);
		fputs("\u00b0", stream);
		return;
	case TOLD_TIMES:
		fputs(" by", stream);
		tell_all(stream, values, count, 1, 2);
		return;
	case TOLD_PERCENT:
		tell_all(stream, values, count, 100, 0);
		fputs("\u00a0%", stream);
		return;
	case TOLD_PIXELS:
		tell_all(stream, values, count, 1, count > 1 ? 0 : 1);
		fputs("\u00a0px", stream);
		return;
	case TOLD_BITS:
		fprintf(stream, " to\u00a0%.0f\u00a0bits", values[0]);
		return;
	case TOLD_NUMBER:
		fprintf(stream, " %.3g", values[0]);
		return;
	case TOLD_STRENGTH:
		fprintf(stream, " %.1f\u00a0%%", 100 * values[0]);
		return;
	case TOLD_BOX:
		fprintf(stream, " %.0f\u00d7%.0f\u00a0%% from\u00a0%.0f,\u00a0%.0f\u00a0%%", 100 * values[2], 100 * values[3], 100 * values[0],
			100 * values[1]);
		return;
	case TOLD_SHARE:
		fprintf(stream, " leaves\u00a0%.0f\u00a0%%", 100 * values[0]);
		return;
	case TOLD_CORNERS:
		fprintf(stream, " up\u00a0to\u00a0%.0f\u00a0%%", 100 * largest(values, operation->values));
		return;
	case TOLD_COLOR:
		fprintf(stream, " #%02x%02x%02x", (unsigned)values[0], (unsigned)values[1], (unsigned)values[2]);
		return;
	}
}

char *augment_tell(const struct augment_change *change)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	for (int i = 0; i < change->count; i++) {
		const struct augment_step *step = &change->steps[i];
		const struct augment_operation *operation = &augment_operations[step->operation];
		fprintf(stream, "%s%s", i ? "\n" : "", operation->name);
		tell_values(stream, operation, step->values);
	}
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}
