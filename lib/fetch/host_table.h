/* All hosts of a fetcher, by origin. */
#ifndef FETCH_HOST_TABLE_H
#define FETCH_HOST_TABLE_H

#include "base/digest_table.h"
#include "fetch/host.h"

/* All zero but the limits is empty. */
struct host_table {
	double rate; /* limits of new hosts, except loopback: see host_limit_rate */
	int connections;
	bool ignore_robots; /* new hosts allow everything */
	struct host **items;
	size_t count;
	struct digest_table index; /* origin -> host; host name -> the first host of that name,
	                              whose rate limit all share */
};

/* The host of a URL from url_resolve, added if it is new; NULL without memory. */
struct host *host_table_find(struct host_table *table, const char *url);

/* Frees all hosts and their queued jobs. */
void host_table_free(struct host_table *table);

#endif
