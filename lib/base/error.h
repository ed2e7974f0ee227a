/* Errors are values: a failing function fills a struct error and returns -1.
 *
 * An error names the object that failed (a path, a URL, "train.tens: chunk 17")
 * and the reason, in words a user can act on. Tools print it as one line,
 * "tool: object: reason"; the library never prints and never exits. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/* For functions whose result may not be ignored. */
#define CHECKED __attribute__((warn_unused_result))

/* Whether the object or the machine was at fault. A bad object can be skipped. A failure of the
 * machine (out of memory or file descriptors, an I/O error), or to write a result, says nothing
 * about the object, so that must not be skipped: the run ends, or it is tried again. */
enum error_kind { ERROR_OBJECT, ERROR_MACHINE };

struct error {
	char object[512]; /* what failed; longer names are cut in the middle */
	char reason[512]; /* why, without a final full stop; never empty */
	enum error_kind kind;
};

/* Reports a warning: what was skipped or worked around while the run goes on. Tools print it. */
typedef void error_report(const struct error *error);

/* Whether the object or the machine is at fault when a call failed with this errno. */
enum error_kind error_kind_of(int number);

/* Fills `error` (which may be NULL) with an error of the object: its name and a formatted reason. A
 * name that is NULL, as when there was no memory for it, is shown as "?". Always returns -1, so
 * that a function can end with `return error_set(error, path, "no such class: %s", name);`. */
int error_set(struct error *error, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set, for an error of the machine. */
int error_machine(struct error *error, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As error_set, with the reason from errno, which also decides whether it is an error of the
 * machine. */
int error_system(struct error *error, const char *object);

/* An error of the machine: "out of memory". */
int error_memory(struct error *error, const char *object);

/* Copies `cause` to `error`, which may be NULL. Always returns -1. */
int error_copy(struct error *error, const struct error *cause);

/* Prepends "prefix: " to the object, for a caller that knows what the object is part of. Always
 * returns -1. */
int error_within(struct error *error, const char *prefix);

/* Replaces the prefix `unfinished` of the object, if it begins with that, by `final`: names an
 * unfinished file by its final path. Always returns -1. */
int error_replace_path(struct error *error, const char *unfinished, const char *final);

#endif
