"""Whole models: they start where `quantize_model` stands, train, and convert to integers without a change."""

import copy
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import GPT2, NETWORKS, build, followed

from edukit.data import digits
from edukit.deployment import export, load, operators
from edukit.networks.trained import trained
from edukit.quantization import quantize_model
from edukit.quantization.qat.fake import BatchNorm, FakeQuantize, QuantizedLayer
from edukit.quantization.qat.prepare import (
    clip_penalty,
    convert,
    freeze_batchnorm,
    freeze_observers,
    learn_clips,
    prepare_qat,
)
from edukit.training import accuracy, cross_entropy, fit

X = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1))
SPLIT = SimpleNamespace(x=X, y=torch.arange(64) % 5)
INTEGER = ("QLinearConv", "QGemm", "QLinearMatMul", "MatMulIntegerToFloat", "MatMulInteger")
FLOAT = ("Conv", "FusedConv", "Gemm", "FusedGemm")


class PreActivation(nn.Module):
    """Batch norm in front of the convolution: there is no layer to fold it into."""

    def __init__(self):
        super().__init__()
        self.norm, self.conv, self.fc = nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3), nn.Linear(4, 5)

    def forward(self, x):
        return self.fc(self.conv(torch.relu(self.norm(x))).mean((2, 3)))


class Two(nn.Module):
    """Two inputs, two outputs, batch norm behind a linear layer."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3)), nn.Linear(5, 3)

    def forward(self, a, b):
        total = self.left(a) + self.right(b)
        return total, total.relu()


class Products(nn.Module):
    """Linear layers written as products; the last one reads the first one's weight the other way round."""

    def __init__(self):
        super().__init__()
        draw = torch.Generator().manual_seed(2)
        self.w, self.v = (nn.Parameter(torch.randn(*shape, generator=draw) / 3) for shape in ((6, 8), (8, 8)))
        self.b = nn.Parameter(torch.randn(8, generator=draw))

    def forward(self, x):
        return F.linear(F.relu(torch.addmm(self.b, x, self.w)) @ self.v + self.b, self.w)


def trained_a_little(model, **options):
    return fit(model, SPLIT, epochs=1, progress=None, **options)


@pytest.mark.parametrize("bits", [(8, 8), (3, 4)])
@pytest.mark.parametrize("name", NETWORKS)
def test_before_training_it_is_the_quantized_model_to_the_last_bit(name, bits):
    model = followed(name)
    before = copy.deepcopy(model.state_dict())
    qat, quantized = prepare_qat(model, X, *bits).eval(), quantize_model(model, X, *bits, rounding="nearest")
    assert torch.equal(qat(X), quantized(X))
    assert qat.report == quantized.report
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))


@pytest.mark.parametrize("learned", [False, True], ids=["ste", "lsq"])
@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "pre-norm transformer"])  # as the other one
def test_it_trains_and_converts_to_integers_without_a_change(name, learned, tmp_path):
    """Fake != real int8 (pytorch#88800): here every answer is the same number, and the runtime runs integers."""
    qat = prepare_qat(followed(name), X, 4, 8, learned_step=learned)
    after = trained_a_little(qat)
    quantized = convert(after)
    assert not torch.equal(after(X), qat.eval()(X))
    torch.testing.assert_close(quantized(X), after(X), rtol=0, atol=1e-6)
    path = export(quantized, X[:1], tmp_path / "model.onnx")
    counts, layers = operators(path), sum(row.precision == "int4" for row in quantized.report)
    assert sum(counts[kind] for kind in INTEGER) == layers and not any(counts[kind] for kind in FLOAT)
    difference = load(path)(X.numpy()) - after(X).detach().numpy()
    # torch sums in float, the runtime in int32: a sum on the edge between two codes may fall to either side
    assert (np.abs(difference) < 1e-5).mean() > 0.9


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_keep_their_names_and_all_of_them_move(name):
    model = followed(name)
    qat = prepare_qat(model, X, 4, 8)
    expected = {f"network.{key}" for key, value in model.named_parameters()}
    assert {key for key, _ in qat.named_parameters()} == expected
    before = dict(qat.named_parameters())
    after = dict(trained_a_little(qat).named_parameters())
    still = {key for key in expected if torch.equal(before[key], after[key])}
    assert not still


@pytest.mark.parametrize("learned", [False, True], ids=["ste", "lsq"])
def test_linear_layers_that_are_written_as_products_train_as_what_they_are(learned):
    x = torch.randn(32, 6, generator=torch.Generator().manual_seed(3))
    qat, quantized = prepare_qat(Products(), x, 4, learned_step=learned), quantize_model(Products(), x, 4, 8)
    assert [row.precision for row in qat.report] == [row.precision for row in quantized.report] == 3 * ["int4"]
    assert [name for name, _ in qat.named_parameters() if "scale" not in name] == [f"network.{n}" for n in "wbv"]
    after = fit(qat, SimpleNamespace(x=x, y=torch.arange(32) % 6), epochs=2, progress=None)
    assert not torch.equal(after.network.w, qat.network.w)
    torch.testing.assert_close(convert(after)(x), after(x), rtol=0, atol=1e-6)


