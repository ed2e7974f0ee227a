/* A crew of threads: does what would hold up the network, while that brings the next. */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include "base/error.h"

#include <stdbool.h>

/* A task, the first member of what it is about. */
struct crew_task {
	struct crew_task *next;
	bool done;
};

struct crew;

/* Does a task, in one of the threads. */
typedef void crew_work(struct crew_task *task);

/* Called by one of the threads when crew_take has something to give. */
typedef void crew_callback(void *context);

/* Starts a thread for every processor. On failure (-1) *crew is NULL. */
CHECKED int crew_create(struct crew **crew, crew_work *work, crew_callback *ready, void *context, struct error *error);

/* Hands a task over, which must stay until it is taken back. */
void crew_add(struct crew *crew, struct crew_task *task);

/* Takes the task back that was handed over first; NULL where that one is not done yet, or there is none. */
struct crew_task *crew_take(struct crew *crew);

/* Waits for what is being done and ends the threads. Returns the tasks that were not taken back, done or not, the first of a
 * list; crew may be NULL. */
struct crew_task *crew_end(struct crew *crew);

#endif
