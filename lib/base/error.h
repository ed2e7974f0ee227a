/* Errors are values: a failing function fills a struct error and returns -1.
 *
 * An error names the object that failed (a path, a URL, "train.tens: chunk 17")
 * and the reason, in words a user can act on. Tools print it as one line,
 * "tool: object: reason"; the library never prints and never exits. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* For functions whose result may not be ignored. */
#define CHECKED __attribute__((warn_unused_result))

struct error {
	char object[512]; /* what failed; longer names are cut in the middle */
	char reason[512]; /* why, without a final full stop */
};

/* How a tool is told of what was skipped or gone around while work goes on; it prints it. */
typedef void error_report(const struct error *error);

/* Fills `error` (which may be NULL: then nothing is kept) with the name of the
 * object and a formatted reason. Always returns -1, so that a function can end
 * with `return error_set(error, path, "no such class: %s", name);`. */
int error_set(struct error *error, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set, with the reason taken from errno. */
int error_system(struct error *error, const char *object);

/* As error_set, with the reason "out of memory". */
int error_memory(struct error *error, const char *object);

/* Puts "prefix: " before the object already named, for a caller that knows the
 * larger thing the object is part of. Always returns -1. */
int error_within(struct error *error, const char *prefix);

/* Puts `final` in place of `making` where the object begins with that: a file in the making, by the name that it was to
 * get. Always returns -1. */
int error_finally(struct error *error, const char *making, const char *final);

#endif
