#!/usr/bin/env python3
"""An independent reader of ONNX files, with Python's standard library alone: checks and runs a network.

    onnx_run.py FILE                     prints its operators, inputs, outputs and labels
    onnx_run.py FILE --metadata          prints its properties, KEY=VALUE with blanks for line ends
    onnx_run.py FILE INPUT.npy           prints its output for each sample, a line each; bytes are values of 0..1 times 255

Knows the protobuf wire format (protobuf.dev) and those operators of onnx.ai that cnn-export writes."""
import math
import struct
import sys


def fields(data):
    """Field number -> list of values: an integer, or bytes, or 4 bytes for a float."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value - (1 << 64) if value >> 63 else value

    while at < len(data):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            value = varint()
        else:
            size = varint() if kind == 2 else {5: 4, 1: 8}[kind]
            value = data[at:at + size]
            if len(value) != size:
                raise ValueError("a field is cut")
            at += size
        found.setdefault(tag >> 3, []).append(value)
    return found


def text(message, number):
    return message[number][0].decode()


class Tensor:
    """Shape and numbers, last index fastest."""

    def __init__(self, shape, values):
        self.shape, self.values = list(shape), list(values)
        assert len(self.values) == math.prod(self.shape), (shape, len(self.values))

    def each(self, function):
        return Tensor(self.shape, map(function, self.values))


def initializer(message):
    shape, raw = message.get(1, []), message[9][0]
    letter, size = {1: ("f", 4), 7: ("q", 8)}[message[2][0]]
    return text(message, 8), Tensor(shape, struct.unpack("<%d%s" % (len(raw) // size, letter), raw))


def attributes(node):
    found = {}
    for message in map(fields, node.get(5, [])):
        kind = message[20][0]
        found[text(message, 1)] = {1: lambda: struct.unpack("<f", message[2][0])[0], 2: lambda: message[3][0],
                                   3: lambda: text(message, 4),
                                   7: lambda: message[8]}[kind]()
    return found


# ---- operators ----

def transpose(x, perm):
    steps = [math.prod(x.shape[i + 1:]) for i in range(len(x.shape))]
    shape, offsets = [x.shape[p] for p in perm], [0]
    for p in perm:
        offsets = [o + i * steps[p] for o in offsets for i in range(x.shape[p])]
    return Tensor(shape, (x.values[o] for o in offsets))


def windows(size, kernel, stride, before, after, dilation=1):
    """For each output position, the pairs (place in the kernel, place in the input) that lie inside."""
    count = (size + before + after - dilation * (kernel - 1) - 1) // stride + 1
    return [[(k, o * stride + k * dilation - before) for k in range(kernel)
             if 0 <= o * stride + k * dilation - before < size] for o in range(count)]


def planes(x, a, function):
    """function(sample, channel, rows, columns) for every output position of a sliding window."""
    (height, width), kernel = x.shape[2:], a["kernel_shape"]
    strides, pads, dilations = a.get("strides", [1, 1]), a.get("pads", [0] * 4), a.get("dilations", [1, 1])
    rows = windows(height, kernel[0], strides[0], pads[0], pads[2], dilations[0])
    columns = windows(width, kernel[1], strides[1], pads[1], pads[3], dilations[1])
    return len(rows), len(columns), lambda n, c: (function(n, c, r, q) for r in rows for q in columns)


def conv(x, w, bias=None, **a):
    (_, depth, height, width), group = x.shape, a.get("group", 1)
    filters, each, kh, kw = w.shape
    assert a.setdefault("kernel_shape", [kh, kw]) == [kh, kw] and each * group == depth

    def value(n, f, rows, columns):
        first = f // (filters // group) * each
        total = bias.values[f] if bias else 0.0
        for c in range(each):
            for ky, y in rows:
                for kx, column in columns:
                    total += (w.values[((f * each + c) * kh + ky) * kw + kx]
                              * x.values[((n * depth + first + c) * height + y) * width + column])
        return total

    rows, columns, run = planes(x, a, value)
    return Tensor([x.shape[0], filters, rows, columns],
                  (v for n in range(x.shape[0]) for f in range(filters) for v in run(n, f)))


def pool(x, combine, **a):
    _, depth, height, width = x.shape

    def value(n, c, rows, columns):
        start = (n * depth + c) * height * width
        return combine([x.values[start + y * width + column] for _, y in rows for _, column in columns])

    rows, columns, run = planes(x, a, value)
    return Tensor([x.shape[0], depth, rows, columns],
                  (v for n in range(x.shape[0]) for c in range(depth) for v in run(n, c)))


def mean(values):
    return sum(values) / len(values)


def per_channel(x, function):
    inner = math.prod(x.shape[2:])
    return Tensor(x.shape, (function(v, i // inner % x.shape[1]) for i, v in enumerate(x.values)))


def normalize(x, gamma, beta, average, variance, epsilon):
    return per_channel(x, lambda v, c: (v - average.values[c]) / math.sqrt(variance.values[c] + epsilon)
                       * gamma.values[c] + beta.values[c])


def gemm(a, b, c=None):
    inner, columns = b.shape
    assert a.shape[1] == inner
    return Tensor([a.shape[0], columns], (
        sum(a.values[r * inner + k] * b.values[k * columns + j] for k in range(inner)) + (c.values[j] if c else 0)
        for r in range(a.shape[0]) for j in range(columns)))


def matmul(x, w):
    rows = gemm(Tensor([math.prod(x.shape[:-1]), x.shape[-1]], x.values), w)
    return Tensor(x.shape[:-1] + w.shape[1:], rows.values)


def along(x, axis, function):
    """Each line of values along an axis becomes the list that the function makes of it."""
    step, side = math.prod(x.shape[axis + 1:]), x.shape[axis]
    outer = len(x.values) // (step * side)
    lines = [[function([x.values[(o * side + k) * step + i] for k in range(side)]) for i in range(step)]
             for o in range(outer)]
    length = len(lines[0][0])
    return Tensor(x.shape[:axis] + [length] + x.shape[axis + 1:],
                  (lines[o][i][k] for o in range(outer) for k in range(length) for i in range(step)))


def softmax(x, axis):
    assert axis == 1

    def line(values):
        powers = [math.exp(v - max(values)) for v in values]
        return [v / sum(powers) for v in powers]
    return along(x, axis, line)


def global_pool(x, combine):
    size = math.prod(x.shape[2:])
    return Tensor(x.shape[:2] + [1, 1], (combine(x.values[i:i + size]) for i in range(0, len(x.values), size)))


def reshape(x, shape):
    sides = [x.shape[i] if side == 0 else side for i, side in enumerate(shape.values)]
    rest = len(x.values) // -math.prod(sides) if -1 in sides else None
    return Tensor([rest if side == -1 else side for side in sides], x.values)


def concat(*parts, axis):
    for i, side in enumerate(parts[0].shape):
        assert i == axis or all(part.shape[i] == side for part in parts)
    outer = math.prod(parts[0].shape[:axis])
    sizes = [len(part.values) // outer for part in parts]
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    return Tensor(shape, (v for o in range(outer) for part, size in zip(parts, sizes)
                          for v in part.values[o * size:(o + 1) * size]))


def cut(x, starts, ends, axes=None):
    for start, end, axis in zip(starts.values, ends.values, axes.values if axes else range(len(x.shape))):
        x = along(x, axis, lambda line: line[start:end])
    return x


def pad(x, pads):
    rank = len(x.shape)
    for axis in range(rank):
        before, after = pads.values[axis], pads.values[rank + axis]
        x = along(x, axis, lambda line: [0.0] * before + line + [0.0] * after)
    return x


def resize(x, roi, factors, sizes=None, *, coordinate_transformation_mode, mode, nearest_mode=None):
    assert roi is None and (factors is None) != (sizes is None)
    assert (mode, coordinate_transformation_mode, nearest_mode) in (
        ("linear", "half_pixel", None), ("nearest", "asymmetric", "floor"))

    def line(values, count):
        factor, last = count / len(values), len(values) - 1
        if mode == "nearest":
            return [values[math.floor(i / factor)] for i in range(count)]
        places = [min(max((i + 0.5) / factor - 0.5, 0), last) for i in range(count)]
        return [values[math.floor(p)] * (1 - p % 1) + values[math.ceil(p)] * (p % 1) for p in places]
    counts = sizes.values if sizes else [math.floor(a * b) for a, b in zip(x.shape, factors.values)]
    assert counts[:2] == x.shape[:2]
    for axis in (2, 3):
        x = along(x, axis, lambda values: line(values, counts[axis]))
    return x


def expand(x, shape):
    """NumPy's broadcasting: missing sides are in front; a side of 1 is repeated."""
    x = Tensor([1] * (len(shape) - len(x.shape)) + x.shape, x.values)
    for axis, side in enumerate(shape):
        assert x.shape[axis] in (1, side), (x.shape, shape)
        if x.shape[axis] != side:
            x = along(x, axis, lambda line: line * side)
    return x


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def elementwise(function):
    return lambda x, **a: x.each(lambda v: function(v, **a))


