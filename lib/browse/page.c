#include "browse/page.h"

#include "base/file.h"
#include "base/text.h"
#include "browse/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COVERS_MAXIMUM = 4, ESCAPED_NAME_SIZE = 1024, NEIGHBOUR_PAGES = 3 };

struct page_view {
	FILE *stream;
	const char *root, *path;
	struct text_list folders, pictures;
	const struct listed *listed; /* NULL: none */
	const char *query;           /* prefix of the query in links to pages */
	int number, pages;
};

/* Writes text HTML-escaped, for content or a quoted attribute; control characters and invalid UTF-8
 * become \xNN. */
static void write_text(FILE *stream, const char *text)
{
	char shown[ESCAPED_NAME_SIZE];
	text_write_html(stream, text_printable(shown, sizeof shown, text));
}

/* Writes a name as a component of a URL: percent-encoded except unreserved characters (RFC
 * 3986). */
static void write_component(FILE *stream, const char *name)
{
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		bool is_unreserved = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= 'a' && *p <= 'z') || strchr("-._~", *p);
		fprintf(stream, is_unreserved ? "%c" : "%%%02X", *p);
	}
}

/* A link to the parent folder, with its name. */
static void write_parent_link(const struct page_view *view)
{
	char *parent = strndup(view->path, (size_t)(text_base_name(view->path) - view->path - 1));
	fputs("<nav class=\"up\"><a href=\"../\">&larr; ", view->stream);
	write_text(view->stream, parent ? text_base_name(parent) : "..");
	fputs("</a></nav>\n", view->stream);
	free(parent);
}

static void write_html_head(FILE *stream, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
		stream);
	write_text(stream, title);
	fputs("</title>\n<link rel=\"stylesheet\" href=\"" PAGE_STYLE_PATH "\">\n</head>\n<body>\n",
		stream);
}

static void write_header(const struct page_view *view)
{
	FILE *stream = view->stream;
	write_html_head(stream, text_base_name(view->path));
	if (strcmp(view->path, view->root))
		write_parent_link(view);
	else if (view->listed)
		fprintf(stream,
			"<nav class=\"up\"><a href=\"" PAGE_LISTED_PATH "\">%zu listed</a></nav>\n",
			view->listed->paths.count);
	fputs("<h1>", stream);
	write_text(stream, text_base_name(view->path));
	if (view->pictures.count)
		fprintf(stream, " <small>%zu picture%s</small>", view->pictures.count,
			view->pictures.count == 1 ? "" : "s");
	fputs("</h1>\n", stream);
}

/* A subfolder: up to four of its images, its name and the number of images; none if it can't be
 * read. */
static int write_folder(const struct page_view *view, const char *name, struct error *error)
{
	struct text_list folders = {0}, pictures = {0};
	FILE *stream = view->stream;
	char *path = file_join(view->path, name);
	if (!path)
		return error_memory(error, name);
	if (folder_list(view->root, path, &folders, &pictures, NULL)) {
		text_list_free(&folders);
		text_list_free(&pictures);
	}
	fputs("<li><a href=\"", stream);
	write_component(stream, name);
	fputs("/\"><span class=\"covers\">", stream);
	for (size_t i = 0; i < pictures.count && i < COVERS_MAXIMUM; i++) {
		fputs("<img src=\"", stream);
		write_component(stream, name);
		fputc('/', stream);
		write_component(stream, pictures.items[i]);
		fputs("\" alt=\"\" loading=\"lazy\">", stream);
	}
	fputs("</span><span class=\"name\">", stream);
	write_text(stream, name);
	fprintf(stream, " <small>%zu</small></span></a></li>\n",
		pictures.count ? pictures.count : folders.count);
	free(path);
	text_list_free(&folders);
	text_list_free(&pictures);
	return 0;
}

static int write_folders(const struct page_view *view, struct error *error)
{
	int result = 0;
	if (!view->folders.count)
		return 0;
	fputs("<ul class=\"folders\">\n", view->stream);
	for (size_t i = 0; result == 0 && i < view->folders.count; i++)
		result = write_folder(view, view->folders.items[i], error);
	fputs("</ul>\n", view->stream);
	return result;
}

static void write_pictures(const struct page_view *view)
{
	FILE *stream = view->stream;
	size_t first = (size_t)(view->number - 1) * PAGE_PICTURES, end = first + PAGE_PICTURES;
	fputs("<ul class=\"pictures\">\n", stream);
	for (size_t i = first; i < end && i < view->pictures.count; i++) {
		const char *name = view->pictures.items[i];
		fputs("<li><a href=\"", stream);
		write_component(stream, name);
		fputs("\"><img src=\"", stream);
		write_component(stream, name);
		fputs("\" alt=\"\" loading=\"lazy\"><span class=\"name\">", stream);
		write_text(stream, name);
		fputs("</span></a></li>\n", stream);
	}
	fputs("</ul>\n", stream);
}

