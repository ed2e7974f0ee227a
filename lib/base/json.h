/* Text of any bytes, the name of a file above all, as JSON, which holds UTF-8 alone. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>

/* `text` as a JSON string; as text_printable shows it where it is no UTF-8. The caller's to release; NULL without
 * memory. */
json_t *json_text(const char *text);

#endif
