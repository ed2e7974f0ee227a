#include "fetch/url.h"
#include "recipe/pattern.h"
#include "recipe/recipe.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The template for a query: the first whose prefix matches, else the one without prefix. */
static const struct page_template *choose_template(const struct recipe *recipe, const char *query)
{
	const struct page_template *general = NULL;
	for (size_t i = 0; i < recipe->page_count; i++) {
		const struct page_template *page = &recipe->pages[i];
		if (!*page->prefix)
			general = general ? general : page;
		else if (strncmp(query, page->prefix, strlen(page->prefix)) == 0)
			return page;
	}
	return general;
}

bool recipe_is_numbered(const struct recipe *recipe, const char *query)
{
	const struct page_template *page = choose_template(recipe, query);
	return page &&
		(strstr(page->text, "{page}") || strstr(page->text, "{index}") ||
			strstr(page->text, "{offset}"));
}

/* ---- templates ---- */

/* The value of {NAME}: literal, or to be percent-encoded. */
struct placeholder {
	const char *name, *text;
	bool is_literal;
};

static const struct recipe_key *find_key(const struct recipe *recipe, const char *name,
	size_t length)
{
	for (size_t i = 0; i < recipe->key_count; i++)
		if (strlen(recipe->keys[i].name) == length &&
			strncmp(name, recipe->keys[i].name, length) == 0)
			return &recipe->keys[i];
	return NULL;
}

/* Writes the value of the placeholder of `length` characters at `name`, that of a key literally if
 * there are no placeholders (in a header); returns false if it has none. */
static bool write_placeholder(FILE *stream, const struct recipe *recipe, const char *name,
	size_t length, const struct placeholder *placeholders)
{
	const struct recipe_key *key = find_key(recipe, name, length);
	struct placeholder placeholder = {0};
	bool header = !placeholders->name;
	for (; placeholders->name; placeholders++)
		if (strlen(placeholders->name) == length &&
			strncmp(name, placeholders->name, length) == 0)
			placeholder = *placeholders;
	if (key)
		placeholder = (struct placeholder){key->name, key->value, header};
	if (!placeholder.text)
		return false;
	char *encoded = placeholder.is_literal ? NULL : url_percent_encode(placeholder.text);
	fputs(placeholder.is_literal ? placeholder.text : encoded ? encoded : "", stream);
	free(encoded);
	return placeholder.is_literal || encoded;
}

static void set_missing_error(const struct recipe *recipe, const char *placeholder,
	struct error *error)
{
	size_t length = strcspn(placeholder, "}");
	const struct recipe_key *key = find_key(recipe, placeholder + 1, length ? length - 1 : 0);
	if (key)
		error_set(error, recipe->name, "needs --key %s=VALUE, or %s in the environment",
			key->name, key->variable);
	else if (strncmp(placeholder, "{api}", 5) == 0)
		error_set(error, recipe->name, "needs --api");
	else
		error_set(error, recipe->name, "unknown placeholder '%.40s'", placeholder);
}

/* Replaces the placeholders in a template; `placeholders` end with one without a name. NULL on
 * failure. */
static char *fill_template(const struct recipe *recipe, const char *text,
	const struct placeholder *placeholders, struct error *error)
{
	char *filled = NULL;
	size_t size;
	FILE *stream = open_memstream(&filled, &size);
	if (!stream) {
		error_memory(error, recipe->name);
		return NULL;
	}
	const char *bad = NULL;
	while (*text && !bad) {
		size_t literal = strcspn(text, "{");
		fwrite(text, 1, literal, stream);
		text += literal;
		if (!*text)
			break;
		size_t length = strcspn(text + 1, "}");
		if (text[1 + length] != '}' ||
			!write_placeholder(stream, recipe, text + 1, length, placeholders))
			bad = text;
		else
			text += length + 2;
	}
	bool has_failed = ferror(stream) | fclose(stream);
	if (!bad && !has_failed)
		return filled;
	if (bad)
		set_missing_error(recipe, bad, error);
	else
		error_memory(error, recipe->name);
	free(filled);
	return NULL;
}

/* A query as a tag of imageboards: lower case, underscores for blanks. */
static char *make_tag(const char *query)
{
	char *tag = strdup(query);
	for (char *p = tag; p && *p; p++)
		*p = *p == ' ' ? '_' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	return tag;
}

