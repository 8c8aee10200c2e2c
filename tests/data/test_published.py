"""Fashion-MNIST and CIFAR-10 in their real formats, small: read, shared out, and refused when broken."""

import gzip
import hashlib
import io
import struct
import tarfile

import numpy as np
import pytest

from edukit.data.download import Source
from edukit.data.published import (
    BATCHES,
    CIFAR10,
    FASHION_MNIST,
    cifar10,
    fashion_mnist,
    read_cifar,
    read_idx,
)


def _idx(array):
    """The gzipped IDX file of an array of bytes, as the format's page describes it."""
    return gzip.compress(struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes())


def _archive(contents):
    """A gzipped tar of files; in an order of its own, like the published one."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in sorted(contents.items(), reverse=True):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _records(x, y):
    return b"".join(bytes([label]) + image.tobytes() for image, label in zip(x, y, strict=True))


def _publish(folder, name, files):
    """Write the files, and the Source that describes them; its server cannot be reached."""
    for file, content in files.items():
        (folder / file).write_bytes(content)
    facts = {file: (len(content), hashlib.sha256(content).hexdigest()) for file, content in files.items()}
    return Source(name, "http://127.0.0.1:9/", facts)


def _random(count, *shape):
    rng = np.random.default_rng(count)
    return rng.integers(0, 256, (count, *shape)).astype(np.uint8), rng.integers(0, 10, count).astype(np.uint8)


def _pairs(x, y):
    return sorted((image.tobytes(), label) for image, label in zip(x, y, strict=True))


@pytest.fixture
def clothes():
    return _random(200, 28, 28), _random(30, 28, 28)


@pytest.fixture
def things():
    return _random(100, 3, 32, 32), _random(15, 3, 32, 32)


@pytest.fixture
def idx_files(clothes):
    return dict(zip(FASHION_MNIST.files, [_idx(array) for pair in clothes for array in pair], strict=True))


@pytest.fixture
def cifar_files(things):
    (x, y), test = things
    batches = [_records(x[i : i + 20], y[i : i + 20]) for i in range(0, 100, 20)] + [_records(*test)]
    return {**dict(zip(BATCHES, batches, strict=True)), "cifar-10-batches-bin/readme.html": b"<html>"}


def _assert_shared_out(data, train, test):
    """Published test set as test; every training image once, with its label, in one of the three others."""
    assert np.array_equal(np.rint(data.test.x * 255).reshape(test[0].shape), test[0])
    assert np.array_equal(data.test.y, test[1])
    count = len(train[1])
    assert (len(data.calibration), len(data.validation)) == (count // 100, count // 10 - count // 100)
    parts = [data.train, data.calibration, data.validation]
    x, y = np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts])
    assert _pairs(np.rint(x * 255).astype(np.uint8), y) == _pairs(*train)


def test_fashion_mnist_from_a_folder(tmp_path, clothes, idx_files):
    source = _publish(tmp_path, "fashion_mnist", idx_files)
    data = fashion_mnist(tmp_path, source=source)
    assert data.train.x.shape == (180, 1, 28, 28) and data.classes[9] == "ankle boot"
    _assert_shared_out(data, *clothes)
    assert np.array_equal(data.train.y, fashion_mnist(tmp_path, source=source).train.y)  # cut alike every time


def test_cifar10_from_a_folder(tmp_path, things, cifar_files):
    source = _publish(tmp_path, "cifar10", {"cifar-10-binary.tar.gz": _archive(cifar_files)})
    data = cifar10(tmp_path, source=source)
    assert data.train.x.shape == (90, 3, 32, 32) and data.classes[3] == "cat"
    _assert_shared_out(data, *things)


@pytest.mark.parametrize("load, source", [(fashion_mnist, FASHION_MNIST), (cifar10, CIFAR10)])
def test_an_empty_folder_says_what_belongs_there(tmp_path, load, source):
    with pytest.raises(ValueError, match="lacks") as caught:
        load(tmp_path)
    assert all(name in str(caught.value) for name in source.files) and source.address in str(caught.value)


def test_a_real_file_name_with_other_content_is_refused(tmp_path):
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(b"half a download")
    with pytest.raises(ValueError, match="cifar-10-binary.tar.gz is damaged: 15 bytes instead of 170,052,171"):
        cifar10(tmp_path)


LABELS = np.arange(5, dtype=np.uint8)


@pytest.mark.parametrize(
    "content, message",
    [
        (_idx(LABELS)[:-6], "cannot be unzipped"),
        (b"plain bytes", "cannot be unzipped"),
        (gzip.compress(b""), "no IDX file"),
        (gzip.compress(b"\0\0\x0d\x01\0\0\0\x01" + bytes(4)), "no IDX file of bytes: it begins with 00 00 0d 01"),
        (gzip.compress(b"\0\0\x08\x00\x07"), "no IDX file"),
        (gzip.compress(struct.pack(">BBBBI", 0, 0, 8, 1, 6) + LABELS.tobytes()), "has 13 bytes"),
        (gzip.compress(struct.pack(">BBBBI", 0, 0, 8, 1, 4) + LABELS.tobytes()), "has 13 bytes"),
    ],
    ids=["truncated", "not gzip", "empty", "floats", "no axes", "too short", "too long"],
)
def test_broken_idx_files(tmp_path, content, message):
    path = tmp_path / "labels.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"labels.gz .*{message}"):
        read_idx(path)


def test_broken_archives(tmp_path, cifar_files):
    path = tmp_path / "cifar.tar.gz"
    whole = _archive(cifar_files)
    odd = _archive({**cifar_files, BATCHES[2]: cifar_files[BATCHES[2]][:-1]})
    lacking = _archive({name: content for name, content in cifar_files.items() if name != BATCHES[4]})
    for content, message in [
        (whole[: len(whole) // 2], "cifar.tar.gz is not the archive of CIFAR-10"),
        (b"no archive", "cifar.tar.gz is not the archive of CIFAR-10: ReadError"),
        (lacking, "KeyError .*data_batch_5.bin"),
        (odd, r"data_batch_3.bin in .* must hold records of 3,073 bytes, got 61,459 bytes"),
    ]:
        path.write_bytes(content)
        with pytest.raises(ValueError, match=message):
            read_cifar(path)


def test_unequal_lengths_and_unknown_labels_are_refused(tmp_path, clothes, idx_files):
    names, (train, _) = list(FASHION_MNIST.files), clothes
    for content, message in [
        (_idx(train[1][:-1]), "a label for each image, got 200 and 199"),
        (_idx(train[1] + 1), "labels of"),
    ]:
        source = _publish(tmp_path, "fashion_mnist", {**idx_files, names[1]: content})
        with pytest.raises(ValueError, match=message):
            fashion_mnist(tmp_path, source=source)


def test_the_published_sizes():
    """31 MB and 170 MB, as the pages of the two sets say; every checksum is a SHA-256."""
    assert sum(size_bytes for size_bytes, _ in FASHION_MNIST.files.values()) == 30_878_645
    assert [size_bytes for size_bytes, _ in CIFAR10.files.values()] == [170_052_171]
    checksums = [sha256 for source in (FASHION_MNIST, CIFAR10) for _, sha256 in source.files.values()]
    assert all(len(bytes.fromhex(checksum)) == 32 for checksum in checksums) and len(set(checksums)) == 5
