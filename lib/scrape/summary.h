/* How a scrape went, for its user to read. */
#ifndef SCRAPE_SUMMARY_H
#define SCRAPE_SUMMARY_H

#include "scrape/scrape.h"

#include <stdio.h>

/* Writes a table with a row for each class, if there is any, whose columns line up on a terminal whatever the classes are called. */
void scrape_write_table(const struct scrape *scrape, FILE *stream);

#endif