def test_all_layers_of_gpt_2_train_and_its_weights_stay_tied():
    net = GPT2().eval()
    ids = torch.randint(100, (8, 12), generator=torch.Generator().manual_seed(4))
    qat, quantized = prepare_qat(net, ids), quantize_model(net, ids)
    assert torch.equal(qat.eval()(ids), quantized(ids)) and qat.report == quantized.report
    assert len(list(qat.parameters())) == len(list(net.parameters()))
    qat(ids).square().mean().backward()
    assert all(p.grad.abs().sum() > 0 for p in qat.parameters())


def test_what_the_caller_froze_stays():
    model = build("vgg")
    model[0].weight.requires_grad_(False)
    after = trained_a_little(prepare_qat(model, X))
    assert torch.equal(dict(after.named_parameters())["network.0.weight"], model[0].weight)


def test_learned_steps_are_parameters_and_train():
    qat = prepare_qat(followed("resnet"), X, 4, 4, learned_step=True)
    before = {key: p.detach().clone() for key, p in qat.named_parameters() if "log_scale" in key}
    layers = sum(isinstance(m, QuantizedLayer) for m in qat.modules())
    fakes = sum(isinstance(m, FakeQuantize) for m in qat.modules())
    assert len(before) == layers + fakes
    after = dict(trained_a_little(qat).named_parameters())
    assert not any(torch.equal(value, after[key]) for key, value in before.items())


def test_in_evaluation_mode_no_range_moves():
    """Observers under a no-grad conversion still left in train mode."""
    qat = prepare_qat(followed("resnet"), X).eval()
    before = copy.deepcopy(qat.state_dict())
    qat(100 * X)
    assert all(torch.equal(a, b) for a, b in zip(before.values(), qat.state_dict().values(), strict=True))
    expected = convert(qat)(X)
    assert torch.equal(convert(qat.train())(X), expected)  # converting a model in training mode observes nothing


def test_frozen_norms_and_observers_stay_in_training():
    qat = trained_a_little(prepare_qat(followed("inverted residual"), X, 4, 4))
    frozen = freeze_observers(freeze_batchnorm(qat))
    assert not any(m.frozen for m in qat.modules() if isinstance(m, BatchNorm))
    after = trained_a_little(frozen)
    names = [key for key in after.state_dict() if key.endswith(("running_mean", "running_var", "low", "high", "scale"))]
    assert len(names) > 20
    assert all(torch.equal(qat.state_dict()[key], after.state_dict()[key]) for key in names)
    moved = trained_a_little(qat).state_dict()
    assert not any(torch.equal(qat.state_dict()[key], moved[key]) for key in names if "running" in key)


def test_with_everything_frozen_training_and_evaluation_answer_alike():
    frozen = freeze_observers(freeze_batchnorm(prepare_qat(followed("shuffle"), X, 3, 4)))
    assert torch.equal(frozen.train()(X), frozen.eval()(X))


def test_a_norm_without_a_layer_before_it_trains_as_well():
    torch.manual_seed(0)
    model = PreActivation()
    after = trained_a_little(prepare_qat(model, X, 4, 8))
    state, before = after.state_dict(), model.state_dict()
    assert not torch.equal(state["network.norm.running_mean"], before["norm.running_mean"])
    assert not torch.equal(state["network.norm.weight"], before["norm.weight"])
    torch.testing.assert_close(convert(after)(X), after(X), rtol=0, atol=1e-6)


@pytest.mark.parametrize("features", [6, 5])
def test_a_norm_over_the_steps_of_a_sequence_trains_on_its_own(features):
    """Linear layers on (B, T, in): the norm runs over T, so no layer takes it in, however many features there are."""
    torch.manual_seed(0)
    layers = nn.Linear(8, features), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(features, 4), nn.Linear(4, 3)
    model, x = nn.Sequential(*layers), torch.rand(32, 5, 8)
    model(x)
    qat = prepare_qat(model, x, 4, 8)
    assert torch.equal(qat.eval()(x), quantize_model(model, x, 4, 8, rounding="nearest")(x))
    before = qat.network.get_buffer("1.running_mean").clone()
    qat.train()(x + 1).square().sum().backward()
    assert all(p.grad is not None for p in qat.parameters())
    assert not torch.equal(before, qat.network.get_buffer("1.running_mean"))
    torch.testing.assert_close(convert(qat.eval())(x), qat(x), rtol=0, atol=1e-6)


