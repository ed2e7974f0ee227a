#include "recipe/page_bytes.h"

#include "base/bytes.h"
#include "fetch/url.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER = 8 };

/* ---- writing ---- */

struct writer {
	unsigned char *next;
	size_t room;
	bool full;
};

static void put(struct writer *writer, const void *bytes, size_t size)
{
	writer->full |= size > writer->room;
	if (writer->full)
		return;
	memcpy(writer->next, bytes, size);
	writer->next += size;
	writer->room -= size;
}

static void put_number(struct writer *writer, size_t number)
{
	unsigned char bytes[NUMBER];
	store_u64(bytes, number);
	put(writer, bytes, NUMBER);
}

static void put_text(struct writer *writer, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	put_number(writer, text ? length + 1 : 0);
	put(writer, text ? text : "", length);
}

/* 0 is the recipe itself, N the reader of its link N - 1. */
static size_t reader_number(const struct recipe *recipe, const struct recipe *reader)
{
	size_t number = 0;
	while (reader != recipe && number < recipe->next_count)
		if (recipe->nexts[number++].reader == reader)
			return number;
	return 0;
}

size_t page_bytes_write(const struct page *page, const struct page_findings *findings, unsigned char *out, size_t room)
{
	struct writer writer = {out, room, false};
	put_number(&writer, findings->items);
	put_number(&writer, findings->addresses);
	put_number(&writer, findings->small);
	put_number(&writer, findings->unusable);
	put_number(&writer, findings->kind ? (size_t)(findings->kind - page->recipe->items) + 1 : 0);
	put_number(&writer, findings->based);
	put_text(&writer, findings->example);
	put_number(&writer, findings->image_count);
	for (size_t i = 0; i < findings->image_count; i++) {
		const struct page_image *image = &findings->images[i];
		put_number(&writer, image->addresses.count);
		for (size_t j = 0; j < image->addresses.count; j++)
			put_text(&writer, image->addresses.items[j]);
		put_text(&writer, image->licence);
	}
	put_number(&writer, findings->link_count);
	for (size_t i = 0; i < findings->link_count; i++) {
		put_number(&writer, reader_number(page->recipe, findings->links[i].reader));
		put_number(&writer, findings->links[i].chosen);
		put_text(&writer, findings->links[i].url);
	}
	return writer.full ? 0 : room - writer.room;
}

/* ---- reading ---- */

struct reader {
	const struct page *page;
	const unsigned char *next;
	size_t left;
	bool wrong;
};

/* A number of at most `most`; 0 where it is wrong. */
static size_t take_number(struct reader *reader, size_t most)
{
	uint64_t number = reader->wrong || reader->left < NUMBER ? UINT64_MAX : load_u64(reader->next);
	if (reader->left < NUMBER || number > most) {
		reader->wrong = true;
		return 0;
	}
	reader->next += NUMBER;
	reader->left -= NUMBER;
	return (size_t)number;
}

/* Fresh memory; NULL for none, or what is wrong. */
static char *take_text(struct reader *reader, size_t most)
{
	size_t size = take_number(reader, most + 1);
	if (!size)
		return NULL;
	size_t length = size - 1;
	char *text = length <= reader->left && !memchr(reader->next, 0, length) ? malloc(size) : NULL;
	reader->wrong |= !text;
	if (!text)
		return NULL;
	memcpy(text, reader->next, length);
	text[length] = 0;
	reader->next += length;
	reader->left -= length;
	return text;
}

/* An address as url_resolve makes it; NULL for what is none. */
static char *take_address(struct reader *reader)
{
	char *text = take_text(reader, URL_LENGTH_MAXIMUM), *url = text ? url_resolve(NULL, text, NULL) : NULL;
	reader->wrong |= !url;
	free(text);
	return url;
}

static void take_image(struct reader *reader, struct page_image *image)
{
	size_t count = take_number(reader, 1 + reader->page->recipe->fallback_count);
	reader->wrong |= count == 0;
	for (size_t i = 0; !reader->wrong && i < count; i++) {
		char *url = take_address(reader);
		reader->wrong |= !url || text_list_add(&image->addresses, url, NULL);
		free(url);
	}
	image->licence = take_text(reader, PAGE_TEXT_MAXIMUM);
}

static void take_link(struct reader *reader, struct page_link *link)
{
	const struct recipe *recipe = reader->page->recipe;
	size_t number = take_number(reader, recipe->next_count);
	link->reader = number && recipe->nexts[number - 1].reader ? recipe->nexts[number - 1].reader : recipe;
	link->chosen = take_number(reader, reader->page->follow != NULL);
	link->url = take_address(reader);
	/* Headers with keys in them are for the site alone. */
	if (link->url && reader->page->url)
		reader->wrong |= !url_is_same_origin(link->url, reader->page->url);
}

static void take_images(struct reader *reader, struct page_findings *findings)
{
	size_t count = take_number(reader, reader->left / NUMBER);
	findings->images = count ? calloc(count, sizeof *findings->images) : NULL;
	reader->wrong |= count && !findings->images;
	while (!reader->wrong && findings->image_count < count)
		take_image(reader, &findings->images[findings->image_count++]);
}

static void take_links(struct reader *reader, struct page_findings *findings)
{
	size_t count = take_number(reader, reader->left / NUMBER);
	findings->links = count ? calloc(count, sizeof *findings->links) : NULL;
	reader->wrong |= count && !findings->links;
	while (!reader->wrong && findings->link_count < count)
		take_link(reader, &findings->links[findings->link_count++]);
}

bool page_bytes_read(const struct page *page, struct page_findings *findings, const unsigned char *bytes, size_t size)
{
	struct reader reader = {page, bytes, size, false};
	*findings = (struct page_findings){0};
	findings->items = take_number(&reader, SIZE_MAX);
	findings->addresses = take_number(&reader, findings->items);
	findings->small = take_number(&reader, findings->items);
	findings->unusable = take_number(&reader, findings->items);
	size_t kind = take_number(&reader, page->recipe->item_count);
	findings->kind = kind ? &page->recipe->items[kind - 1] : NULL;
	findings->based = take_number(&reader, 1);
	findings->example = take_text(&reader, PAGE_TEXT_MAXIMUM);
	take_images(&reader, findings);
	take_links(&reader, findings);
	return !reader.wrong && !reader.left;
}