static bool is_placeholder(const struct recipe *recipe, const char *name, size_t length, bool page)
{
	static const char *const of_pages[] = {"query", "tag", "rest", "api", "page", "index",
		"offset"};
	for (size_t i = 0; page && i < sizeof of_pages / sizeof *of_pages; i++)
		if (strlen(of_pages[i]) == length && strncmp(of_pages[i], name, length) == 0)
			return true;
	return find_key(recipe, name, length) != NULL;
}

static int check_placeholders(const struct recipe *recipe, const char *location, const char *text,
	bool page, struct error *error)
{
	while ((text = strchr(text, '{'))) {
		size_t length = strcspn(text + 1, "}");
		if (!text[1 + length])
			return error_set(error, location, "'%.40s' has no '}'", text);
		if (!is_placeholder(recipe, text + 1, length, page))
			return error_set(error, location, "unknown placeholder '%.*s'",
				(int)(length > 40 ? 40 : length + 2), text);
		text += length + 2;
	}
	return 0;
}

int recipe_check_placeholders(const struct recipe *recipe, struct error *error)
{
	for (size_t i = 0; i < recipe->page_count; i++)
		if (check_placeholders(recipe, recipe->pages[i].location, recipe->pages[i].text,
			    true, error))
			return -1;
	for (size_t i = 0; i < recipe->headers.count; i++)
		if (check_placeholders(recipe, recipe->headers.items[i], recipe->headers.items[i],
			    false, error))
			return error_within(error, "header");
	return 0;
}

char *recipe_page_url(const struct recipe *recipe, const char *api, const char *query, int index,
	struct error *error)
{
	char page_number[16], index_number[16], offset[16];
	const struct page_template *page = choose_template(recipe, query);
	if (!page) {
		error_set(error, recipe->name, "needs --url: it has no page for '%s'", query);
		return NULL;
	}
	char *tag = make_tag(query);
	const struct placeholder placeholders[] = {{"query", query, false},
		{"rest", query + strlen(page->prefix), false}, {"tag", tag, false},
		{"api", api ? api : recipe->api, true}, {"page", page_number, true},
		{"index", index_number, true}, {"offset", offset, true}, {0}};
	snprintf(page_number, sizeof page_number, "%d", index + 1);
	snprintf(index_number, sizeof index_number, "%d", index);
	snprintf(offset, sizeof offset, "%d", recipe->first + recipe->step * index);
	char *filled = fill_template(recipe, page->text, placeholders, error);
	char *url = filled ? url_resolve(NULL, filled, error) : NULL;
	free(filled);
	free(tag);
	return url;
}

/* ---- keys and headers ---- */

int recipe_set_key(struct recipe *recipe, const char *name, const char *value, bool *is_known,
	struct error *error)
{
	for (size_t i = 0; i < recipe->key_count; i++) {
		struct recipe_key *key = &recipe->keys[i];
		if (strcmp(key->name, name))
			continue;
		*is_known = true;
		free(key->value);
		key->value = strdup(value);
		if (!key->value)
			return error_memory(error, name);
	}
	for (size_t i = 0; i < recipe->next_link_count; i++)
		if (recipe->next_links[i].page_recipe &&
			recipe_set_key(recipe->next_links[i].page_recipe, name, value, is_known,
				error))
			return -1;
	return 0;
}

/* A header with the values of keys; NULL on failure. */
static char *fill_header(const struct recipe *recipe, const char *header, struct error *error)
{
	static const struct placeholder none[] = {{0}};
	char *filled = fill_template(recipe, header, none, error), *out = filled;
	for (const char *p = filled; p && *p; p++)
		if (!iscntrl((unsigned char)*p))
			*out++ = *p;
	if (out)
		*out = 0;
	return filled;
}

int recipe_fill_headers(struct recipe *recipe, struct error *error)
{
	text_list_free(&recipe->filled_headers);
	for (size_t i = 0; i < recipe->headers.count; i++) {
		char *filled = fill_header(recipe, recipe->headers.items[i], error);
		int result = filled ? text_list_add(&recipe->filled_headers, filled, error) : -1;
		free(filled);
		if (result)
			return -1;
	}
	for (size_t i = 0; i < recipe->next_link_count; i++)
		if (recipe->next_links[i].page_recipe &&
			recipe_fill_headers(recipe->next_links[i].page_recipe, error))
			return -1;
	return 0;
}

