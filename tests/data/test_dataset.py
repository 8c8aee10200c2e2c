"""What a Split accepts, and what it refuses by name."""

import numpy as np
import pytest

from edukit.data.dataset import Dataset, Split, from_pixels

X, Y = np.zeros((4, 1, 2, 2), np.float32), np.arange(4)


def test_from_pixels_divides_and_shares_nothing():
    pixels, labels = np.array([[[[0, 51, 255]]]], np.uint8), np.array([1])
    split = from_pixels(pixels, labels)
    assert split.x.ravel().tolist() == [0, np.float32(0.2), 1]
    split.x[:], split.y[:] = 9, 9
    assert pixels.max() == 255 and labels.tolist() == [1]


def test_length_and_picture_of_a_split():
    assert len(Split(X, Y)) == 4
    assert repr(Split(X, Y)) == "Split(4 images of 1x2x2)"
    assert len(Split(X[:0], Y[:0])) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(bad):
    x = X.copy()
    x[1, 0, 1, 0] = bad
    with pytest.raises(ValueError, match="x must be finite, got NaN or infinity"):
        Split(x, Y)


@pytest.mark.parametrize(
    "x, y, error, message",
    [
        (X.astype(np.float64), Y, TypeError, "x must be a numpy array of float32, got ndarray of float64"),
        (X.tolist(), Y, TypeError, "x must be a numpy array of float32, got list"),
        (X, Y.astype(np.int32), TypeError, "y must be a numpy array of int64, got ndarray of int32"),
        (X[:, 0], Y, ValueError, r"x must have the shape \(N, C, H, W\), got \(4, 2, 2\)"),
        (X, Y[:, None], ValueError, r"y must have the shape \(N,\), got \(4, 1\)"),
        (X, Y[:3], ValueError, "equally long, got 4 images and 3 labels"),
    ],
)
def test_wrong_arrays_are_refused(x, y, error, message):
    with pytest.raises(error, match=message):
        Split(x, y)


def test_a_dataset_holds_like_images_and_known_labels():
    split = Split(X, Y)
    assert Dataset("four", ("a", "b", "c", "d"), split, split, split, split).test is split
    with pytest.raises(ValueError, match="labels of train must be 0 to 2, got 0 to 3"):
        Dataset("four", ("a", "b", "c"), split, split, split, split)
    with pytest.raises(ValueError, match="validation must hold images like train's"):
        Dataset("four", ("a", "b", "c", "d"), split, split, Split(np.repeat(X, 3, axis=1), Y), split)


@pytest.mark.parametrize("bad", [None, (X, Y), {"x": X, "y": Y}, X])
@pytest.mark.parametrize("name", ["train", "calibration", "validation", "test"])
def test_what_is_no_split_is_refused_by_name(name, bad):
    splits = dict.fromkeys(("train", "calibration", "validation", "test"), Split(X, Y)) | {name: bad}
    with pytest.raises(TypeError, match=f"^{name} must be a Split"):
        Dataset("four", ("a", "b", "c", "d"), **splits)
