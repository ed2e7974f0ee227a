"""The same work by others: peers.py FUNCTION ARGUMENT...; engines print lines of row, unit, value, as ../engine.c does."""
import glob
import os
import sys
import time
import warnings

CLASSES = 4


def calls_per_second(work):
    wanted, calls = float(os.environ.get('SPAN', 1)), 0
    work()
    start = time.perf_counter()
    while True:
        work()
        calls += 1
        taken = time.perf_counter() - start
        if taken >= wanted:
            return calls / taken


def original_network():
    from torch import nn
    blocks = []
    for channels, filters in ((3, 32), (32, 32), (32, 64)):
        blocks += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(18496, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, CLASSES))


def forward_rate(network, images):
    """Images per second of the fastest way to predict: as it is, or frozen and rewritten for oneDNN, in either layout."""
    import torch
    with torch.inference_mode():
        frozen = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, images.contiguous())))
        return len(images) * max(calls_per_second(lambda: run(given)) for run, given in (
            (network, images), (frozen, images), (frozen, images.contiguous())))


def torch(folder, *measures):
    """Training, channels last, and forward, on one and two threads; of a model folder's network."""
    import torch
    from keras_network import KerasNetwork
    network = KerasNetwork(os.path.join(folder, 'architecture.json')).to(memory_format=torch.channels_last)
    images = torch.rand(16, 3, network.side, network.side).to(memory_format=torch.channels_last)
    targets = torch.arange(16) % CLASSES
    optimizer = torch.optim.Adam(network.parameters(), 1e-9)
    loss = torch.nn.CrossEntropyLoss()

    def train():
        optimizer.zero_grad(set_to_none=True)
        loss(network(images), targets).backward()
        optimizer.step()

    for threads in (1, 2):
        torch.set_num_threads(threads)
        if 'forward' not in measures:
            network.train()
            print('training, batch 16, threads %d\timages/s\t%.2f' % (threads, 16 * calls_per_second(train)))
        network.eval()
        for n in () if 'training' in measures else (16, 1):
            print('forward, batch %d, threads %d\timages/s\t%.2f' % (n, threads, forward_rate(network, images[:n])))


def save(path):
    """Weights of the original network, for predict to load."""
    import torch
    torch.save(original_network().state_dict(), path)


def predict(weights, image):
    """What cnn-predict does: one picture, one line."""
    import numpy
    import torch
    from PIL import Image
    network = original_network()
    network.load_state_dict(torch.load(weights))
    network.eval()
    pixels = numpy.asarray(Image.open(image).convert('RGB').resize((150, 150), Image.BILINEAR), dtype=numpy.float32) / 255
    with torch.inference_mode():
        scores = torch.softmax(network(torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None]), 1)[0]
    print(image, int(scores.argmax()), float(scores.max()))


def shrink(paths):
    from PIL import Image
    for path in paths:
        image = Image.open(path)
        image.draft('RGB', (150, 150))  # a JPEG is shrunk while it is decoded; others in boxes first, as pack-tensors does
        image.convert('RGB').resize((150, 150), Image.BILINEAR, reducing_gap=2.0).tobytes()


def pillow(folder, processes):
    """Decodes and resizes the images of class folders."""
    import multiprocessing
    warnings.simplefilter('ignore')
    processes, paths = int(processes), sorted(glob.glob(folder + '/*/*'))
    with multiprocessing.Pool(processes) as pool:
        pool.map(shrink, [paths[i::8 * processes] for i in range(8 * processes)], 1)


if __name__ == '__main__':
    {'torch': torch, 'save': save, 'predict': predict, 'pillow': pillow}[sys.argv[1]](*sys.argv[2:])
