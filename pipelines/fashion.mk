# Fashion-MNIST, from the IDX files of Debian's dataset-fashion-mnist.
fashion_FILES = /usr/share/datasets/fashion-mnist
fashion_IDX_SOURCE = Fashion-MNIST
fashion_IDX_TRAIN = $(fashion_FILES)/train-images-idx3-ubyte.gz $(fashion_FILES)/train-labels-idx1-ubyte.gz
fashion_IDX_VALIDATION = $(fashion_FILES)/t10k-images-idx3-ubyte.gz $(fashion_FILES)/t10k-labels-idx1-ubyte.gz
fashion_PACK = --classes "t-shirt,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,ankle boot"
fashion_EPOCHS = 5
fashion_PRESET = none
fashion_BATCH = 64
