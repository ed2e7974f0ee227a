#include "scrape/summary.h"

#include "base/text.h"

#include <string.h>

/* A name has at most 255 bytes, each escaped as up to four. */
enum { NAME_SIZE = 1024, NAME_COLUMNS_MAXIMUM = 40 };

/* Width of the longest name that is not too long for a table. */
static int name_columns(const struct scrape *scrape)
{
	char name[NAME_SIZE];
	int widest = (int)strlen("class");
	for (size_t i = 0; i < scrape_classes(scrape); i++) {
		int columns = text_columns(
			text_printable(name, sizeof name, scrape_report(scrape, i).class_name));
		widest = columns > widest && columns <= NAME_COLUMNS_MAXIMUM ? columns : widest;
	}
	return widest;
}

/* A name wider than its column gets a line of its own. */
static void write_name(FILE *stream, const char *name, int widest)
{
	int columns = text_columns(name);
	fputs(name, stream);
	if (columns > widest)
		fprintf(stream, "\n%*s", widest, "");
	else
		fprintf(stream, "%*s", widest - columns, "");
}

void scrape_write_table(const struct scrape *scrape, FILE *stream)
{
	char name[NAME_SIZE];
	int widest = name_columns(scrape);
	if (!scrape_classes(scrape))
		return;
	write_name(stream, "class", widest);
	fputs("  images     new refused  failed  ended\n", stream);
	for (size_t i = 0; i < scrape_classes(scrape); i++) {
		struct scrape_report report = scrape_report(scrape, i);
		write_name(stream, text_printable(name, sizeof name, report.class_name), widest);
		fprintf(stream, " %7d %7d %7d %7d  ", report.accepted, report.added, report.refused,
			report.failed);
		fprintf(stream, "%s\n", text_printable(name, sizeof name, report.end_reason));
	}
}
