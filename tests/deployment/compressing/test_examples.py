"""Examples: every form of data gives the same parts; no row is in two of them; what is wrong is named."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from edukit.data import digits
from edukit.deployment.compressing.examples import as_examples
from edukit.inputs import as_inputs

NET = nn.Linear(3, 2)
X = torch.arange(300.0).reshape(100, 3)
Y = torch.arange(100) % 2


class Held:
    x, y = X.numpy(), Y.numpy()


@pytest.mark.parametrize(
    "data",
    [
        (X, Y),
        (X.double().numpy(), Y.tolist()),
        (X.flip(1).numpy()[:, ::-1], Y.flip(0).numpy()[::-1]),
        TensorDataset(X, Y),
        DataLoader(TensorDataset(X, Y), batch_size=7),
        {"input": X, "labels": Y},
        Held,
    ],
)
def test_every_form_of_labelled_data_gives_the_same_parts(data):
    found, expected = as_examples(data, NET), as_examples((X, Y), NET)
    for part, wanted in zip(found[:4], expected[:4], strict=True):
        assert torch.equal(part.x, wanted.x) and (part.y is wanted.y is None or torch.equal(part.y, wanted.y))
    assert found.is_labelled


@pytest.mark.parametrize("data", [X, X.numpy(), X.tolist(), (X,), {"input": X}, TensorDataset(X), DataLoader(X)])
def test_images_alone_have_no_labels(data):
    if isinstance(data, DataLoader):
        data = DataLoader(TensorDataset(X), batch_size=9)
    found = as_examples(data, NET)
    assert not found.is_labelled and all(part.y is None for part in found[:4])
    assert torch.equal(found.test.x, as_examples(X, NET).test.x)


def test_each_row_is_in_one_part_with_its_label_and_the_seed_draws():
    found = as_examples((X, Y), NET)
    rows = torch.cat([part.x for part in (found.train, found.validation, found.test)])
    labels = torch.cat([part.y for part in (found.train, found.validation, found.test)])
    assert sorted(rows[:, 0].tolist()) == X[:, 0].tolist()
    assert torch.equal(labels, (rows[:, 0] / 3).long() % 2)
    other = as_examples((X, Y), NET, seed=1)
    assert not torch.equal(found.test.x, other.test.x) and len(other.test.x) == 20


def test_a_data_set_keeps_its_own_splits():
    data = digits(size=8)
    found = as_examples(data, nn.Flatten())
    assert found.own and np.array_equal(found.test.x.numpy(), data.test.x)
    assert np.array_equal(found.train.y.numpy(), data.train.y) and len(found.calibration.x) == len(data.calibration)


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (X[:39], ValueError, "at least 40 rows"),
        (X[:, :2], ValueError, "does not take inputs"),
        (X.to(torch.uint8), ValueError, "scale them as in training"),
        (torch.full((50, 3), torch.nan), ValueError, "NaN or infinity"),
        ((X, Y[:50]), ValueError, "a label for each row"),
        ((X, Y / 2), ValueError, "labels must be whole numbers"),
        ("images.npy", TypeError, "data must be images"),
        (None, TypeError, "data must be images"),
        ((X, Y, Y), TypeError, "data must be images"),
        (DataLoader([{"x": 1.0}]), TypeError, "neither images nor pairs"),
    ],
)
def test_what_cannot_be_used_is_named(data, error, words):
    with pytest.raises(error, match=words):
        as_examples(data, NET)


def test_a_model_of_two_inputs_is_refused_by_name():
    with pytest.raises(ValueError, match="takes 2"):
        as_examples(X, nn.Bilinear(3, 3, 1))


def test_floats_become_those_of_the_model():
    assert as_examples(X.double().numpy(), NET).test.x.dtype == as_inputs(X)[0].dtype == torch.float32
