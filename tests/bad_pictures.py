"""bad_pictures.py FIXTURES OUT: fills the class folders OUT/bad, OUT/either and OUT/good with files that look like pictures.

OUT/bad/ holds what no decoder may take, OUT/good/ what must come out whatever lies beside it, OUT/either/ what may go both
ways, as long as it is one of them. Only the standard library; nothing here was ever a picture of something."""
import os
import struct
import sys
import zlib

fixtures, out = sys.argv[1:]


def save(verdict, name, data):
    os.makedirs(os.path.join(out, verdict), exist_ok=True)
    with open(os.path.join(out, verdict, name), "wb") as file:
        file.write(data)


# ---- makers ----

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, data, depth=8, color=2, extra=b"", interlaced=0):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced)) + \
        extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def noise(count):
    state, values = 12345, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        values.append(state >> 16 & 255)
    return bytes(values)


def gif_codes(codes, width=3):
    """LZW codes of a constant width, in blocks of 255 bytes."""
    bits = sum(code << i * width for i, code in enumerate(codes))
    data = bits.to_bytes((len(codes) * width + 7) // 8, "little")
    return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b"\0"


def gif_frame(left, top, width, height, data, minimum=2, flags=0):
    return struct.pack("<BHHHHBB", 0x2C, left, top, width, height, flags, minimum) + data


def gif(width, height, frames, background=0, palette=b"\0\0\0\xff\0\0\0\xff\0\0\0\xff"):
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x81, background, 0) + palette + frames + b";"


def bmp(width, height, bits=24, compression=0, offset=54, header=40, colors=0, rest=b""):
    return b"BM" + struct.pack("<IHHI", 54 + len(rest), 0, 0, offset) + \
        struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, 0, 0, 0, colors, 0) + rest


def tga(kind, width, height, bits=24, rest=b"", mapped=0, first=0, length=0, map_bits=0):
    return struct.pack("<BBBHHBHHHHBB", 0, mapped, kind, first, length, map_bits, 0, 0, width, height, bits, 0) + rest


def psd(width, height, channels=3, depth=8, mode=3, compression=0, rest=b""):
    return b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", channels, height, width, depth, mode) + bytes(12) + \
        struct.pack(">H", compression) + rest


