"""The bundled digits against scikit-learn's copy, the enlargement against torch, the file against its card."""

import hashlib

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from edukit import bundled
from edukit.data import handwriting
from edukit.data.dataset import SPLITS
from edukit.data.handwriting import digits, enlarge


def test_the_splits_share_out_every_class_alike():
    """Within two images: the whole list of images is walked class by class, each split within one of its share."""
    data = digits()
    counts = np.array([np.bincount(getattr(data, name).y, minlength=10) for name in SPLITS])
    assert counts.sum(1).tolist() == [1000, 97, 200, 500]
    share = counts.sum(0) * counts.sum(1, keepdims=True) / counts.sum()
    assert np.abs(counts - share).max() < 2


def test_the_splits_cover_scikit_learns_digits_without_overlap():
    source, data = load_digits(), digits()
    with np.load(bundled.path("datasets/digits.npz"), allow_pickle=False) as file:
        where = file["split"]
    for number, name in enumerate(SPLITS):
        split = getattr(data, name)
        assert np.array_equal(split.x[:, 0] * 16, source.images[where == number])
        assert np.array_equal(split.y, source.target[where == number])
    assert sorted(set(where)) == [0, 1, 2, 3] and len(where) == 1797


def test_enlarged_digits_equal_torch_bit_for_bit():
    small, large = digits().test, digits(size=32).test
    oracle = torch.nn.functional.interpolate(torch.from_numpy(small.x), scale_factor=4, mode="bilinear")
    assert np.array_equal(large.x, oracle.numpy())
    assert np.array_equal(large.y, small.y)


def test_enlarging_is_exact():
    """Levels are whole and both weights multiples of 1/8: results are multiples of 1/64 below 2^24 / 64."""
    images = np.random.default_rng(0).integers(0, 17, (20, 8, 8)).astype(np.uint8)
    large = enlarge(enlarge(images, axis=1), axis=2)
    assert large.dtype == np.float32
    assert np.array_equal(large * 64, np.rint(large * 64))
    assert large.min() >= images.min() and large.max() <= images.max()
    assert np.array_equal(enlarge(np.full((1, 3), 7, np.uint8), axis=1), np.full((1, 12), 7))


def test_a_caller_cannot_spoil_the_next_call():
    digits().train.x[:] = 0
    assert digits().train.x.max() == 1


@pytest.mark.parametrize("size", [0, 16, "8", None])
def test_other_sizes_are_refused(size):
    with pytest.raises(ValueError, match="size must be 8 or 32, got"):
        digits(size)


def test_a_damaged_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    content = bytearray(bundled.path("datasets/digits.npz").read_bytes())
    content[20_000] ^= 1
    damaged = tmp_path / "digits.npz"
    damaged.write_bytes(content)
    monkeypatch.setattr(handwriting.bundled, "path", lambda name: damaged)
    with pytest.raises(ValueError, match="digits.npz is damaged: its SHA-256 is .* install edukit again"):
        digits()


def test_the_card_states_the_files_checksum_and_size():
    content = bundled.path("datasets/digits.npz").read_bytes()
    card = bundled.path("datasets/digits.md").read_text(encoding="utf-8")
    assert hashlib.sha256(content).hexdigest() == handwriting.SHA256
    assert f"`{handwriting.SHA256}`" in card and f"{len(content):,} bytes" in card
    assert "CC BY 4.0" in card and "10.24432/C50P49" in card
