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
from edukit.measure import count_macs
from edukit.pruning import shrink
from edukit.quantization import fold_batchnorm, layer_errors, prepare_qat, quantize_model
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


class Named(nn.Module):
    """With the names that transformers gives, and labels that turn its answer into a loss."""

    def __init__(self):
        super().__init__()
        self.net = network()

    def forward(self, pixel_values, mask=None, scale=None, labels=None):
        y = self.net(pixel_values) if mask is None else self.net(pixel_values * mask)
        return y if labels is None else F.cross_entropy(y, labels)


NAMED = {"pixel_values": X, "labels": Y}


@pytest.mark.parametrize("batch", [NAMED, [NAMED], UserDict(NAMED), [UserDict(NAMED)], DataLoader([*X], 24)])
def test_a_dict_names_its_inputs_and_labels_are_left_out(batch):
    batch = ({"pixel_values": x} for x in batch) if isinstance(batch, DataLoader) else batch
    expected, quantized = quantize_model(Named(), X)(X), quantize_model(Named(), batch)(X)
    assert torch.equal(quantized, expected)


def test_a_dict_stands_in_the_order_of_forward():
    a, b = as_inputs({"mask": torch.zeros(1), "pixel_values": torch.ones(1)}, Named())
    assert (a, b) == (1, 0)
    model = capture(Named(), (X, X))
    assert torch.equal(as_inputs({"mask": X[:1] * 2, "pixel_values": X[:1]}, model)[1], X[:1] * 2)


def test_a_dict_is_a_batch_wherever_there_is_an_example(tmp_path):
    net = Named().eval()
    torch.testing.assert_close(load(export(net, NAMED, tmp_path / "m.onnx"))(X.numpy()), net(X).detach().numpy())
    assert count_macs(net, NAMED) == count_macs(net, X)
    assert shrink(net, NAMED, 0.5).net[0].out_channels == 4
    assert list(layer_errors(net, [NAMED])) == ["net.0", "net.4"]


@pytest.mark.parametrize(
    "calibration, said",
    [
        ({"images": X}, "the batch names images; the model takes pixel_values, mask, scale, labels"),
        ([{"mask": X}], "the batch lacks pixel_values; the model takes pixel_values"),
        ({"pixel_values": X, "scale": X}, "the batch names pixel_values, scale, but not mask, which stands before"),
        ({"pixel_values": ["a", "b"]}, "must be arrays of numbers"),
    ],
)
def test_a_dict_of_other_names_is_refused(calibration, said):
    with pytest.raises((ValueError, TypeError), match=said):
        quantize_model(Named(), calibration)


def test_floats_become_the_floats_of_the_model():
    for dtype in (torch.float64, torch.bfloat16):
        small = shrink(network().to(dtype), X.numpy(), 0.5)
        assert small[0].out_channels == 4 and small[0].weight.dtype is dtype
    assert shrink(network(), X.double(), 0.5)[0].weight.dtype is torch.float32


@pytest.mark.parametrize(
    "calibration, said",
    [
        ((X * 255).byte(), "inputs are torch.uint8, the model takes torch.float32: scale them"),
        (list(X), r"inputs of \(3, 8, 8\) have no batch axis"),
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


@pytest.mark.parametrize("call", [quantize_model, prepare_qat, lambda net, x: quantize_model(net, x, 4)])
def test_a_mask_for_all_rows_is_calibrated_with_several_batches(call):
    mask = torch.triu(torch.full((5, 5), -1e9), 1)
    x = torch.randn(70, 5, 8, generator=GENERATOR)
    net = Masked().eval()
    whole, parts = call(net, (x, mask)).eval(), call(net, [(x[:30], mask), (x[30:], mask)]).eval()
    expected = net(x, mask)
    for quantized in (whole, parts):
        assert torch.equal(quantized(x, mask), quantized(x, mask=mask))
        assert ((quantized(x, mask) - expected).norm() / expected.norm()).item() < 0.1


def test_a_script_is_refused_by_its_name():
    script, x = torch.jit.trace(nn.Linear(2, 2), torch.rand(1, 2)), torch.rand(4, 2)
    calls = [lambda: quantize_model(script, x), lambda: shrink(script, x, 0.5), lambda: fold_batchnorm(script)]
    for call in calls:
        with pytest.raises(ValueError, match="^model is a ScriptModule"):
            call()


@pytest.mark.parametrize("kind", [">f4", "<f4", np.longdouble, np.float64])
def test_numpy_s_mirrored_and_foreign_arrays_are_what_they_show(kind):
    images = np.arange(24.0).reshape(2, 3, 2, 2)
    found = as_inputs(images.astype(kind)[:, ::-1, :, ::-1])[0]
    assert found.dtype == torch.float32 and torch.equal(found, torch.tensor(images).flip(1, 3).float())
