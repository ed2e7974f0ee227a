/* Summary of a scrape for the user. */
#ifndef SCRAPE_SUMMARY_H
#define SCRAPE_SUMMARY_H

#include "scrape/scrape.h"

#include <stdio.h>

/* Writes a table with a row for each class, if there is any. Columns are aligned on a terminal for
 * any class name. */
void scrape_write_table(const struct scrape *scrape, FILE *stream);

#endif
