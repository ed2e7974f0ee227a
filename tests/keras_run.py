#!/usr/bin/env python3
"""An independent evaluator of Keras' models, with h5py and PyTorch's functions, in double precision.

    keras_run.py MODEL INPUT.npy [A,B]   prints its output for each sample, a line each; bytes stand for values of
                                         A..B, by default of 0..1
    keras_run.py MODEL --weights         prints each array of weights: layer, variable, shape, SHA-256 of its float32

MODEL is a whole .h5, an archive .keras, or a folder of cnn-train. Arrays are (N, height, width, channels), as in Keras."""
import hashlib
import io
import json
import os
import re
import sys
import zipfile

import h5py
import numpy
import torch
from torch.nn import functional

# ---- weights: of each layer, in Keras' order ----

DENSE = ["kernel"], ["bias"]
VARIABLES = {  # those that are always there; those that use_bias says
    "Conv2D": DENSE, "Dense": DENSE, "DepthwiseConv2D": (["depthwise_kernel"], ["bias"]),
    "SeparableConv2D": (["depthwise_kernel", "pointwise_kernel"], ["bias"]),
}


def variables(kind, config):
    if kind == "BatchNormalization":
        return (["gamma"] * config.get("scale", True) + ["beta"] * config.get("center", True)
                + ["moving_mean", "moving_variance"])
    always, bias = VARIABLES.get(kind, ([], []))
    return always + bias * config.get("use_bias", True)


class Legacy:
    """LAYER/attribute weight_names; the weights of a nested model lie in the group of the outermost one."""

    def __init__(self, group, arrays=None):
        self.group, self.arrays = group, arrays

    def below(self, layers):
        for layer in layers:
            yield self if self.arrays is not None else Legacy(None, self.read(layer["config"]["name"]))

    def read(self, name):
        if name not in self.group:
            return {}
        arrays = {}
        for path in self.group[name].attrs["weight_names"]:
            path = path.decode() if isinstance(path, bytes) else path
            key = tuple(path.split(":")[0].split("/")[-2:])
            assert key not in arrays, key
            arrays[key] = self.group[name][path][()]
        return arrays

    def take(self, layer, names):
        spellings = {"depthwise_kernel": ["depthwise_kernel", "kernel"]}
        return [next(self.arrays[layer, spelling] for spelling in spellings.get(name, [name])
                     if (layer, spelling) in self.arrays) for name in names]


class Keras3:
    """layers/CLASS_n/vars/i, counted by class in each model."""

    def __init__(self, group):
        self.group = group

    def below(self, layers):
        counts = {}
        for layer in layers:
            kind = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", layer["class_name"])
            kind = re.sub("([a-z])([A-Z])", r"\1_\2", kind).lower()
            count = counts[kind] = counts.get(kind, -1) + 1
            yield Keras3(self.group.get("layers/%s%s" % (kind, "_%d" % count if count else "")))

    def take(self, _, names):
        if not names:
            return []
        stored = self.group["vars"]
        assert len(stored) == len(names), (stored.name, names)
        return [stored[str(i)][()] for i in range(len(names))]


# ---- layers: function(config, weights, inputs...) ----

def same_padding(size, kernel, stride, dilation=1):
    """TensorFlow's: the smaller half of what is missing comes before."""
    missing = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return missing // 2, missing - missing // 2


def padded(config, x, kernel, strides, dilations=(1, 1), value=0.0):
    """(N, height, width, channels) -> (N, channels, height, width), padded as the layer says."""
    x = x.permute(0, 3, 1, 2)
    if config.get("padding", "valid") == "valid":
        return x
    rows, columns = map(same_padding, x.shape[2:], kernel, strides, dilations)
    return functional.pad(x, columns + rows, value=value)


