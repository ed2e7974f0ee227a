/* Sine and cosine beside those of libm. */
#include "base/sine_cosine.h"

#include "tap.h"

#include <math.h>

int main(void)
{
	double worst = 0, sine, cosine;
	for (int i = -36000; i <= 36000; i += 7) {
		sine_cosine(i / 100.0, &sine, &cosine);
		worst = fmax(worst, fabs(sine - sin(i / 100.0 * 3.14159265358979323846 / 180)));
		worst = fmax(worst, fabs(cosine - cos(i / 100.0 * 3.14159265358979323846 / 180)));
	}
	ok(worst < 2e-15, "sine and cosine agree with libm (%.2g)", worst);
	sine_cosine(90, &sine, &cosine);
	ok(sine == 1 && cosine == 0, "multiples of 90 degrees are exact");
	return done();
}
