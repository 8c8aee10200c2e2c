"""Answers and accuracy: the same in any batch size, and nothing about the model changes."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from edukit.training import accuracy, evaluating, predict, seeded

X = np.random.default_rng(0).normal(size=(65, 4)).astype(np.float32)
SPLIT = SimpleNamespace(x=X, y=np.arange(65) % 3)


def small_net():
    with seeded(0):
        return nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))


def test_predict_keeps_the_callers_kind_and_the_batches_do_not_show():
    model = small_net()
    assert isinstance(predict(model, X), np.ndarray) and isinstance(predict(model, torch.tensor(X)), torch.Tensor)
    # the same sums in another order of rows: float32's 1e-7 on values near 1
    assert np.allclose(predict(model, X, 7), predict(model, X), atol=1e-6)
    assert np.array_equal(predict(lambda batch: 2 * batch, X, 7), 2 * X)
    with pytest.raises(ValueError, match="x is empty"):
        predict(model, X[:0])
    with pytest.raises(ValueError, match="batch_size"):
        predict(model, X, 0)


def test_measuring_accuracy_changes_nothing():
    model = small_net().train()
    model[1].eval()  # each module keeps its own mode
    before, x = copy.deepcopy(model), X.copy()
    assert accuracy(model, SPLIT) == accuracy(copy.deepcopy(model).eval(), SPLIT)
    assert all(torch.equal(model.state_dict()[name], tensor) for name, tensor in before.state_dict().items())
    assert [m.training for m in model] == [m.training for m in before]
    accuracy(nn.ReLU(inplace=True), SPLIT)
    assert np.array_equal(X, x)
    with pytest.raises(ZeroDivisionError), evaluating(model):
        1 / 0  # noqa: B018
    assert model.training


def test_answers_that_name_no_class_are_not_the_first_class():
    net = nn.Linear(4, 3)
    nn.init.constant_(net.weight, torch.nan)
    with pytest.raises(ValueError, match="model answers with NaN"):
        accuracy(net, SimpleNamespace(x=X, y=np.zeros(65, int)))


@pytest.mark.parametrize("y", [np.zeros((65, 1), int), np.eye(65, 3), np.zeros(64, int), np.int64(1)])
def test_labels_of_another_shape_are_refused(y):
    with pytest.raises(ValueError, match=r"outputs of shape \(65, 3\) and labels of shape"):
        accuracy(small_net(), SimpleNamespace(x=X, y=y))


def test_answers_for_places_or_tokens_are_refused():
    with pytest.raises(ValueError, match=r"outputs \(N, classes\)"):
        accuracy(lambda x: x[:, None], SPLIT)


class Answers(nn.Module):
    """A model whose answer is an object, as those of transformers are."""

    def __init__(self, kind=lambda logits: SimpleNamespace(logits=logits, loss=None)):
        super().__init__()
        self.net, self.kind = small_net(), kind

    def forward(self, x):
        return self.kind(self.net(x))


def test_answers_with_logits_are_read_and_others_are_refused():
    assert np.array_equal(predict(Answers(), X), predict(small_net(), X))
    assert accuracy(Answers(), SPLIT) == accuracy(small_net(), SPLIT)
    assert np.array_equal(predict(lambda batch: batch.tolist(), X, 7), X)
    for kind in (lambda logits: (logits, logits), lambda logits: {"out": logits}):
        with pytest.raises(TypeError, match="one array or with an object that has logits, got a (tuple|dict)"):
            predict(Answers(kind), X)


@pytest.mark.parametrize("split", [[X, X, X], {"x": X, "y": X}, torch.utils.data.DataLoader(X), None])
def test_what_is_no_split_is_refused(split):
    with pytest.raises(TypeError, match="split must hold arrays as split.x and split.y"):
        accuracy(small_net(), split)