def test_several_inputs_and_outputs():
    data = torch.rand(32, 4), torch.rand(32, 5)
    qat = prepare_qat(Two(), data, 8, 8).train()
    sum(output.square().sum() for output in qat(*data)).backward()
    assert all(p.grad is not None for p in qat.parameters())
    for one, two in zip(qat.eval()(*data), convert(qat)(*data), strict=True):
        torch.testing.assert_close(one, two, rtol=0, atol=1e-6)


def test_a_model_can_be_copied_and_its_state_stored_without_warnings():
    qat = prepare_qat(followed("resnet"), X, 4, 4, learned_step=True).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other = copy.deepcopy(qat)
    for parameter in other.parameters():
        parameter.data.add_(0.1)
    assert not torch.equal(other(X), qat(X))
    other.load_state_dict(qat.state_dict())
    assert torch.equal(other(X), qat(X)) and torch.equal(convert(other)(X), convert(qat)(X))


def test_batches_of_any_size_and_calibration_in_any_form():
    model = followed("fire")
    forms = [X, X.numpy(), list(X.split(32)), (part for part in X.split(16))]
    outputs = [prepare_qat(model, form).eval()(X[:7]) for form in forms]
    assert all(torch.equal(outputs[0], output) for output in outputs[1:])


def test_training_recovers_what_two_bit_weights_lost():
    """digits, three epochs: far above the quantized net, as measured in lesson 04; 200 images, 3 % standard error."""
    data, net = digits(), trained("digits_residual")
    lost = accuracy(quantize_model(net, data.calibration.x, 2, 4, rounding="nearest"), data.validation)
    qat = fit(prepare_qat(net, data.calibration.x, 2, 4), data.train, epochs=3, progress=None)
    assert lost < 0.8 and accuracy(convert(qat), data.validation) > 0.87


@pytest.mark.parametrize(
    "change, word",
    [
        (dict(weight_bits=1), "weight_bits"),
        (dict(weight_bits=9), "weight_bits"),
        (dict(activation_bits=0), "activation_bits"),
        (dict(activation_bits=None), "activation_bits"),
        (dict(calibration=X[:0]), "calibration holds no data"),
        (dict(calibration=X * np.nan), "calibration holds NaN"),
        (dict(calibration=X[:, :2]), "model does not take inputs"),
    ],
)
def test_bad_input_is_refused_by_name(change, word):
    with pytest.raises(ValueError, match=word):
        prepare_qat(**{"model": build("vgg"), "calibration": X, **change})


def test_only_a_prepared_model_can_be_converted():
    with pytest.raises(TypeError, match="model must come from prepare_qat"):
        convert(build("vgg"))


def clips_of(model):
    return {name: value.detach() for name, value in model.named_parameters() if name.endswith("log_clip")}


@pytest.mark.parametrize("name", ["resnet", "inverted residual"])
def test_with_learned_clips_it_starts_alike_trains_and_converts_without_a_change(name):
    qat = prepare_qat(followed(name), X, 4, 4)
    before = copy.deepcopy(qat.state_dict())
    clipped = learn_clips(qat)
    torch.testing.assert_close(clipped.eval()(X), qat.eval()(X))
    assert all(torch.equal(a, b) for a, b in zip(before.values(), qat.state_dict().values(), strict=True))
    fakes = [module for module in clipped.modules() if isinstance(module, FakeQuantize)]
    assert 0 < len(clips_of(clipped)) == sum(int(fake.zero_point) == 0 for fake in fakes)
    after = trained_a_little(clipped)
    assert all(not torch.equal(a, b) for a, b in zip(*map(dict.values, map(clips_of, (clipped, after))), strict=True))
    torch.testing.assert_close(convert(after)(X), after(X), rtol=0, atol=1e-5)


def test_the_penalty_is_the_sum_of_squares_and_pulls_the_clips_down():
    qat = learn_clips(prepare_qat(followed("resnet"), X, 4, 4))
    expected = sum(10 ** (2 * clip) for clip in clips_of(qat).values())
    torch.testing.assert_close(clip_penalty(qat).detach(), expected)
    pulled = trained_a_little(qat, loss=lambda model, x, y: cross_entropy(model, x, y) + 10 * clip_penalty(model))
    assert all(after < before for after, before in zip(clips_of(pulled).values(), clips_of(qat).values(), strict=True))
    assert clip_penalty(prepare_qat(followed("resnet"), X, 4, 4)) == 0


def test_a_model_without_a_range_from_0_learns_no_clips():
    for model in (nn.Linear(2, 2), prepare_qat(nn.Linear(2, 2), torch.tensor([[-1.0, 1.0]]), learned_step=True)):
        with pytest.raises(ValueError, match="starts at 0"):
            learn_clips(model)


def test_torch_s_default_type_does_not_reach_a_model_of_float32():
    net, x = nn.Sequential(nn.Linear(4, 3)), torch.rand(8, 4)
    try:
        torch.set_default_dtype(torch.float64)
        answer = prepare_qat(net, x)(x)
    finally:
        torch.set_default_dtype(torch.float32)
    assert answer.dtype == torch.float32
