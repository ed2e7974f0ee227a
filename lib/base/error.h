/* Errors are values: a failing function fills a struct error and returns -1.
 *
 * An error names the object that failed (a path, a URL, "train.tens: chunk 17")
 * and the reason, in words a user can act on. Tools print it as one line,
 * "tool: object: reason"; the library never prints and never exits. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* For functions whose result may not be ignored. */
#define CHECKED __attribute__((warn_unused_result))

/* Whose fault it was decides what becomes of the work. An object that is bad can be left out. When the machine fails (no
 * memory, no file descriptor left, a disk's I/O error), or a result cannot be written, that says nothing about the object, so
 * it is no reason to leave it out: the work ends, or is tried again. */
enum error_kind { ERROR_OBJECT, ERROR_MACHINE };

struct error {
	char object[512]; /* what failed; longer names are cut in the middle */
	char reason[512]; /* why, without a final full stop; never empty */
	enum error_kind kind;
};

/* How a tool is told of what was skipped or gone around while work goes on; it prints it. */
typedef void error_report(const struct error *error);

/* Whose fault it is that a call failed with this errno. */
enum error_kind error_kind_of(int number);

/* Fills `error` (which may be NULL: then nothing is kept) with a fault of the object, its name and a formatted reason; a
 * name that is NULL, as one that there was no memory for, is shown as "?". Always returns -1, so that a function can end
 * with `return error_set(error, path, "no such class: %s", name);`. */
int error_set(struct error *error, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set, for a fault of the machine. */
int error_machine(struct error *error, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set, with the reason taken from errno, which also says whose fault it was. */
int error_system(struct error *error, const char *object);

/* A fault of the machine: "out of memory". */
int error_memory(struct error *error, const char *object);

/* Copies `cause` to `error`, which may be NULL. Always returns -1. */
int error_because(struct error *error, const struct error *cause);

/* Puts "prefix: " before the object already named, for a caller that knows the
 * larger thing the object is part of. Always returns -1. */
int error_within(struct error *error, const char *prefix);

/* Puts `final` in place of `making` where the object begins with that: a file in the making, by the name that it was to
 * get. Always returns -1. */
int error_finally(struct error *error, const char *making, const char *final);

#endif
