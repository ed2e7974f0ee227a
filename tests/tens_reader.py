#!/usr/bin/env python3
"""An independent reader of tensor streams, written from tens(5) with Python's standard library alone.

    tens_reader.py FILE      prints what `tensor-info --records FILE` prints ("-": standard input)

Exits 1 with one line when the stream is not whole and right."""
import hashlib
import json
import struct
import sys
import zlib

MAGIC = b"\x89TENS\r\n\x1a"


class Damaged(Exception):
    pass


def require(condition, reason):
    if not condition:
        raise Damaged(reason)


def no_duplicates(pairs):
    require(len(dict(pairs)) == len(pairs), "a key of the head is there twice")
    return dict(pairs)


def chunks(stream):
    """Yields (type, number, records, compatible features, raw payload, stored bytes) up to the end of the input."""
    while True:
        header = stream.read(64)
        if not header:
            return
        require(len(header) == 64, "cut in a header")
        require(header[:8] == MAGIC, "magic")
        kind, major, _, incompatible, features, number, stored, raw, records, codec, checksum, own = struct.unpack(
            "<4sHHIIQQQIIII", header[8:])
        require(zlib.crc32(header[:60]) == own, "checksum of a header")
        require(major == 1 and incompatible == 0, "version or feature")
        require(stored <= 257 << 20 and raw <= 257 << 20, "size of a payload")
        payload = stream.read(stored)
        padding = stream.read(-stored % 64)
        require(len(payload) == stored and len(padding) == -stored % 64, "cut in a payload")
        require(zlib.crc32(payload) == checksum, "checksum of a payload")
        require(not any(padding), "padding")
        require(codec in (0, 1), "codec")
        if codec == 1:
            payload = zlib.decompress(payload)
        require(len(payload) == raw, "length of a payload")
        yield kind.decode("ascii"), number, records, features, payload, 64 + stored + len(padding)


class Segment:
    def __init__(self, payload, size):
        self.head = json.loads(payload, object_pairs_hook=no_duplicates)
        self.head_digest = hashlib.sha256(payload).digest()
        self.data = hashlib.sha256()
        self.offset, self.records, self.index, self.number = size, 0, [], 1
        height, width, channels = self.head["shape"]
        self.tensor_size = height * width * channels * {"u8": 1, "f32": 4}[self.head["dtype"]]
        self.weights = {"index": 0, "weights": len(self.head["classes"])}[self.head["labels"]]

    def read_data(self, records, payload):
        self.index.append(struct.pack("<QQ", self.offset, self.records))
        self.data.update(payload)
        self.records += records
        label_size = 4 * self.weights if self.head["labels"] == "weights" else 4
        size = label_size + 28
        names = payload[records * (self.tensor_size + size):]
        for i in range(records):
            tensor = payload[i * self.tensor_size:(i + 1) * self.tensor_size]
            at = records * self.tensor_size + i * size
            label = payload[at:at + label_size]
            identity, name = struct.unpack("<QI", payload[at + label_size:at + label_size + 12])
            digest = payload[at + label_size + 12:at + size]
            require(0 in names[name:], "source name")
            source = names[name:names.index(0, name)]
            yield identity, self.label_text(label), source, digest, zlib.crc32(tensor)

    def label_text(self, label):
        classes = self.head["classes"]
        if self.head["labels"] == "index":
            index, = struct.unpack("<i", label)
            require(-1 <= index < len(classes), "label")
            return classes[index] if index >= 0 else ""
        weights = struct.unpack("<%df" % self.weights, label)
        require(all(0 <= weight <= 1 for weight in weights), "weight")
        return ",".join("%s=%.9g" % pair for pair in zip(classes, weights) if pair[1] > 0)

    def check_end(self, payload):
        require(payload == struct.pack("<QQ", self.records, len(self.index)) + self.head_digest +
            self.data.digest(), "end")


def segments(stream):
    """Yields (segment, records of a chunk) in order."""
    segment, announced = None, 0
    for kind, number, records, features, payload, size in chunks(stream):
        if segment is None:
            require(kind == "HEAD" and number == 0, "no head")
            segment = Segment(payload, size)
            require(segment.head.get("segment", 0) == announced, "a segment of the run is missing")
            continue
        require(number == segment.number, "number of a chunk")
        if kind == "DATA":
            yield segment, segment.read_data(records, payload)
        elif kind == "INDX":
            require(payload == b"".join(segment.index), "index")
        elif kind != "ENDS":
            require(kind[0].islower(), "type of a chunk")
        segment.number += 1
        segment.offset += size
        if kind == "ENDS":
            segment.check_end(payload)
            announced = segment.head.get("segment", 0) + 1 if features & 1 else 0
            segment = None
    require(segment is None and announced == 0, "no end")


def escaped(source):
    """As text_write_field in lib/base/text.c, for names without control characters or broken UTF-8."""
    return source.decode("utf-8").replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def main():
    stream = sys.stdin.buffer if sys.argv[1] == "-" else open(sys.argv[1], "rb")
    try:
        for segment, records in segments(stream):
            for identity, label, source, digest, checksum in records:
                print(segment.head["pass"], identity, label, escaped(source), digest.hex(), "%08x" % checksum, sep="\t")
    except (Damaged, KeyError, ValueError, struct.error, zlib.error) as reason:
        sys.exit("tens_reader: %s: %s" % (sys.argv[1], reason))


if __name__ == "__main__":
    main()
