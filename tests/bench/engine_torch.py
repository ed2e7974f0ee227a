"""The work of engine.c in PyTorch, channels last: engine_torch.py THREADS BATCH."""
import sys
import time
import torch
from torch import nn

RUNS, STEPS, CLASSES = 7, 4, 4
threads, batch = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
blocks = []
for channels, filters in ((3, 32), (32, 32), (32, 64)):
    blocks += [nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.MaxPool2d(2)]
network = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(18496, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, CLASSES))
network = network.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(network.parameters(), 1e-3)
loss = nn.CrossEntropyLoss()
images = torch.rand(batch, 3, 150, 150).to(memory_format=torch.channels_last)
targets = torch.arange(batch) % CLASSES


def train():
    optimizer.zero_grad(set_to_none=True)
    loss(network(images), targets).backward()
    optimizer.step()


def predict():
    with torch.no_grad():
        network(images)


def images_per_second(work):
    work()
    rates = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for _ in range(STEPS):
            work()
        rates.append(STEPS * batch / (time.perf_counter() - start))
    return sorted(rates)[RUNS // 2]


print('training %.1f' % images_per_second(train))
network.eval()
print('forward %.1f' % images_per_second(predict))
