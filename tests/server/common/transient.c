#include "transient.h"

#include <pthread.h>
#include <string.h>

enum { PATHS_MAXIMUM = 64 };

bool fails_first_times(const char *path, int times)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct {
		char *path;
		int count;
	} seen[PATHS_MAXIMUM];
	bool fails = false;
	pthread_mutex_lock(&lock);
	for (int i = 0; i < PATHS_MAXIMUM; i++) {
		if (!seen[i].path)
			seen[i].path = strdup(path);
		if (strcmp(seen[i].path, path) == 0) {
			fails = seen[i].count++ < times;
			break;
		}
	}
	pthread_mutex_unlock(&lock);
	return fails;
}
