#include "browse/page.h"

#include "base/file.h"
#include "base/text.h"
#include "browse/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COVERS = 4, NAME_SHOWN = 1024, PAGES_AROUND = 3 };

struct view {
	FILE *stream;
	const char *root, *path;
	struct text_list folders, pictures;
	int number, pages;
};

/* Text between tags or inside a quoted attribute; control characters and broken UTF-8 become \xNN. */
static void write_text(FILE *stream, const char *text)
{
	char shown[NAME_SHOWN];
	for (const char *p = text_printable(shown, sizeof shown, text); *p; p++)
		switch (*p) {
		case '&': fputs("&amp;", stream); break;
		case '<': fputs("&lt;", stream); break;
		case '>': fputs("&gt;", stream); break;
		case '"': fputs("&quot;", stream); break;
		default: fputc(*p, stream);
		}
}

/* One name as a component of a URL: all but RFC 3986's unreserved characters percent-encoded. */
static void write_component(FILE *stream, const char *name)
{
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		bool plain = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') ||
			strchr("-._~", *p);
		fprintf(stream, plain ? "%c" : "%%%02X", *p);
	}
}

/* A link to the folder above, by its name. */
static void write_way_up(const struct view *view)
{
	char *above = strndup(view->path, (size_t)(text_base_name(view->path) - view->path - 1));
	fputs("<nav class=\"up\"><a href=\"../\">&larr; ", view->stream);
	write_text(view->stream, above ? text_base_name(above) : "..");
	fputs("</a></nav>\n", view->stream);
	free(above);
}

static void write_head(const struct view *view)
{
	FILE *stream = view->stream;
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", stream);
	write_text(stream, text_base_name(view->path));
	fputs("</title>\n<link rel=\"stylesheet\" href=\"" PAGE_STYLE_PATH "\">\n</head>\n<body>\n", stream);
	if (strcmp(view->path, view->root))
		write_way_up(view);
	fputs("<h1>", stream);
	write_text(stream, text_base_name(view->path));
	if (view->pictures.count)
		fprintf(stream, " <small>%zu picture%s</small>", view->pictures.count, view->pictures.count == 1 ? "" : "s");
	fputs("</h1>\n", stream);
}

/* A folder below: up to four of its pictures, its name and how many there are. One that can't be read shows none. */
static int write_folder(const struct view *view, const char *name, struct error *error)
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
	for (size_t i = 0; i < pictures.count && i < COVERS; i++) {
		fputs("<img src=\"", stream);
		write_component(stream, name);
		fputc('/', stream);
		write_component(stream, pictures.items[i]);
		fputs("\" alt=\"\" loading=\"lazy\">", stream);
	}
	fputs("</span><span class=\"name\">", stream);
	write_text(stream, name);
	fprintf(stream, " <small>%zu</small></span></a></li>\n", pictures.count ? pictures.count : folders.count);
	free(path);
	text_list_free(&folders);
	text_list_free(&pictures);
	return 0;
}

static int write_folders(const struct view *view, struct error *error)
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

static void write_pictures(const struct view *view)
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

static void write_pages(const struct view *view)
{
	FILE *stream = view->stream;
	fputs("<nav class=\"pages\" aria-label=\"pages\">\n", stream);
	if (view->number > 1)
		fprintf(stream, "<a href=\"?page=%d\" rel=\"prev\">previous</a>\n", view->number - 1);
	for (int page = 1; page <= view->pages; page++)
		if (page == view->number)
			fprintf(stream, "<span aria-current=\"page\">%d</span>\n", page);
		else if (page == 1 || page == view->pages || abs(page - view->number) <= PAGES_AROUND)
			fprintf(stream, "<a href=\"?page=%d\">%d</a>\n", page, page);
	if (view->number < view->pages)
		fprintf(stream, "<a href=\"?page=%d\" rel=\"next\">next</a>\n", view->number + 1);
	fputs("</nav>\n", stream);
}

static int write_page(const struct view *view, struct error *error)
{
	write_head(view);
	if (view->number == 1 && write_folders(view, error))
		return -1;
	if (view->pictures.count)
		write_pictures(view);
	else if (!view->folders.count)
		fputs("<p class=\"empty\">There are no pictures here.</p>\n", view->stream);
	if (view->pages > 1)
		write_pages(view);
	fputs("</body>\n</html>\n", view->stream);
	return 0;
}

int page_make(const char *root, const char *path, int number, char **html, size_t *size, struct error *error)
{
	struct view view = {.root = root, .path = path, .number = number};
	*html = NULL;
	int result = folder_list(root, path, &view.folders, &view.pictures, error);
	view.pages = view.pictures.count ? (int)((view.pictures.count + PAGE_PICTURES - 1) / PAGE_PICTURES) : 1;
	if (result == 0 && (number < 1 || number > view.pages))
		result = 1;
	if (result == 0 && !(view.stream = open_memstream(html, size)))
		result = error_memory(error, path);
	if (view.stream) {
		result = write_page(&view, error);
		if (fclose(view.stream) && result == 0)
			result = error_memory(error, path);
	}
	if (result) {
		free(*html);
		*html = NULL;
	}
	text_list_free(&view.folders);
	text_list_free(&view.pictures);
	return result;
}
