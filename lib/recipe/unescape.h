/* Decoding of JavaScript escapes. */
#ifndef RECIPE_UNESCAPE_H
#define RECIPE_UNESCAPE_H

/* Decodes JavaScript escapes (\uXXXX, \xXX, \/, \", \\, \n...) in place, repeated while there are
 * any, at most four times: pages have URLs that are escaped twice. An unpaired surrogate becomes
 * U+FFFD; NUL and all other control characters become blanks. */
void unescape(char *text);

#endif
