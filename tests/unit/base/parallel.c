/* Every index once, whatever the threads; many loops in a row. */
#include "base/parallel.h"
#include "tap.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { COUNT = 1000 };

struct marks {
	atomic_int seen[COUNT];
	atomic_int busy[64];
	int threads;
	atomic_int wrong;
};

static void mark(void *context, int index, int worker)
{
	struct marks *marks = context;
	if (worker < 0 || worker >= marks->threads ||
		atomic_fetch_add(&marks->busy[worker], 1) != 0)
		atomic_fetch_add(&marks->wrong, 1);
	atomic_fetch_add(&marks->seen[index], 1);
	atomic_fetch_sub(&marks->busy[worker], 1);
}

static void every_index_once(int threads)
{
	struct parallel *pool;
	struct error error;
	static struct marks marks;
	memset(&marks, 0, sizeof marks);
	ok(parallel_create(&pool, threads, &error) == 0, "a pool of %d", threads);
	marks.threads = parallel_threads(pool);
	is_integer(marks.threads, threads, "has so many threads");
	enum { LOOPS = 200 };
	for (int loop = 0; loop < LOOPS; loop++)
		parallel_for(pool, loop % 3 == 0 ? COUNT : loop % 3, mark, &marks);
	int expected = 0, good = 1;
	for (int i = 0; i < COUNT; i++) {
		expected = 0;
		for (int loop = 0; loop < LOOPS; loop++)
			expected += i < (loop % 3 == 0 ? COUNT : loop % 3);
		good &= marks.seen[i] == expected;
	}
	ok(good, "each index once a loop");
	is_integer(marks.wrong, 0, "and a worker's calls one at a time");
	parallel_destroy(pool);
}

static void threads_that_slept(void)
{
	struct parallel *pool;
	struct error error;
	static struct marks marks;
	memset(&marks, 0, sizeof marks);
	ok(parallel_create(&pool, 3, &error) == 0, "a pool of 3");
	marks.threads = 3;
	for (int i = 0; i < 5; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
		parallel_for(pool, COUNT, mark, &marks);
	}
	is_integer(marks.seen[COUNT - 1], 5, "wakes after a sleep");
	parallel_destroy(pool);
}

int main(void)
{
	struct parallel *pool;
	struct error error;
	every_index_once(1);
	every_index_once(2);
	every_index_once(7);
	threads_that_slept();
	ok(parallel_create(&pool, -1, &error) == -1 && !pool, "-1 threads are refused");
	ok(parallel_create(&pool, 5000, &error) == -1 && !pool, "5000 too");
	ok(parallel_create(&pool, 0, &error) == 0 && parallel_threads(pool) >= 1,
		"0 means all processors");
	parallel_destroy(pool);
	parallel_destroy(NULL);
	return done();
}