enum { SECRET_MINIMUM = 4 }; /* bytes; shorter values are not secrets, and occur in many places */

/* The number of bytes at `text` that match `value`, plain or percent-encoded; 0: no match. */
static size_t match_value(const char *text, const char *value)
{
	const char *at = text;
	for (; *value; value++) {
		int high = *at == '%' ? text_hexadecimal(at[1]) : -1,
		    low = high < 0 ? -1 : text_hexadecimal(at[2]);
		if (*at == *value || (*at == '+' && *value == ' '))
			at++;
		else if (low >= 0 && (char)(16 * high + low) == *value)
			at += 3;
		else
			return 0;
	}
	return (size_t)(at - text);
}

/* `text`, which is freed, with every `value` in it replaced; NULL without memory. */
static char *hide_value(char *text, const char *value, const char *name)
{
	char *hidden = NULL;
	size_t size;
	FILE *stream = text ? open_memstream(&hidden, &size) : NULL;
	for (const char *p = text; stream && *p;) {
		size_t length = match_value(p, value);
		if (length < SECRET_MINIMUM)
			length = 0;
		if (length)
			fprintf(stream, "{%s}", name);
		else
			fputc(*p, stream);
		p += length ? length : 1;
	}
	free(text);
	if (stream && fclose(stream) == 0)
		return hidden;
	free(hidden);
	return NULL;
}

static char *hide_keys(const struct recipe *recipe, char *text)
{
	for (size_t i = 0; i < recipe->key_count; i++)
		if (recipe->keys[i].value)
			text = hide_value(text, recipe->keys[i].value, recipe->keys[i].name);
	for (size_t i = 0; i < recipe->next_link_count; i++)
		if (recipe->next_links[i].page_recipe)
			text = hide_keys(recipe->next_links[i].page_recipe, text);
	return text;
}

char *recipe_hide_keys(const struct recipe *recipe, const char *text)
{
	return hide_keys(recipe, strdup(text));
}

void recipe_hide_keys_in(const struct recipe *recipe, struct error *error)
{
	enum error_kind kind = error->kind;
	char *object = recipe_hide_keys(recipe, error->object),
	     *reason = recipe_hide_keys(recipe, error->reason);
	if (object && reason) {
		error_set(error, object, "%s", reason);
		error->kind = kind;
	} else
		error_memory(error, recipe->name);
	free(object);
	free(reason);
}

/* ---- URLs of images ---- */

/* Returns 1, 0, or -1 if the time is exceeded. */
static int is_skipped(const struct recipe_item *item, const char *url, double *seconds)
{
	int skipped = 0;
	for (size_t i = 0; skipped == 0 && i < item->skip_count; i++)
		skipped = pattern_matches(&item->skips[i].pattern, url, seconds);
	return skipped;
}

/* The result is validated: it depends on untrusted input. */
static char *rewrite_url(const struct rewrite *rewrite, const char *url, double *seconds)
{
	char *other = pattern_replace(&rewrite->pattern, rewrite->replacement, url, seconds);
	char *resolved = other ? url_resolve(NULL, other, NULL) : NULL;
	free(other);
	return resolved;
}

/* `url`, which is freed, after all rewrites; NULL without memory. */
static char *apply_rewrites(const struct recipe *recipe, char *url, double *seconds)
{
	for (size_t i = 0; url && i < recipe->rewrite_count; i++) {
		char *other = rewrite_url(&recipe->rewrites[i], url, seconds);
		if (other) {
			free(url);
			url = other;
		}
	}
	return url;
}

int recipe_image_urls(const struct recipe *recipe, const struct recipe_item *item, const char *url,
	double *seconds, struct text_list *urls, struct error *error)
{
	if (is_skipped(item, url, seconds) == 1)
		return 0;
	char *best = apply_rewrites(recipe, strdup(url), seconds);
	int result = best ? text_list_add(urls, best, error) : error_memory(error, url);
	for (size_t i = 0; result == 0 && i < recipe->fallback_count; i++) {
		char *other = rewrite_url(&recipe->fallbacks[i], best, seconds);
		if (other && text_list_find(urls, other) < 0)
			result = text_list_add(urls, other, error);
		free(other);
	}
	free(best);
	if (result == 0 && *seconds < 0)
		return error_set(error, "skip, rewrite and fallback",
			"regular expressions take too long on this page");
	return result;
}
