#include "dataset/source_groups.h"

#include "dataset/split_list.h"

#include <stdio.h>
#include <string.h>

int source_groups_read(struct source_groups *groups, const char *path, struct error *error)
{
	struct split_list list;
	int result = 0;
	if (split_list_read(&list, path, error))
		return -1;
	for (size_t i = 0; i < list.count && result == 0; i++)
		result = digest_table_set(&groups->listed, list.rows[i].digest,
			(int)list.rows[i].group, error);
	split_list_free(&list);
	return result;
}

int source_groups_number(struct source_groups *groups, const unsigned char source[DIGEST_KEY_SIZE],
	struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	int listed = digest_table_get(&groups->listed, source);
	groups->count++;
	memcpy(key, source, sizeof key);
	if (listed >= 0) {
		char name[32];
		snprintf(name, sizeof name, "group %d", listed);
		digest_key(name, key);
		groups->listed_count++;
	}
	int group = digest_table_get(&groups->groups, key);
	if (group >= 0)
		return group;
	group = (int)groups->groups.count;
	return digest_table_set(&groups->groups, key, group, error) ? -1 : group;
}

int source_groups_check(const struct source_groups *groups, const char *path, struct error *error)
{
	return groups->listed_count
		? 0
		: error_set(error, path, "has none of the sources of the %zu records",
			  groups->count);
}

void source_groups_free(struct source_groups *groups)
{
	digest_table_free(&groups->listed);
	digest_table_free(&groups->groups);
	*groups = (struct source_groups){0};
}
