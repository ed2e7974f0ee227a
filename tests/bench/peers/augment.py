"""The same variations by others, one image at a time on one thread: augment.py PEER prints lines of row, unit, value."""
import random
import sys

import numpy
from peers import calls_per_second

SIDE = 150
IMAGE = numpy.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), dtype=numpy.uint8)


def show(row, work):
    print('%s\timages/s\t%.1f' % (row, calls_per_second(work)))


def draw():
    """The numbers of --preset keras."""
    angle, x, y = numpy.deg2rad(random.uniform(-0.2, 0.2)), random.uniform(0.8, 1.2), random.uniform(0.8, 1.2)
    matrix = numpy.array([[x, -numpy.sin(angle) * y], [0, numpy.cos(angle) * y]])
    centre = SIDE / 2 - 0.5
    return matrix, numpy.array([centre, centre]) - matrix @ [centre, centre], random.random() < 0.5


def keras():
    """What ImageDataGenerator does, with SciPy, channel by channel."""
    from scipy.ndimage import affine_transform
    image = IMAGE.astype(numpy.float32)

    def work():
        matrix, offset, flip = draw()
        channels = [affine_transform(image[..., c], matrix[::-1, ::-1], offset[::-1], order=1, mode='nearest')
                    for c in range(3)]
        out = numpy.stack(channels, axis=-1)
        return out[:, ::-1] if flip else out
    show('preset keras', work)


def pillow():
    from PIL import Image
    image = Image.fromarray(IMAGE)

    def work():
        matrix, offset, flip = draw()
        out = image.transform((SIDE, SIDE), Image.Transform.AFFINE, (*matrix[0], offset[0], *matrix[1], offset[1]),
                              Image.Resampling.BILINEAR)
        return out.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else out
    show('preset keras', work)


def torchvision():
    """On tensors or on Pillow's images, whichever is faster."""
    import torch
    from PIL import Image
    from torchvision import transforms
    torch.set_num_threads(1)
    images = torch.from_numpy(IMAGE.transpose(2, 0, 1).copy()), Image.fromarray(IMAGE)
    for row, transform in (('colour jitter', transforms.ColorJitter(0.25, 0.25, 0.2, 4 / 360)),
                           ('random-resized-crop', transforms.RandomResizedCrop(SIDE, (0.6, 1))),
                           ('randaugment', transforms.RandAugment())):
        print('%s\timages/s\t%.1f' % (row, max(calls_per_second(lambda: transform(image)) for image in images)))


if __name__ == '__main__':
    {'keras': keras, 'pillow': pillow, 'torchvision': torchvision}[sys.argv[1]]()
