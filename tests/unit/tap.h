/* A test program in TAP: calls of ok(), then done(). */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <stdbool.h>

/* Prints "ok N - name" or "not ok N - name". Returns `good`. */
bool ok(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ok() with a comment line that shows both values when they differ. */
bool is_integer(long long got, long long expected, const char *name);
bool is_text(const char *got, const char *expected, const char *name);
/* |got - expected| <= tolerance. */
bool is_near(double got, double expected, double tolerance, const char *name);

/* A comment line. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the plan; the value for main to return: 0 if every test passed and there was one. */
int done(void);

/* A temporary folder of this program, removed with its content by done(). */
const char *scratch(void);

/* Path of a file under tests/fixtures/, wherever the program runs from. */
const char *fixture(const char *name);

#endif
