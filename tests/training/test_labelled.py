"""Rows and labels in each of their forms give the same, and answers for each place are judged place by place."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from edukit.distillation import distill
from edukit.training import accuracy, fit
from edukit.training.labelled import as_split, by_place, class_axis

GENERATOR = torch.Generator().manual_seed(4)
X, Y = torch.randn(40, 6, generator=GENERATOR), torch.randint(4, (40,), generator=GENERATOR)
FORMS = {
    "a pair": (X, Y),
    "a list": [X, Y],
    "lists": (X.tolist(), Y.tolist()),
    "double": (X.double().numpy(), Y.numpy()),
    "a dataset": TensorDataset(X, Y),
    "a loader": DataLoader(TensorDataset(X, Y), 7),
    "a loader of numpy": DataLoader([(x, y) for x, y in zip(X.numpy(), Y.numpy(), strict=True)], 7),
    "an object": SimpleNamespace(x=X, y=Y),
}


def network():
    torch.manual_seed(0)
    return nn.Linear(6, 4)


@pytest.mark.parametrize("split", FORMS.values(), ids=FORMS)
def test_every_form_of_a_split_gives_the_same(split):
    plain = SimpleNamespace(x=X.numpy(), y=Y.numpy())
    found = as_split(split)
    assert np.array_equal(np.asarray(found.x), plain.x) and np.array_equal(np.asarray(found.y), plain.y)
    assert accuracy(network(), split) == accuracy(network(), plain)
    one, other = (fit(network(), data, epochs=1, progress=None) for data in (split, plain))
    assert torch.equal(one.weight, other.weight)
    one, other = (distill(network(), network().eval(), data, epochs=1, progress=None) for data in (split, plain))
    assert torch.equal(one.weight, other.weight)


class Pictures(nn.Module):
    """A class for each pixel."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return self.conv(x)


class Tokens(nn.Module):
    """A class for each token."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.table, self.head = nn.Embedding(9, 6), nn.Linear(6, 4)

    def forward(self, x):
        return self.head(self.table(x))


PLACES = {
    "pictures": (Pictures(), torch.rand(8, 3, 5, 7, generator=GENERATOR), (8, 5, 7)),
    "tokens": (Tokens(), torch.randint(9, (8, 5), generator=GENERATOR), (8, 5)),
}


@pytest.mark.parametrize("model, x, places", PLACES.values(), ids=PLACES)
def test_places_with_a_label_of_minus_100_do_not_count(model, x, places):
    y = torch.randint(4, places, generator=torch.Generator().manual_seed(5))
    y[:, 0] = -100
    answers = model(x).argmax(class_axis(model(x)))
    expected = (answers == y)[y != -100].float().mean()
    assert accuracy(model, (x, y)) == pytest.approx(float(expected))
    assert accuracy(model, (x, y.where(y != -100, torch.tensor(255))), ignore_index=255) == pytest.approx(
        float(expected)
    )
    trained = fit(model, (x, y), epochs=30, learning_rate=0.1, progress=None)
    assert accuracy(trained, (x, y)) > accuracy(model, (x, y))
    student = distill(model, trained, (x, y), epochs=30, learning_rate=0.1, progress=None)
    assert accuracy(student, (x, y)) > accuracy(model, (x, y))


def test_labels_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"labels must have the shape \(2, 5\), got \(2,\)"):
        by_place(np.zeros((2, 5, 4)), np.zeros(2, int))
    with pytest.raises(ValueError, match=r"accuracy needs outputs \(N, classes\) and labels \(N,\)"):
        accuracy(network(), (X, Y[:, None]))


def test_text_is_no_array():
    with pytest.raises(TypeError, match="split.y must be an array of numbers, got list"):
        as_split((X, ["a"] * 40))


def test_mirrored_and_foreign_arrays_can_become_tensors():
    x, y = np.arange(6, dtype=">f4").reshape(3, 2)[:, ::-1], np.arange(3, dtype=">i8")[::-1]
    split = as_split((x, y))
    assert torch.as_tensor(split.x).tolist() == x.tolist() and torch.as_tensor(split.y).tolist() == [2, 1, 0]