/* An image of the list, by its path relative to the root. */
static void write_listed_picture(const struct page_view *view, const char *path, const char *note)
{
	FILE *stream = view->stream;
	char *address = NULL;
	size_t size;
	FILE *encoded = open_memstream(&address, &size);
	for (const char *p = path; encoded && *p;) {
		size_t length = strcspn(p, "/");
		char *component = strndup(p, length);
		fputc('/', encoded);
		write_component(encoded, component ? component : "");
		free(component);
		p += length + (p[length] == '/');
	}
	if (encoded && fclose(encoded) == 0) {
		fprintf(stream,
			"<li><a href=\"%s\"><img src=\"%s\" alt=\"\" loading=\"lazy\"><span "
			"class=\"name\">",
			address, address);
		write_text(stream, path);
		fputs("</span><span class=\"name\">", stream);
		write_text(stream, note);
		fputs("</span></a></li>\n", stream);
	}
	free(address);
}

static void write_listed(const struct page_view *view)
{
	const struct listed *listed = view->listed;
	size_t first = (size_t)(view->number - 1) * PAGE_PICTURES, end = first + PAGE_PICTURES;
	fputs("<ul class=\"pictures\">\n", view->stream);
	for (size_t i = first; i < end && i < listed->paths.count; i++)
		write_listed_picture(view, listed->paths.items[i], listed->notes.items[i]);
	fputs("</ul>\n", view->stream);
}

static void write_page_links(const struct page_view *view)
{
	FILE *stream = view->stream;
	fputs("<nav class=\"pages\" aria-label=\"pages\">\n", stream);
	if (view->number > 1)
		fprintf(stream, "<a href=\"?%spage=%d\" rel=\"prev\">previous</a>\n", view->query,
			view->number - 1);
	for (int page = 1; page <= view->pages; page++)
		if (page == view->number)
			fprintf(stream, "<span aria-current=\"page\">%d</span>\n", page);
		else if (page == 1 || page == view->pages ||
			abs(page - view->number) <= NEIGHBOUR_PAGES)
			fprintf(stream, "<a href=\"?%spage=%d\">%d</a>\n", view->query, page, page);
	if (view->number < view->pages)
		fprintf(stream, "<a href=\"?%spage=%d\" rel=\"next\">next</a>\n", view->query,
			view->number + 1);
	fputs("</nav>\n", stream);
}

static int write_page(const struct page_view *view, struct error *error)
{
	write_header(view);
	if (view->number == 1 && write_folders(view, error))
		return -1;
	if (view->pictures.count)
		write_pictures(view);
	else if (!view->folders.count)
		fputs("<p class=\"empty\">There are no pictures here.</p>\n", view->stream);
	if (view->pages > 1)
		write_page_links(view);
	fputs("</body>\n</html>\n", view->stream);
	return 0;
}

static int page_count_of(size_t pictures)
{
	return pictures ? (int)((pictures + PAGE_PICTURES - 1) / PAGE_PICTURES) : 1;
}

/* Calls `write` for the page, if there is one of that number. Returns as page_make. */
static int write_to_memory(struct page_view *view,
	int (*write)(const struct page_view *, struct error *), char **html, size_t *size,
	struct error *error)
{
	*html = NULL;
	if (view->number < 1 || view->number > view->pages)
		return 1;
	view->stream = open_memstream(html, size);
	if (!view->stream)
		return error_memory(error, view->path);
	int result = write(view, error);
	if (fclose(view->stream) && result == 0)
		result = error_memory(error, view->path);
	if (result) {
		free(*html);
		*html = NULL;
	}
	return result;
}

int page_make(const char *root, const char *path, const struct listed *listed, int number,
	char **html, size_t *size, struct error *error)
{
	struct page_view view = {.root = root,
		.path = path,
		.listed = listed,
		.query = "",
		.number = number};
	*html = NULL;
	int result = folder_list(root, path, &view.folders, &view.pictures, error);
	view.pages = page_count_of(view.pictures.count);
	if (result == 0)
		result = write_to_memory(&view, write_page, html, size, error);
	text_list_free(&view.folders);
	text_list_free(&view.pictures);
	return result;
}

static int write_listed_page(const struct page_view *view, struct error *error)
{
	(void)error;
	write_html_head(view->stream, text_base_name(view->root));
	fputs("<nav class=\"up\"><a href=\"/\">&larr; ", view->stream);
	write_text(view->stream, text_base_name(view->root));
	fprintf(view->stream, "</a></nav>\n<h1>Listed <small>%zu</small></h1>\n",
		view->listed->paths.count);
	write_listed(view);
	if (view->pages > 1)
		write_page_links(view);
	fputs("</body>\n</html>\n", view->stream);
	return 0;
}

int page_make_listed(const char *root, const struct listed *listed, int number, char **html,
	size_t *size, struct error *error)
{
	struct page_view view = {.root = root,
		.path = root,
		.listed = listed,
		.query = "listed&amp;",
		.number = number,
		.pages = page_count_of(listed->paths.count)};
	return write_to_memory(&view, write_listed_page, html, size, error);
}
