#include "recipe/page_serialization.h"

#include "base/bytes.h"
#include "fetch/url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 8 };

/* ---- writing ---- */

struct byte_writer {
	unsigned char *next;
	size_t capacity;
	bool is_full;
};

static void write_bytes(struct byte_writer *writer, const void *bytes, size_t size)
{
	writer->is_full |= size > writer->capacity;
	if (writer->is_full)
		return;
	memcpy(writer->next, bytes, size);
	writer->next += size;
	writer->capacity -= size;
}

static void write_number(struct byte_writer *writer, size_t number)
{
	unsigned char bytes[NUMBER_SIZE];
	store_u64(bytes, number);
	write_bytes(writer, bytes, NUMBER_SIZE);
}

static void write_text(struct byte_writer *writer, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	write_number(writer, text ? length + 1 : 0);
	write_bytes(writer, text ? text : "", length);
}

/* 0 is the recipe itself, N that of its next link N - 1. */
static size_t recipe_number(const struct recipe *recipe, const struct recipe *page_recipe)
{
	size_t number = 0;
	while (page_recipe != recipe && number < recipe->next_link_count)
		if (recipe->next_links[number++].page_recipe == page_recipe)
			return number;
	return 0;
}

size_t page_findings_serialize(const struct page *page, const struct page_findings *findings,
	unsigned char *out, size_t capacity)
{
	struct byte_writer writer = {out, capacity, false};
	write_number(&writer, findings->item_count);
	write_number(&writer, findings->url_count);
	write_number(&writer, findings->small_count);
	write_number(&writer, findings->unusable_count);
	write_number(&writer,
		findings->first_item ? (size_t)(findings->first_item - page->recipe->items) + 1
				     : 0);
	write_number(&writer, findings->has_base);
	write_text(&writer, findings->unusable_example);
	write_number(&writer, findings->image_count);
	for (size_t i = 0; i < findings->image_count; i++) {
		const struct page_image *image = &findings->images[i];
		write_number(&writer, image->urls.count);
		for (size_t j = 0; j < image->urls.count; j++)
			write_text(&writer, image->urls.items[j]);
		write_text(&writer, image->licence);
	}
	write_number(&writer, findings->link_count);
	for (size_t i = 0; i < findings->link_count; i++) {
		write_number(&writer, recipe_number(page->recipe, findings->links[i].page_recipe));
		write_number(&writer, findings->links[i].is_followed);
		write_text(&writer, findings->links[i].url);
	}
	return writer.is_full ? 0 : capacity - writer.capacity;
}

/* ---- reading ---- */

struct byte_reader {
	const struct page *page;
	const unsigned char *next;
	size_t remaining;
	bool is_invalid;
};

/* A number of at most `maximum`; 0 if it is invalid. */
static size_t read_number(struct byte_reader *reader, size_t maximum)
{
	uint64_t number = reader->is_invalid || reader->remaining < NUMBER_SIZE
		? UINT64_MAX
		: load_u64(reader->next);
	if (reader->remaining < NUMBER_SIZE || number > maximum) {
		reader->is_invalid = true;
		return 0;
	}
	reader->next += NUMBER_SIZE;
	reader->remaining -= NUMBER_SIZE;
	return (size_t)number;
}

/* New memory; NULL if there is none, or it is invalid. */
static char *read_text(struct byte_reader *reader, size_t maximum)
{
	size_t size = read_number(reader, maximum + 1);
	if (!size)
		return NULL;
	size_t length = size - 1;
	char *text = length <= reader->remaining && !memchr(reader->next, 0, length) ? malloc(size)
										     : NULL;
	reader->is_invalid |= !text;
	if (!text)
		return NULL;
	memcpy(text, reader->next, length);
	text[length] = 0;
	reader->next += length;
	reader->remaining -= length;
	return text;
}

/* A URL from url_resolve; NULL if it is invalid. */
static char *read_url(struct byte_reader *reader)
{
	char *text = read_text(reader, URL_LENGTH_MAXIMUM),
	     *url = text ? url_resolve(NULL, text, NULL) : NULL;
	reader->is_invalid |= !url;
	free(text);
	return url;
}

static void read_image(struct byte_reader *reader, struct page_image *image)
{
	size_t count = read_number(reader, 1 + reader->page->recipe->fallback_count);
	reader->is_invalid |= count == 0;
	for (size_t i = 0; !reader->is_invalid && i < count; i++) {
		char *url = read_url(reader);
		reader->is_invalid |= !url || text_list_add(&image->urls, url, NULL);
		free(url);
	}
	image->licence = read_text(reader, PAGE_TEXT_MAXIMUM);
}

static void read_link(struct byte_reader *reader, struct page_link *link)
{
	const struct recipe *recipe = reader->page->recipe;
	size_t number = read_number(reader, recipe->next_link_count);
	const struct recipe *next = number ? recipe->next_links[number - 1].page_recipe : NULL;
	link->page_recipe = next ? next : recipe;
	link->is_followed = read_number(reader, reader->page->follow != NULL);
	link->url = read_url(reader);
	/* Headers may contain keys, which are for this site only. */
	if (link->url && reader->page->url)
		reader->is_invalid |= !url_is_same_origin(link->url, reader->page->url);
}

static void read_images(struct byte_reader *reader, struct page_findings *findings)
{
	size_t count = read_number(reader, reader->remaining / NUMBER_SIZE);
	findings->images = count ? calloc(count, sizeof *findings->images) : NULL;
	reader->is_invalid |= count && !findings->images;
	while (!reader->is_invalid && findings->image_count < count)
		read_image(reader, &findings->images[findings->image_count++]);
}

static void read_links(struct byte_reader *reader, struct page_findings *findings)
{
	size_t count = read_number(reader, reader->remaining / NUMBER_SIZE);
	findings->links = count ? calloc(count, sizeof *findings->links) : NULL;
	reader->is_invalid |= count && !findings->links;
	while (!reader->is_invalid && findings->link_count < count)
		read_link(reader, &findings->links[findings->link_count++]);
}

bool page_findings_deserialize(const struct page *page, struct page_findings *findings,
	const unsigned char *bytes, size_t size)
{
	struct byte_reader reader = {page, bytes, size, false};
	*findings = (struct page_findings){0};
	findings->item_count = read_number(&reader, SIZE_MAX);
	findings->url_count = read_number(&reader, findings->item_count);
	findings->small_count = read_number(&reader, findings->item_count);
	findings->unusable_count = read_number(&reader, findings->item_count);
	size_t kind = read_number(&reader, page->recipe->item_count);
	findings->first_item = kind ? &page->recipe->items[kind - 1] : NULL;
	findings->has_base = read_number(&reader, 1);
	findings->unusable_example = read_text(&reader, PAGE_TEXT_MAXIMUM);
	read_images(&reader, findings);
	read_links(&reader, findings);
	return !reader.is_invalid && !reader.remaining;
}
