#include "fetch/host_table.h"

#include "base/array.h"
#include "fetch/address.h"
#include "fetch/url.h"

#include <stdlib.h>

/* The host of an origin, or the first one of a name; NULL: none. */
static struct host *look_up(const struct host_table *table, const char *key_text)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(key_text, key);
	int index = digest_table_get(&table->index, key);
	return index < 0 ? NULL : table->items[index];
}

/* Maps an origin or a name to the host that is added next. */
static int add_key(struct host_table *table, const char *key_text)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(key_text, key);
	return digest_table_set(&table->index, key, (int)table->count, NULL);
}

static struct host *add_host(struct host_table *table, const char *origin, const char *name)
{
	struct host *same_name = look_up(table, name);
	struct host **items = array_grow(table->items, table->count, sizeof *items);
	if (!items)
		return NULL;
	table->items = items;
	struct host *host = host_create(origin, same_name);
	if (!host || add_key(table, origin) || (!same_name && add_key(table, name))) {
		host_free(host);
		return NULL;
	}
	if (!address_is_loopback_name(name))
		host_limit_rate(host, table->rate, table->connections);
	if (table->ignore_robots)
		host->robots_state = ROBOTS_KNOWN;
	return items[table->count++] = host;
}

struct host *host_table_find(struct host_table *table, const char *url)
{
	char *origin = url_origin(url), *name = origin ? url_origin_host(origin) : NULL;
	struct host *host = name ? look_up(table, origin) : NULL;
	if (name && !host)
		host = add_host(table, origin, name);
	free(name);
	free(origin);
	return host;
}

void host_table_free(struct host_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		host_free(table->items[i]);
	free(table->items);
	digest_table_free(&table->index);
}
