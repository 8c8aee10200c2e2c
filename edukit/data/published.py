"""Two published sets of photographs: Fashion-MNIST (28x28 grey, 31 MB) and CIFAR-10 (32x32 colour, 170 MB).

    IDX file        0 0 8 n, then n sizes as big-endian 32-bit numbers, then the bytes of the array
    CIFAR record    1 byte label, then 3 x 32 x 32 bytes: the red, the green and the blue plane

The test split is the published test set. The published training set is shared out once, by a fixed permutation: 1 %
calibration, 9 % validation, 90 % train. Sizes and checksums are checked first, then plain bytes are read; nothing is
unpickled or unpacked on disk.

Source    Xiao et al. 2017, https://arxiv.org/abs/1708.07747, MIT licence
          Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html, no licence stated
In production  torchvision.datasets.FashionMNIST, torchvision.datasets.CIFAR10
"""

import gzip
import math
import tarfile
import zlib
from pathlib import Path

import numpy as np

from edukit.checked import checked
from edukit.data.dataset import Dataset, from_pixels
from edukit.data.download import Source

# Bytes and SHA-256 as in tensorflow/datasets, tensorflow_datasets/url_checksums/{fashion_mnist,cifar10}.txt
FASHION_MNIST = Source(
    "fashion_mnist",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    {
        "train-images-idx3-ubyte.gz": (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        "train-labels-idx1-ubyte.gz": (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        "t10k-images-idx3-ubyte.gz": (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        "t10k-labels-idx1-ubyte.gz": (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    },
)
CIFAR10 = Source(
    "cifar10",
    "https://www.cs.toronto.edu/~kriz/",
    {"cifar-10-binary.tar.gz": (170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")},
)
CLOTHES = "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"
THINGS = "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"
BATCHES = [f"cifar-10-batches-bin/{name}.bin" for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]]


@checked
def fashion_mnist(folder: str | Path | None = None, *, source: Source = FASHION_MNIST) -> Dataset:
    """70,000 articles of clothing, x of shape (N, 1, 28, 28); downloads 31 MB the first time.

    folder   where the four published .gz files lie already
    Raises ValueError for a missing or damaged file, ConnectionError without network.

    >>> FASHION_MNIST.address + list(FASHION_MNIST.files)[3]
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/t10k-labels-idx1-ubyte.gz'
    """
    train_x, train_y, test_x, test_y = (read_idx(path) for path in source.fetch(folder).values())
    return _share_out(source.name, CLOTHES, (train_x[:, None], train_y), (test_x[:, None], test_y))


def cifar10(folder: str | Path | None = None, *, source: Source = CIFAR10) -> Dataset:
    """60,000 small photographs of ten things, x of shape (N, 3, 32, 32); a download of 170 MB, 1 GB in memory.

    folder   where cifar-10-binary.tar.gz lies already (the binary version: the Python version is a pickle)
    Raises ValueError for a missing or damaged file, ConnectionError without network.

    >>> CIFAR10.address + list(CIFAR10.files)[0]
    'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'
    """
    (path,) = source.fetch(folder).values()
    return _share_out(source.name, THINGS, *read_cifar(path))


def read_idx(path: Path) -> np.ndarray:
    """The unsigned bytes of one gzipped IDX file, in its own shape; ValueError for any other content."""
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} cannot be unzipped: {error}") from error
    axes = content[3] if content[:3] == b"\0\0\x08" and len(content) > 3 else 0
    shape = [int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis]) for axis in range(axes)]
    if not axes or len(content) != 4 + 4 * axes + math.prod(shape):
        raise ValueError(
            f"{path} is no IDX file of bytes: it begins with {content[:4].hex(' ')} and has {len(content)} bytes"
        )
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_cifar(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """(pixels, labels) of training and test set, read in one pass of the archive; ValueError for other content."""
    try:
        with tarfile.open(path, "r|gz") as archive:
            found = {member.name: archive.extractfile(member).read() for member in archive if member.name in BATCHES}
        batches = [found[name] for name in BATCHES]
    except (OSError, EOFError, KeyError, AttributeError, zlib.error, tarfile.TarError) as error:
        raise ValueError(f"{path} is not the archive of CIFAR-10: {type(error).__name__} {error}") from error
    for name, content in zip(BATCHES, batches, strict=True):
        if len(content) % 3073:
            raise ValueError(f"{name} in {path} must hold records of 3,073 bytes, got {len(content):,} bytes")
    contents = b"".join(batches[:-1]), batches[-1]
    records = [np.frombuffer(content, np.uint8).reshape(-1, 3073) for content in contents]
    return [(rows[:, 1:].reshape(-1, 3, 32, 32), rows[:, 0]) for rows in records]


def _share_out(name, classes, train, test) -> Dataset:
    """Permute the published training set, always alike, and cut it into three."""
    x, y = train
    if len(x) != len(y):
        raise ValueError(f"training set of {name} must have a label for each image, got {len(x)} and {len(y)}")
    order = np.random.default_rng(0).permutation(len(y))
    cuts = np.split(order, [len(y) // 100, len(y) // 10])
    calibration, validation, train = (from_pixels(x[own], y[own]) for own in cuts)
    return Dataset(name, classes, train, calibration, validation, from_pixels(*test))
