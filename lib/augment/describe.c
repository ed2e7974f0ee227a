#include "augment/operations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double degrees = 180 / 3.14159265358979323846;

/* Writes values times `unit`, "0.97, 1.04"; never "-0". */
static void write_scaled(FILE *stream, const double *values, int count, double unit, int digits)
{
	const double scale = pow(10, digits);
	for (int i = 0; i < count; i++)
		fprintf(stream, "%s%.*f", i ? ",\u00a0" : " ", digits,
			round(values[i] * unit * scale) / scale + 0.0);
}

static double maximum_of(const double *values, int count)
{
	double result = 0;
	for (int i = 0; i < count; i++)
		result = fmax(result, values[i]);
	return result;
}

/* Values are joined by no-break spaces, so that lines break only between operations. */
static void write_values(FILE *stream, const struct augment_operation *operation,
	const double *values)
{
	const int count = operation->values;
	double angle;
	switch (operation->format) {
	case FORMAT_NONE:
		return;
	case FORMAT_DEGREES:
		write_scaled(stream, values, count, 1, 1);
		fputs("\u00b0", stream);
		return;
	case FORMAT_TANGENT:
		angle = atan(values[0]);
		write_scaled(stream, &angle, 1, degrees, 1);
		fputs("\u00b0", stream);
		return;
	case FORMAT_FACTOR:
		fputs(" by", stream);
		write_scaled(stream, values, count, 1, 2);
		return;
	case FORMAT_PERCENT:
		write_scaled(stream, values, count, 100, 0);
		fputs("\u00a0%", stream);
		return;
	case FORMAT_PIXELS:
		write_scaled(stream, values, count, 1, count > 1 ? 0 : 1);
		fputs("\u00a0px", stream);
		return;
	case FORMAT_BITS:
		fprintf(stream, " to\u00a0%.0f\u00a0bits", values[0]);
		return;
	case FORMAT_NUMBER:
		fprintf(stream, " %.3g", values[0]);
		return;
	case FORMAT_STRENGTH:
		fprintf(stream, " %.1f\u00a0%%", 100 * values[0]);
		return;
	case FORMAT_BOX:
		fprintf(stream, " %.0f\u00d7%.0f\u00a0%% from\u00a0%.0f,\u00a0%.0f\u00a0%%",
			100 * values[2], 100 * values[3], 100 * values[0], 100 * values[1]);
		return;
	case FORMAT_FRACTION_KEPT:
		fprintf(stream, " leaves\u00a0%.0f\u00a0%%", 100 * values[0]);
		return;
	case FORMAT_CORNERS:
		fprintf(stream, " up\u00a0to\u00a0%.0f\u00a0%%",
			100 * maximum_of(values, operation->values));
		return;
	case FORMAT_COLOR:
		fprintf(stream, " #%02x%02x%02x", (unsigned)values[0], (unsigned)values[1],
			(unsigned)values[2]);
		return;
	}
}

char *augment_describe_change(const struct augment_change *change)
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
		write_values(stream, operation, step->values);
	}
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}
