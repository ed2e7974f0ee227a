/* Sine and cosine that are the same on every machine. */
#ifndef BASE_SINE_COSINE_H
#define BASE_SINE_COSINE_H

/* sin and cos of an angle in degrees, |degrees| <= 360, by additions and multiplications only.
 * Error below 1e-15. */
void sine_cosine(double degrees, double *sine, double *cosine);

#endif
