/* Texts out of scripts, without their backslashes. */
#ifndef RECIPE_UNESCAPE_H
#define RECIPE_UNESCAPE_H

/* Undoes the escapes of JavaScript (\uXXXX, \xXX, \/, \", \\, \n...) in place, again while any are left, four times at
 * most: pages hold addresses that were escaped twice. Half a surrogate pair becomes U+FFFD; NUL and all other
 * control characters become blanks. */
void unescape(char *text);

#endif
