#include "base/sine_cosine.h"

/* Taylor polynomials on |x| <= pi / 4, where the first omitted term is below 1e-17. */
static double sine_near_zero(double x)
{
	double square = x * x, term = x, sum = x;
	for (int n = 2; n <= 18; n += 2) {
		term *= -square / (n * (n + 1));
		sum += term;
	}
	return sum;
}

static double cosine_near_zero(double x)
{
	double square = x * x, term = 1, sum = 1;
	for (int n = 1; n <= 17; n += 2) {
		term *= -square / (n * (n + 1));
		sum += term;
	}
	return sum;
}

void sine_cosine(double degrees, double *sine, double *cosine)
{
	const double radians_per_degree = 0.017453292519943295;
	int quarter = (int)(degrees / 90 + (degrees < 0 ? -0.5 : 0.5));
	double rest = (degrees - 90.0 * quarter) * radians_per_degree;
	double s = sine_near_zero(rest), c = cosine_near_zero(rest);
	switch (quarter & 3) {
	case 0:
		*sine = s, *cosine = c;
		break;
	case 1:
		*sine = c, *cosine = -s;
		break;
	case 2:
		*sine = -s, *cosine = -c;
		break;
	case 3:
		*sine = -c, *cosine = s;
		break;
	}
}