def webp(chunks):
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def vp8x(width, height):
    return b"VP8X" + struct.pack("<IB", 10, 0) + bytes(3) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def jpeg(*segments):
    return b"\xff\xd8" + b"".join(bytes([255, kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)


def frame(width, height, components=3, kind=0xC0, sampling=0x11, precision=8):
    return kind, struct.pack(">BHHB", precision, height, width, components) + \
        b"".join(bytes([i + 1, sampling, 0]) for i in range(components))


TABLES = (0xDB, bytes([0]) + bytes([1] * 64))
# ---- good files, whole, cut, and with one bit turned; tests/unit/image/decode.c does both at every byte ----

originals = {}
for line in open(os.path.join(fixtures, "pictures.tsv")):
    name, _, spare = line.split("\t")[:3]
    originals[name] = open(os.path.join(fixtures, name), "rb").read(), int(spare)
pixels = noise(64 * 64 * 3)
rows = b"".join(b"\0" + pixels[i:i + 192] for i in range(0, len(pixels), 192))
originals["noise.png"] = png(64, 64, zlib.compress(rows)), 12  # the last chunk is not needed
originals["noise.ppm"] = b"P6 64 64 255\n" + pixels, 0
originals["noise.bmp"] = bmp(64, 64, rest=pixels), 0
originals["noise.tga"] = tga(2, 64, 64, rest=pixels), 0
originals["noise.psd"] = psd(64, 64, rest=pixels), 0
for name, (data, spare) in originals.items():
    save("good", name, data)
    for length in range(64, len(data), max(64, len(data) // 4)):
        save("either" if length + spare >= len(data) else "bad", f"{name}.cut{length}", data[:length])
    for i in range(0, len(data), max(37, len(data) // 8)):
        flipped = bytearray(data)
        flipped[i] ^= 1 << i % 8
        save("either", f"{name}.flip{i}", bytes(flipped))

# ---- bombs: little that asks for much ----

for side in (16000, 65535, 65536, 2 ** 31 - 1, 2 ** 32 - 1):
    save("bad", f"huge-{side}.png", png(side, side, zlib.compress(bytes(1000))))
zeros = zlib.compressobj(9)
save("bad", "16000.png", png(16000, 16000, zeros.compress(bytes(48001000)) + zeros.flush()))
save("good", "limit.png", png(8000, 8000, zlib.compress(bytes(8000 * 1001), 9), depth=1, color=0))
save("bad", "limit-short.png", png(8000, 8000, zlib.compress(bytes(100000)), depth=16, color=6, interlaced=1))
save("either", "text-bomb.png", png(64, 64, zlib.compress(rows), extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(20000000), 9))))
save("either", "profile-bomb.png", png(64, 64, zlib.compress(rows), extra=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(20000000), 9))))
save("either", "behind-bomb.png", png(64, 64, zlib.compress(rows + bytes(20000000), 9)))
save("bad", "huge.gif", gif(65535, 65535, gif_frame(0, 0, 65535, 65535, gif_codes([4, 5]))))
save("either", "large.gif", gif(2000, 2000, gif_frame(0, 0, 2000, 2000, gif_codes([4, 5]))))
save("either", "many-frames.gif", gif(1000, 1000, gif_frame(0, 0, 1000, 1000, gif_codes([4, 1, 5])) * 5000))
for side in (-2 ** 31, 2 ** 31 - 1, 65536, 9000):
    save("bad", f"huge{side}.bmp", bmp(side, side))
    save("bad", f"tall{side}.bmp", bmp(1, side))
save("bad", "palette.bmp", bmp(8, 8, bits=8, colors=2 ** 31, offset=2 ** 31))
save("bad", "offset.bmp", bmp(8, 8, offset=2 ** 32 - 1, rest=bytes(192)))
save("bad", "huge.tga", tga(2, 65535, 65535))
save("bad", "large.tga", tga(10, 8000, 8000, rest=b"\xff\0\0\0"))
save("bad", "huge.psd", psd(30000, 30000))
save("bad", "largest.psd", psd(2 ** 32 - 1, 2 ** 32 - 1))
save("bad", "large-rle.psd", psd(8000, 8000, compression=1, rest=bytes(100)))
save("bad", "huge.webp", webp(vp8x(2 ** 24, 2 ** 24)))
save("bad", "large.webp", webp(vp8x(16000, 16000)))
save("bad", "lossless.webp", webp(b"VP8L" + struct.pack("<I", 5) + b"\x2f\xff\xff\xff\x0f\0"))
for width, height in ((65535, 65535), (65500, 65500), (8000, 8000)):
    for kind in (0xC0, 0xC2, 0xC9):
        save("bad", f"huge-{width}-{kind:x}.jpg", jpeg(TABLES, frame(width, height, kind=kind), (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0")))
for side in ("99999", "999999999", "4294967297", "99999999999999999999", "-1"):
    save("bad", f"huge{side}.ppm", f"P6 {side} {side} 255\n".encode() + bytes(64))
save("bad", "limit-short.ppm", b"P6 8000 8000 255\n" + bytes(64))

# ---- no size, a wrong size, two sizes ----

for width, height in ((0, 0), (0, 5), (5, 0)):
    name = f"zero-{width}x{height}"
    save("bad", name + ".png", png(width, height, zlib.compress(b"")))
    save("bad", name + ".gif", gif(width, height, gif_frame(0, 0, width, height, gif_codes([4, 5]))))
    save("bad", name + ".bmp", bmp(width, height))
    save("bad", name + ".tga", tga(2, width, height))
    save("bad", name + ".psd", psd(width, height))
    save("bad", name + ".ppm", f"P6 {width} {height} 255\n".encode())
    save("bad", name + ".jpg", jpeg(TABLES, frame(width, height), (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0")))
save("bad", "empty.png", b"")
save("bad", "short-data.png", png(64, 64, zlib.compress(rows[:5000])))
save("bad", "other-width.png", png(65, 64, zlib.compress(rows)))
save("bad", "not-deflate.png", png(64, 64, noise(5000)))
save("bad", "no-data.png", png(64, 64, b""))
save("bad", "no-palette.png", png(64, 64, zlib.compress(bytes(65 * 64)), color=3))
save("bad", "palette-twice.png", png(64, 64, zlib.compress(b"\0" + bytes([255] * 64)), color=3, extra=chunk(b"PLTE", bytes(3))))
save("bad", "depth.png", png(8, 8, zlib.compress(bytes(500)), depth=7))
save("bad", "length.png", png(8, 8, b"")[:33] + struct.pack(">I", 2 ** 31 - 1) + b"IDAT" + bytes(64))
save("bad", "sizes.webp", webp(vp8x(20, 20) + originals["rgb.webp"][0][12:]))
save("bad", "bits.tga", tga(2, 8, 8, bits=12, rest=bytes(500)))
save("bad", "maximum.pgm", b"P5 8 8 65536\n" + bytes(128))

# ---- the shapes of what stb_image and others fell over ----

save("bad", "radiance.hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 8\n" + bytes(64))  # CVE-2021-42715
save("bad", "16-bit.pgm", b"P5 64 64 65535\n" + bytes(4097))                                  # CVE-2021-42716
save("bad", "softimage.pic", b"\x53\x80\xf6\x34" + bytes(84) + b"PICT" + bytes(64))            # CVE-2023-43898
one, two = gif_frame(0, 0, 4, 4, gif_codes([4] + [1, 4] * 16 + [5])), gif_frame(2, 2, 2, 2, gif_codes([4, 2, 4, 2, 4, 2, 4, 2, 5]))
save("good", "two-frames.gif", gif(4, 4, one + two))
control = b"!\xf9\4\x0d\0\0\3\0"  # the next frame goes back to what was before it: CVE-2023-43281, 45661, 45664, 45666
save("either", "restore.gif", gif(4, 4, control + one + control + two + control + two))
save("bad", "outside.gif", gif(4, 4, gif_frame(2, 2, 4, 4, gif_codes([4, 1, 5]))))
save("bad", "far-outside.gif", gif(4, 4, gif_frame(65535, 65535, 65535, 65535, gif_codes([4, 1, 5]))))
save("either", "no-frame.gif", gif(4, 4, b""))
save("either", "frame-of-nothing.gif", gif(4, 4, gif_frame(0, 0, 0, 0, gif_codes([4, 5]))))
for minimum in (0, 1, 9, 12, 13, 255):
    save("either", f"lzw{minimum}.gif", gif(4, 4, gif_frame(0, 0, 4, 4, gif_codes([4, 1, 5]), minimum)))
save("either", "code-before-clear.gif", gif(4, 4, gif_frame(0, 0, 4, 4, gif_codes([7, 7, 7]))))
save("either", "code-unknown.gif", gif(4, 4, gif_frame(0, 0, 4, 4, gif_codes([4, 1, 7, 7, 7]))))
save("either", "interlaced.gif", gif(4, 1, gif_frame(0, 0, 4, 1, gif_codes([4, 1, 5]), flags=0x40)))
save("either", "transparent-far.gif", gif(4, 4, b"!\xf9\4\1\0\0\xff\0" + one, background=255))
save("bad", "run-past-end.tga", tga(10, 4, 4, rest=b"\x83\1\2\3\xff"))                        # CVE-2023-45663
save("bad", "map-short.tga", tga(1, 4, 4, bits=8, mapped=1, length=65535, map_bits=24, rest=bytes(64)))
save("either", "map-index.tga", tga(1, 4, 4, bits=8, mapped=1, first=65535, length=2, map_bits=24, rest=bytes(6) + b"\xff" * 16))
save("bad", "channels.psd", psd(4, 4, channels=17, rest=bytes(500)))
save("bad", "counts.psd", psd(4, 4, compression=1, rest=b"\xff\xff" * 12 + b"\x80\x81\xff" * 30))
for bits, compression in ((0, 0), (1, 1), (8, 1), (4, 2), (16, 3), (32, 3), (24, 9), (65535, 0)):
    save("either", f"kind{bits}-{compression}.bmp", bmp(4, 4, bits, compression, rest=bytes(12)))
save("bad", "header.bmp", bmp(4, 4, header=2 ** 31 - 1, rest=bytes(64)))
data = originals["progressive.jpg"][0]
scan = data.index(b"\xff\xda")
save("either", "scans.jpg", data[:-2] + data[scan:-2] * 2000 + b"\xff\xd9")
save("bad", "no-scan.jpg", data[:scan] + b"\xff\xd9")
save("bad", "no-tables.jpg", jpeg(frame(8, 8), (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0")) + bytes(64))       # CVE-2022-28041, 28042, 28048
save("bad", "table-of-ff.jpg", jpeg((0xC4, b"\0" + b"\xff" * 16 + bytes(4080)), frame(8, 8)))
save("bad", "sampling.jpg", jpeg(TABLES, frame(8, 8, sampling=0xFF), (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0")))
save("bad", "components.jpg", jpeg(TABLES, frame(8, 8, components=255)))
save("bad", "precision.jpg", jpeg(TABLES, frame(8, 8, precision=16), (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0")))
save("bad", "huffman.webp", webp(b"VP8L" + struct.pack("<I", 4096) + b"\x2f\x3f\xc0\x0f\0" + noise(4091)))  # CVE-2023-4863
save("either", "chunks.webp", webp(originals["rgb.webp"][0][12:] + b"XXXX\xff\xff\xff\xff"))

# ---- files that are two things ----

archive = b"PK\3\4" + bytes(26) + b"PK\5\6" + bytes(18)
page = b"<html><script>alert(1)</script></html>"
save("good", "page.png", originals["rgb.png"][0] + page)
save("good", "page-inside.png", png(64, 64, zlib.compress(rows), extra=chunk(b"tEXt", b"Comment\0" + page)))
save("good", "archive.jpg", originals["rgb.jpg"][0] + archive)
save("good", "jar.gif", originals["flat.gif"][0] + archive)
save("good", "script.bmp", originals["rgb.bmp"][0] + b"*/=1;" + page)
save("good", "picture-in-picture.webp", originals["rgb.webp"][0] + originals["rgb.png"][0])
save("bad", "page-first.png", page + originals["rgb.png"][0])
save("bad", "archive-first.jpg", archive + originals["rgb.jpg"][0])
save("bad", "gif-of-a-script.gif", b"GIF89a/*" + page + b"*/=1;")
save("bad", "executable.png", b"\x7fELF\2\1\1" + bytes(500))
save("bad", "portable.jpg", b"%PDF-1.7\n" + originals["rgb.jpg"][0])
save("bad", "vector.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>")