def broadcast(function):
    def run(*parts):
        rank = max(len(part.shape) for part in parts)
        shapes = [[1] * (rank - len(part.shape)) + part.shape for part in parts]
        shape = [max(sides) for sides in zip(*shapes)]
        return Tensor(shape, map(function, *(expand(part, shape).values for part in parts)))
    return run


OPERATORS = {
    "Identity": lambda x: x,
    "Transpose": transpose,
    "Conv": conv,
    "MaxPool": lambda x, **a: pool(x, max, **a),
    "AveragePool": lambda x, **a: pool(x, mean, **a),
    "GlobalAveragePool": lambda x: global_pool(x, mean),
    "GlobalMaxPool": lambda x: global_pool(x, max),
    "Flatten": lambda x, axis: Tensor([math.prod(x.shape[:axis]), math.prod(x.shape[axis:])], x.values),
    "Gemm": gemm,
    "BatchNormalization": normalize,
    "Relu": lambda x: x.each(lambda v: max(v, 0.0)),
    "Clip": lambda x, least, most: x.each(lambda v: min(max(v, least.values[0]), most.values[0])),
    "LeakyRelu": lambda x, alpha: x.each(lambda v: v if v > 0 else alpha * v),
    "ThresholdedRelu": elementwise(lambda v, alpha: v if v > alpha else 0.0),
    "Elu": elementwise(lambda v, alpha: v if v > 0 else alpha * math.expm1(v)),
    "Selu": elementwise(lambda v, alpha, gamma: gamma * (v if v > 0 else alpha * math.expm1(v))),
    "Sigmoid": elementwise(sigmoid),
    "HardSigmoid": elementwise(lambda v, alpha, beta: min(max(alpha * v + beta, 0.0), 1.0)),
    "Tanh": elementwise(math.tanh),
    "Softplus": elementwise(lambda v: math.log1p(math.exp(v))),
    "Softsign": elementwise(lambda v: v / (1 + abs(v))),
    "Exp": elementwise(math.exp),
    "Erf": elementwise(math.erf),
    "Sqrt": elementwise(math.sqrt),
    "Add": broadcast(lambda a, b: a + b),
    "Sub": broadcast(lambda a, b: a - b),
    "Mul": broadcast(lambda a, b: a * b),
    "Div": broadcast(lambda a, b: a / b),
    "Min": broadcast(min),
    "Max": broadcast(max),
    "Mean": broadcast(lambda *values: mean(values)),
    "PRelu": lambda x, slope: broadcast(lambda v, a: v if v > 0 else a * v)(x, expand(slope, x.shape)),
    "MatMul": matmul,
    "Concat": concat,
    "Reshape": reshape,
    "Slice": cut,
    "Pad": pad,
    "Resize": resize,
    "Gather": lambda x, indices, axis: along(x, axis, lambda line: [line[i] for i in indices.values]),
    "Shape": lambda x: Tensor([len(x.shape)], x.shape),
    "ReduceL2": lambda x, axes: along(x, axes[0], lambda line: [math.hypot(*line)]),
    "ReduceMean": lambda x, axes: along(x, axes[0], lambda line: [mean(line)]),
    "Softmax": softmax,
    "LogSoftmax": lambda x, axis: softmax(x, axis).each(math.log),
}


