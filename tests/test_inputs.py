"""Inputs in the forms in which people hold them: taken as they are meant, or refused by name."""

from collections import UserDict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from edukit.deployment import export, load
from edukit.graph import capture
from edukit.inputs import as_inputs, check_count, has_batch, with_two_rows
from edukit.quantization import layer_errors, prepare_qat, quantize_model
from edukit.quantization.grid.observer import as_batches

GENERATOR = torch.Generator().manual_seed(5)
X, Y = torch.rand(24, 3, 8, 8, generator=GENERATOR), torch.randint(4, (24,), generator=GENERATOR)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)).eval()


@pytest.mark.parametrize(
    "calibration",
    [
        X.double(),
        X.numpy().astype(np.float64),
        [X[:8].double(), X[8:].double()],
        DataLoader(X, 24),
        DataLoader(TensorDataset(X), 24),
        (batch for batch in [X]),
        [x[None] for x in X],
    ],
)
def test_images_of_every_float_and_in_every_container_give_the_same_model(calibration):
    net = network()
    expected, quantized = quantize_model(net, X)(X), quantize_model(net, calibration)(X)
    torch.testing.assert_close(quantized, expected, rtol=0, atol=1e-6)


LABELS = "the batch has 2 tensors, the model takes 1: are the last ones labels"


class Optional(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = network()

    def forward(self, x, weights=None):
        return self.net(x) if weights is None else self.net(x) * weights[:, None]


@pytest.mark.parametrize("model", [network(), Optional(), capture(network(), X)])
@pytest.mark.parametrize("calibrate", [quantize_model, prepare_qat, layer_errors])
def test_labels_are_never_an_input(model, calibrate):
    for calibration in (DataLoader(TensorDataset(X, Y), 8), [[X, Y]], (X, Y), [(X.numpy(), Y.numpy())]):
        with pytest.raises(ValueError, match=LABELS):
            calibrate(model, calibration)


@pytest.mark.parametrize("calibration", [[{"pixel_values": X}], {"pixel_values": X}, UserDict(pixel_values=X)])
def test_dicts_are_refused_by_name(calibration):
    with pytest.raises(TypeError, match="a dict of pixel_values|an iterable of batches, got (dict|UserDict)"):
        quantize_model(network(), calibration)


@pytest.mark.parametrize(
    "calibration, said",
    [
        ((X * 255).byte(), r"model does not take inputs of \(24, 3, 8, 8\) torch.uint8"),
        (list(X), r"inputs of \(3, 8, 8\) have no batch axis|model does not take inputs of \(3, 8, 8\)"),
        ([X, X[:, :, :5]], r"input has the shape \(24, 3, 5, 8\); this model was captured for \(N, 3, 8, 8\)"),
        ([X, (X, X)], "batch 1 has 2 tensors, batch 0 has 1"),
    ],
)
def test_what_the_model_does_not_take_is_refused_with_its_shape(calibration, said):
    with pytest.raises((ValueError, TypeError), match=said):
        quantize_model(network(), calibration)


def test_a_single_image_is_no_batch_of_channels():
    with pytest.raises(ValueError, match=r"inputs of \(3, 8, 8\) have no batch axis"):
        capture(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU()), X[0])


@pytest.mark.parametrize("odd", ["images", None, [X, "a"], [[1.0], [1.0, 2.0]], {"x": X}, object()])
def test_what_is_no_array_of_numbers_is_refused(odd):
    with pytest.raises(TypeError, match="inputs must be arrays of numbers"):
        as_inputs(odd)


class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x, mask):
        return self.attention(x, x, x, attn_mask=mask, need_weights=False)[0]


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 4)

    def forward(self, x, scale):
        return F.relu(self.layer(x)) * scale


MASK = torch.triu(torch.full((5, 5), -1e9), 1)


@pytest.mark.parametrize(
    "model, inputs",
    [(Masked(), (torch.randn(100, 5, 8), MASK)), (Scaled(), (torch.randn(100, 5, 8), torch.tensor(0.5)))],
)
def test_what_serves_all_rows_alike_is_not_taken_apart(model, inputs, tmp_path):
    rows, shared = inputs
    model.eval()
    batches = as_batches(inputs)
    assert [len(x) for x, _ in batches] == [64, 36] and all(torch.equal(y, shared) for _, y in batches)
    quantized = quantize_model(model, inputs)
    expected = model(rows, shared)
    assert (quantized(rows[:7], shared) - expected[:7]).abs().max() < 0.1 * expected.abs().max()
    for number, network in enumerate((model, quantized)):
        export(network, (rows[:8], shared), tmp_path / f"{number}.onnx")
        answer = load(tmp_path / f"{number}.onnx")(rows[:3].numpy(), shared.numpy())
        np.testing.assert_allclose(answer, network(rows[:3], shared).detach().numpy(), rtol=0, atol=0.05)


def test_two_rows_are_made_of_one_where_the_batch_is():
    x, mask = torch.zeros(1, 5, 8), torch.zeros(1, 5)
    assert [len(y) for y in with_two_rows((x, mask))] == [2, 2]
    assert [len(y) for y in with_two_rows((torch.zeros(8, 5), mask))] == [8, 1]
    assert not has_batch(torch.tensor(1.0), (x,)) and not has_batch(x, (torch.tensor(1.0), x))


def test_a_model_takes_as_many_inputs_as_its_forward_asks_for():
    check_count(Masked(), (X, X))
    check_count(Optional(), (X,))
    check_count(Optional(), (X, X))
    check_count(nn.DataParallel(Masked()), (X, X))
    for model, inputs, said in (
        (Masked(), (X,), "has 1 tensors, the model takes 2$"),
        (Optional(), (X, X, X), "has 3 tensors, the model takes 1 to 2: are"),
        (Masked(), (X, X, Y), "has 3 tensors, the model takes 2: are the last ones labels"),
    ):
        with pytest.raises(ValueError, match=said):
            check_count(model, inputs)
