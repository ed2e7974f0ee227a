#include "recipe/json_path.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_MAXIMUM = 64 };

enum step_kind { STEP_MEMBER, STEP_MEMBERS, STEP_ELEMENT, STEP_ELEMENTS, STEP_DESCENDANT };

struct json_step {
	enum step_kind kind;
	char *name; /* of a member or descendant; owned */
	size_t index;
};

static int add_step(struct json_path *path, enum step_kind kind, const char *name, size_t length,
	size_t index, struct error *error)
{
	struct json_step *steps = array_grow(path->steps, path->count, sizeof *steps);
	if (!steps)
		return error_memory(error, "path");
	path->steps = steps;
	steps[path->count] = (struct json_step){kind, name ? strndup(name, length) : NULL, index};
	path->count++;
	return name && !steps[path->count - 1].name ? error_memory(error, "path") : 0;
}

/* Parses a name, plain or in quotes, and returns what follows it; NULL if there is none. */
static const char *parse_name(struct json_path *path, const char *text, enum step_kind kind,
	struct error *error)
{
	bool quoted = *text == '"';
	const char *name = text + quoted;
	size_t length = strcspn(name, quoted ? "\"" : ".[]*\" \t");
	const char *end = name + length;
	if ((quoted && *end++ != '"') || (!quoted && length == 0))
		return NULL;
	return add_step(path, kind, name, length, 0, error) ? NULL : end;
}

/* Parses "[]" or "[N]" and returns what follows it; NULL if it is neither. */
static const char *parse_brackets(struct json_path *path, const char *text, struct error *error)
{
	size_t digits = strspn(text + 1, "0123456789");
	if (digits > 9 || text[1 + digits] != ']')
		return NULL;
	if (add_step(path, digits ? STEP_ELEMENT : STEP_ELEMENTS, NULL, 0,
		    strtoul(text + 1, NULL, 10), error))
		return NULL;
	return text + digits + 2;
}

static const char *parse_step(struct json_path *path, const char *text, bool first,
	struct error *error)
{
	if (*text == '[')
		return parse_brackets(path, text, error);
	if (text[0] == '.' && text[1] == '.')
		return parse_name(path, text + 2, STEP_DESCENDANT, error);
	if (*text == '.' && text[1] != '[')
		text++;
	else if (!first)
		return NULL;
	if (*text == '*')
		return add_step(path, STEP_MEMBERS, NULL, 0, 0, error) ? NULL : text + 1;
	return parse_name(path, text, STEP_MEMBER, error);
}

int json_path_parse(struct json_path *path, const char *text, struct error *error)
{
	*path = (struct json_path){0};
	if (strcmp(text, ".") == 0)
		return 0;
	const char *rest = text;
	while (rest && *rest && path->count < STEPS_MAXIMUM)
		rest = parse_step(path, rest, rest == text, error);
	if (rest && !*rest)
		return 0;
	json_path_free(path);
	return error_set(error, text, rest ? "more than %d steps" : "not a JSON path",
		STEPS_MAXIMUM);
}

struct json_path_walk {
	const struct json_path *path;
	json_path_found *found;
	void *context;
	size_t *budget;
};

static int walk(const struct json_path_walk *state, const char *name, json_t *value, size_t step);

/* Visits every member; with `name`, the next step applies to members of that name, and all are
 * searched recursively. */
static int walk_members(const struct json_path_walk *state, json_t *value, size_t step,
	const char *name)
{
	const char *key;
	json_t *member;
	json_object_foreach (value, key, member) {
		if ((!name || strcmp(key, name) == 0) && walk(state, key, member, step + 1))
			return -1;
		if (name && walk(state, key, member, step))
			return -1;
	}
	return 0;
}

static int walk_elements(const struct json_path_walk *state, json_t *value, size_t step)
{
	size_t i;
	json_t *element;
	json_array_foreach (value, i, element)
		if (walk(state, NULL, element, step))
			return -1;
	return 0;
}

static int walk(const struct json_path_walk *state, const char *name, json_t *value, size_t step)
{
	if (!value)
		return 0;
	if (*state->budget == 0)
		return -1;
	--*state->budget;
	if (step == state->path->count)
		return state->found(state->context, name, value);
	const struct json_step *current = &state->path->steps[step];
	switch (current->kind) {
	case STEP_MEMBER:
		return walk(state, current->name, json_object_get(value, current->name), step + 1);
	case STEP_MEMBERS:
		return walk_members(state, value, step, NULL);
	case STEP_ELEMENT:
		return walk(state, NULL, json_array_get(value, current->index), step + 1);
	case STEP_ELEMENTS:
		return json_is_array(value) ? walk_elements(state, value, step + 1)
					    : walk(state, name, value, step + 1);
	case STEP_DESCENDANT:
		return json_is_array(value) ? walk_elements(state, value, step)
					    : walk_members(state, value, step, current->name);
	}
	return 0;
}

int json_path_select(const struct json_path *path, json_t *value, json_path_found *found,
	void *context, size_t *budget)
{
	struct json_path_walk state = {path, found, context, budget};
	return walk(&state, NULL, value, 0);
}

void json_path_free(struct json_path *path)
{
	for (size_t i = 0; i < path->count; i++)
		free(path->steps[i].name);
	free(path->steps);
	*path = (struct json_path){0};
}