# ---- the file ----

def value_info(message):
    shape = fields(fields(fields(message[2][0])[1][0])[2][0])
    sides = [fields(side) for side in shape[1]]
    return text(message, 1), [text(side, 2) if 2 in side else side[1][0] for side in sides]


def read_npy(path):
    data = open(path, "rb").read()
    size = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10:10 + size], {"__builtins__": {}}, {"True": True, "False": False})
    raw = data[10 + size:]
    assert header["descr"] in ("<f4", "|u1") and not header["fortran_order"]
    if header["descr"] == "|u1":
        return Tensor(header["shape"], (value / 255 for value in raw))
    return Tensor(header["shape"], struct.unpack("<%df" % (len(raw) // 4), raw))


def main(path, samples=None):
    model = fields(open(path, "rb").read())
    assert model[1] == [7] and fields(model[8][0])[2] == [13], "IR version or operator set"
    graph = fields(model[7][0])
    nodes = [fields(node) for node in graph[1]]
    (name, shape), (result, outputs) = value_info(fields(graph[11][0])), value_info(fields(graph[12][0]))
    metadata = {text(entry, 1): text(entry, 2) for entry in map(fields, model.get(14, []))}
    if samples == "--metadata":
        for key, value in metadata.items():
            print(key, value.replace("\n", " "), sep="=")
        return
    if samples is None:
        print(" ".join(text(node, 4) for node in nodes))
        print(name, shape, result, outputs, metadata["labels"].split("\n"))
        return
    constants = [initializer(fields(tensor)) for tensor in graph.get(5, [])]
    values = dict(constants)
    assert len(values) == len(constants), "a constant is given twice"
    values[name] = read_npy(samples)
    assert values[name].shape[1:] == shape[1:]
    for node in nodes:
        inputs = [values[part.decode()] if part else None for part in node[1]]
        assert text(node, 2) not in values, "a value is given twice"
        values[text(node, 2)] = OPERATORS[text(node, 4)](*inputs, **attributes(node))
    rows = values[result]
    assert rows.shape[1:] == outputs[1:]
    for i in range(0, len(rows.values), rows.shape[1]):
        print(" ".join("%.7f" % v for v in rows.values[i:i + rows.shape[1]]))


main(*sys.argv[1:])
