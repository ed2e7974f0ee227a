#include "format/protobuf.h"

#include "base/bytes.h"

#include <stdlib.h>

enum wire_type { WIRE_VARINT = 0, WIRE_LENGTH = 2, WIRE_FIXED32 = 5 };

static void append_bytes(struct protobuf *message, const void *bytes, size_t size)
{
	message->failed = message->failed || !buffer_append(&message->buffer, bytes, size);
}

/* Seven bits per byte, the lowest first; the top bit is set if more bytes follow. */
static void append_varint(struct protobuf *message, uint64_t value)
{
	unsigned char bytes[10];
	size_t size = 0;
	for (; value >= 0x80; value >>= 7)
		bytes[size++] = (unsigned char)(value | 0x80);
	bytes[size++] = (unsigned char)value;
	append_bytes(message, bytes, size);
}

static void append_tag(struct protobuf *message, int field, enum wire_type type)
{
	append_varint(message, (uint64_t)field << 3 | type);
}

void protobuf_integer(struct protobuf *message, int field, int64_t value)
{
	append_tag(message, field, WIRE_VARINT);
	append_varint(message, (uint64_t)value);
}

void protobuf_float(struct protobuf *message, int field, float value)
{
	unsigned char bytes[4];
	store_f32(bytes, value);
	append_tag(message, field, WIRE_FIXED32);
	append_bytes(message, bytes, sizeof bytes);
}

void protobuf_bytes(struct protobuf *message, int field, const void *bytes, size_t size)
{
	append_tag(message, field, WIRE_LENGTH);
	append_varint(message, size);
	append_bytes(message, bytes, size);
}

void protobuf_text(struct protobuf *message, int field, const char *text)
{
	protobuf_bytes(message, field, text, strlen(text));
}

void protobuf_message(struct protobuf *message, int field, struct protobuf *part)
{
	protobuf_bytes(message, field, part->buffer.bytes, part->buffer.size);
	message->failed |= part->failed;
	protobuf_free(part);
}

void protobuf_merge(struct protobuf *message, struct protobuf *part)
{
	append_bytes(message, part->buffer.bytes, part->buffer.size);
	message->failed |= part->failed;
	protobuf_free(part);
}

void protobuf_free(struct protobuf *message)
{
	free(message->buffer.bytes);
	*message = (struct protobuf){0};
}
