"""A PyTorch module from the architecture.json that cnn-train and bench/save_network write: no weights.

It knows the layers of bench/common/networks.c. Padding "same" is symmetric here, at the same cost. The last softmax is left
out: the loss has it."""
import json

import torch
from torch import nn

ACTIVATIONS = {'linear': nn.Identity, 'relu': nn.ReLU, 'swish': nn.SiLU, 'sigmoid': nn.Sigmoid, 'softmax': nn.Identity}


def activation(config):
    kind = ACTIVATIONS[config['activation']]
    return kind(inplace=True) if kind in (nn.ReLU, nn.SiLU) else kind()


def paddings(config, size, sides):
    """Of height and width: half of what is missing, rounded up."""
    if config['padding'] == 'valid':
        return (0, 0)
    return tuple((max(kernel - (side % stride or stride), 0) + 1) // 2
                 for side, kernel, stride in zip(sides, size, config['strides']))


def convolution(config, given):
    """Conv2D, DepthwiseConv2D."""
    channels, size = given[0].shape[1], config['kernel_size']
    depthwise = 'depth_multiplier' in config
    layer = nn.Conv2d(channels, channels * config['depth_multiplier'] if depthwise else config['filters'], size,
                      config['strides'], paddings(config, size, given[0].shape[2:]), bias=config['use_bias'],
                      groups=channels if depthwise else 1)
    return layer if config['activation'] == 'linear' else nn.Sequential(layer, activation(config))


def dense(config, given):
    return nn.Sequential(nn.Linear(given[0].shape[1], config['units'], config['use_bias']), activation(config))


def max_pooling(config, given):
    size = config['pool_size']
    return nn.MaxPool2d(size, config['strides'], paddings(config, size, given[0].shape[2:]))


def average_of_places(config, given):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Identity() if config.get('keepdims') else nn.Flatten())


class DropSamples(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        return x * nn.functional.dropout(x.new_ones(len(x), 1, 1, 1), self.rate, self.training)


class Join(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *given):
        return self.function(*given)


LAYERS = {
    'Conv2D': convolution,
    'DepthwiseConv2D': convolution,
    'Dense': dense,
    'MaxPooling2D': max_pooling,
    'GlobalAveragePooling2D': average_of_places,
    'BatchNormalization': lambda config, given: nn.BatchNorm2d(given[0].shape[1], config['epsilon']),
    'Flatten': lambda config, given: nn.Flatten(),
    'Activation': lambda config, given: activation(config),
    'ReLU': lambda config, given: nn.Hardtanh(0, config['max_value'], inplace=True),
    'Dropout': lambda config, given: DropSamples(config['rate']) if 'noise_shape' in config else nn.Dropout(config['rate']),
    'Add': lambda config, given: Join(torch.add),
    'Multiply': lambda config, given: Join(torch.mul),
    'Concatenate': lambda config, given: Join(lambda *parts: torch.cat(parts, 1)),
}


class KerasNetwork(nn.Module):
    """side: of the images that the file names."""

    def __init__(self, path):
        super().__init__()
        with open(path) as file:
            first, *layers = json.load(file)['config']['layers']
        self.side = first['config']['batch_input_shape'][1]
        self.layers, self.inputs = nn.ModuleList(), []
        places = {first['config']['name']: 0}
        values = [torch.zeros(1, 3, self.side, self.side)]
        for layer in layers:  # each is made for the shapes that reach it; a sequential model's layers read the one before
            nodes = layer.get('inbound_nodes')
            self.inputs.append([places[name] for name, *_ in nodes[0]] if nodes else [len(values) - 1])
            given = [values[place] for place in self.inputs[-1]]
            self.layers.append(LAYERS[layer['class_name']](layer['config'], given).eval())
            places[layer['config']['name']] = len(values)
            with torch.no_grad():
                values.append(self.layers[-1](*given))

    def forward(self, images):
        values = [images]
        for layer, inputs in zip(self.layers, self.inputs):
            values.append(layer(*[values[place] for place in inputs]))
        return values[-1]
