/* Writer of the wire format of Protocol Buffers, the part that ONNX needs: varints, 32-bit floats
 * and length-prefixed fields (protobuf.dev, "Encoding"). */
#ifndef FORMAT_PROTOBUF_H
#define FORMAT_PROTOBUF_H

#include "base/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message. All zero is empty. If memory runs out it is marked as failed, and so is every message
 * that it becomes part of: only the outermost needs to be checked. */
struct protobuf {
	struct buffer buffer; /* owned */
	bool failed;
};

void protobuf_integer(struct protobuf *message, int field, int64_t value);
void protobuf_float(struct protobuf *message, int field, float value);
void protobuf_bytes(struct protobuf *message, int field, const void *bytes, size_t size);
void protobuf_text(struct protobuf *message, int field, const char *text);

/* Adds `part` as a field that is a message, and frees it. */
void protobuf_message(struct protobuf *message, int field, struct protobuf *part);

/* Adds all fields of `part` to `message` itself, and frees it. */
void protobuf_merge(struct protobuf *message, struct protobuf *part);

void protobuf_free(struct protobuf *message);

#endif