def pair(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


def last(x):
    return x.permute(0, 2, 3, 1)


ACTIVATIONS = {
    "linear": lambda x: x, "relu": torch.relu, "relu6": functional.relu6, "sigmoid": torch.sigmoid, "tanh": torch.tanh,
    "softmax": lambda x: torch.softmax(x, -1), "silu": functional.silu, "swish": functional.silu,
    "hard_sigmoid": functional.hardsigmoid, "hard_silu": functional.hardswish, "elu": functional.elu,
}


def activated(config, x):
    return ACTIVATIONS[config.get("activation") or "linear"](x)


def convolve(config, x, kernel, bias, groups):
    """kernel is (out, in / groups, height, width)."""
    strides, dilations = pair(config.get("strides", 1)), pair(config.get("dilation_rate", 1))
    x = padded(config, x, kernel.shape[2:], strides, dilations)
    return last(functional.conv2d(x, kernel, bias, strides, 0, dilations, groups))


def convolution(config, weights, x):
    kernel, *bias = weights
    y = convolve(config, x, kernel.permute(3, 2, 0, 1), bias[0] if bias else None, config.get("groups", 1))
    return activated(config, y)


def depthwise_kernel(kernel):
    """(height, width, channels, multiplier) -> (channels * multiplier, 1, height, width)."""
    return kernel.permute(2, 3, 0, 1).flatten(0, 1).unsqueeze(1)


def depthwise(config, weights, x):
    kernel, *bias = weights
    y = convolve(config, x, depthwise_kernel(kernel), bias[0] if bias else None, x.shape[3])
    return activated(config, y)


def separable(config, weights, x):
    kernel, point, *bias = weights
    y = convolve(config, x, depthwise_kernel(kernel), None, x.shape[3]) @ point[0, 0]
    return activated(config, y + bias[0] if bias else y)


def dense(config, weights, x):
    kernel, *bias = weights
    y = x @ kernel
    return activated(config, y + bias[0] if bias else y)


def batch_normalization(config, weights, x):
    axis = config.get("axis", -1)
    assert (axis[0] if isinstance(axis, list) else axis) in (-1, x.dim() - 1)
    *affine, mean, variance = weights
    y = (x - mean) / torch.sqrt(variance + config.get("epsilon", 1e-3))
    if config.get("scale", True):
        y = y * affine.pop(0)
    return y + affine[0] if affine else y


def max_pooling(config, _, x):
    size = pair(config.get("pool_size", 2))
    strides = pair(config.get("strides") or size)
    return last(functional.max_pool2d(padded(config, x, size, strides, value=-torch.inf), size, strides))


def average_pooling(config, _, x):
    """Over the places inside the image alone."""
    size = pair(config.get("pool_size", 2))
    strides = pair(config.get("strides") or size)
    total, inside = (functional.avg_pool2d(padded(config, part, size, strides), size, strides)
                     for part in (x, torch.ones_like(x)))
    return last(total / inside)


def relu(config, _, x):
    slope, threshold, most = (config.get(key) or 0.0 for key in ("negative_slope", "threshold", "max_value"))
    y = torch.where(x >= threshold, x, slope * (x - threshold))
    return y if config.get("max_value") is None else torch.where(x >= threshold, x.clamp(max=most), y)


def zero_padding(config, _, x):
    (top, bottom), (left, right) = map(pair, pair(config.get("padding", 1)))
    return functional.pad(x, (0, 0, left, right, top, bottom))


def cropping(config, _, x):
    (top, bottom), (left, right) = map(pair, pair(config["cropping"]))
    return x[:, top:x.shape[1] - bottom, left:x.shape[2] - right]


def constant(value):
    return torch.tensor(value, dtype=torch.float64)


def normalization(config, _, x):
    mean, variance = constant(config["mean"]), constant(config["variance"])
    return (x - mean) / torch.sqrt(variance).clamp(min=1e-7)


def over_places(reduce):
    return lambda config, _, x: reduce(x, (1, 2), config.get("keepdims", False))


def join(function):
    def run(_, __, first, *rest):
        for other in rest:
            first = function(first, other)
        return first
    return run


LAYERS = {
    "Conv2D": convolution,
    "DepthwiseConv2D": depthwise,
    "SeparableConv2D": separable,
    "Dense": dense,
    "BatchNormalization": batch_normalization,
    "Normalization": normalization,
    "Rescaling": lambda config, _, x: x * constant(config["scale"]) + constant(config.get("offset", 0.0)),
    "ReLU": relu,
    "LeakyReLU": lambda config, _, x: functional.leaky_relu(x, config.get("alpha", config.get("negative_slope", 0.3))),
    "Activation": lambda config, _, x: activated(config, x),
    "MaxPooling2D": max_pooling,
    "AveragePooling2D": average_pooling,
    "GlobalAveragePooling2D": over_places(torch.mean),
    "GlobalMaxPooling2D": over_places(torch.amax),
    "ZeroPadding2D": zero_padding,
    "Cropping2D": cropping,
    "Flatten": lambda _, __, x: x.flatten(1),
    "Reshape": lambda config, _, x: x.reshape(x.shape[0], *config["target_shape"]),
    "Dropout": lambda _, __, x: x,
    "Add": join(torch.add),
    "Subtract": join(torch.sub),
    "Multiply": join(torch.mul),
    "Maximum": join(torch.maximum),
    "Concatenate": lambda config, _, *parts: torch.cat(parts, config.get("axis", -1)),
}


# ---- networks ----

def built(layer, source, found):
    """The layer as a function of its inputs; `found` gets (layer, variable, array) of all weights."""
    kind, config = layer["class_name"], layer["config"]
    if kind == "InputLayer":
        return None
    if kind in ("Sequential", "Functional", "Model"):
        parts = {part["config"]["name"]: built(part, below, found)
                 for part, below in zip(config["layers"], source.below(config["layers"]))}
        return sequential(parts) if kind == "Sequential" else graph(config, parts)
    names = variables(kind, config)
    arrays = source.take(config["name"], names)
    found += zip([config["name"]] * len(names), names, arrays)
    weights = [torch.from_numpy(array.astype(numpy.float64)) for array in arrays]
    return lambda *inputs: LAYERS[kind](config, weights, *inputs)


def sequential(parts):
    def run(x):
        for part in filter(None, parts.values()):
            x = part(x)
        return x
    return run


def uses(part):
    """The (layer, call) that inbound_nodes, input_layers or output_layers name, in the notation of Keras 2 or 3."""
    if isinstance(part, list) and part and isinstance(part[0], str):
        yield tuple(part[:2])
    elif isinstance(part, (list, dict)):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from uses(inner)


def graph(config, parts):
    calls = {layer["config"]["name"]: layer["inbound_nodes"] for layer in config["layers"]}
    (entry,), (end,) = uses(config["input_layers"]), uses(config["output_layers"])

    def run(x):
        values = {entry: x}

        def value(use):
            if use not in values:
                name, call = use
                values[use] = parts[name](*[value(inner) for inner in uses(calls[name][call])])
            return values[use]
        return value(end)
    return run


# ---- files ----

def opened(path):
    """The model's JSON, and where its weights are."""
    if os.path.isdir(path):
        with open(os.path.join(path, "architecture.json")) as file:
            return json.load(file), Legacy(h5py.File(os.path.join(path, "poids.h5"), "r"))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return (json.loads(archive.read("config.json")),
                    Keras3(h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r")))
    file = h5py.File(path, "r")
    return json.loads(file.attrs["model_config"]), Legacy(file["model_weights"])


def samples(path, least=0.0, most=1.0):
    x = numpy.load(path)
    scaled = x.astype(numpy.float64)
    return torch.from_numpy(scaled / 255 * (most - least) + least if x.dtype == numpy.uint8 else scaled)


def main(path, data, bounds="0,1"):
    found = []
    model, source = opened(path)
    run = built(model, source, found)
    if data == "--weights":
        for layer, name, array in found:
            print(layer, name, array.shape, hashlib.sha256(array.astype("<f4").tobytes()).hexdigest(), sep="\t")
        return
    for row in run(samples(data, *map(float, bounds.split(",")))).flatten(1).tolist():
        print(" ".join("%.9g" % value for value in row))


if __name__ == "__main__":
    main(*sys.argv[1:])
