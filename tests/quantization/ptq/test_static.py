"""Static quantization of whole networks: every layer found, the answer kept, the caller's model untouched."""

import copy
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from unseen import NETWORKS, build, followed

from edukit.quantization import adaround, gptq, min_max, percentile, quantize_model
from edukit.quantization.grid.calibrate import declare
from edukit.quantization.ptq.static import WIDEST

X = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def distance(a, b):
    """Relative distance of two outputs, in the 2-norm."""
    return ((a - b).norm() / b.norm()).item()


@pytest.mark.parametrize("name", NETWORKS)
def test_eight_bits_stay_close_and_more_bits_come_closer(name):
    model = followed(name)
    before = copy.deepcopy(model.state_dict())
    target = model(X)
    # nearest codes all the same: with corrected biases, 4 bits can come closer than 8 without
    by_bits = {b: distance(quantize_model(model, X, b, 8, rounding="nearest")(X), target) for b in (2, 4, 8)}
    # 8 bits: a step is 1/255 of the range of a value; a few layers in a row stay within a few steps
    assert by_bits[8] < 0.03 and by_bits[8] < by_bits[4] < by_bits[2]
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_convolution_and_linear_layer_is_quantized_and_named(name):
    model = followed(name)
    report = {row.name: row for row in quantize_model(model, X).report}
    layers = [n for n, m in model.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert all(report[layer].precision == "int8" for layer in layers)
    assert all(row.reason for row in report.values() if row.precision == "float")


def test_weights_are_stored_as_codes_and_counted():
    model = build("vgg")
    quantized = quantize_model(model, X)
    codes = {name: p for name, p in quantized.named_parameters() if name.endswith("weight_codes")}
    assert {p.dtype for p in codes.values()} == {torch.int8}
    weights = [m.weight.numel() for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert [p.numel() for p in codes.values()] == weights


def test_codes_use_the_wanted_bits():
    for bits, ends in ((8, (-127, 127)), (3, (-4, 3)), (2, (-2, 1))):  # 8: symmetric; fewer: every code is used
        quantized = quantize_model(followed("vgg"), X, bits)
        codes = [p for name, p in quantized.named_parameters() if name.endswith("weight_codes")]
        assert (min(p.min() for p in codes), max(p.max() for p in codes)) == ends


def test_per_channel_beats_per_tensor_where_channels_differ():
    layer = nn.Conv2d(3, 8, 3)
    layer.weight.data *= torch.logspace(-3, 0, 8).reshape(-1, 1, 1, 1)
    errors = []
    for per_channel in (True, False):
        stored = quantize_model(nn.Sequential(layer), X, 4, per_channel=per_channel).state_dict()
        scale = stored["network.conv2d_weight_scale"].reshape(-1, 1, 1, 1)
        errors.append(distance((stored["network.conv2d_weight_codes"] * scale)[0], layer.weight.detach()[0]))
    assert errors[0] < 0.15 < 0.99 < errors[1]  # one scale for all rounds the smallest channel to nothing


def test_a_calibrator_that_clips_outliers_makes_the_step_finer():
    x = X.clone()
    x[0, 0, 0, 0] = 100.0
    scales = [
        quantize_model(followed("vgg"), x, calibrator=c).state_dict()["network.input_1_scale"]
        for c in (min_max, percentile)
    ]
    assert scales[1] < scales[0] / 10


def test_a_value_that_is_only_moved_keeps_its_grid():
    """The largest of four values has another range than the values; two grids would cost a requantization."""
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(4), nn.Conv2d(8, 4, 1))
    stored = quantize_model(model, X).state_dict()
    for part in ("scale", "zero_point"):
        assert torch.equal(stored[f"network.conv2d_{part}"], stored[f"network.max_pool2d_{part}"])


def test_batches_numpy_and_a_generator_give_the_same_model():
    model = followed("vgg")
    forms = [X, X.numpy(), X.double().numpy(), list(X.split(32)), (part for part in X.split(16))]
    outputs = [quantize_model(model, form)(X) for form in forms]
    assert all(torch.equal(outputs[0], output) for output in outputs[1:])


def test_a_dead_channel_with_a_large_bias_keeps_its_bias():
    """Its weight scale would make a bias code far beyond 32 bits."""
    model = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU())
    model[0].weight.data[0] = 1e-9
    model[0].bias.data[:] = torch.tensor([3.0, 0.1])
    assert distance(quantize_model(model, X)(X)[:, 0], model(X)[:, 0]) < 0.01


def test_several_inputs():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = nn.Linear(4, 3), nn.Linear(5, 3)

        def forward(self, a, b):
            return self.left(a) + self.right(b)

    model, data = Two(), (torch.rand(50, 4), torch.rand(50, 5))
    assert distance(quantize_model(model, data)(*data), model(*data)) < 0.03


def test_a_norm_over_the_steps_of_a_sequence_stays_float_and_is_reported():
    model = nn.Sequential(nn.Linear(8, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 3))
    x = torch.rand(64, 5, 8, generator=torch.Generator().manual_seed(1))
    model(x)
    quantized = quantize_model(model, x)
    rows = [(row.name, row.operation, row.precision) for row in quantized.report]
    assert rows == [("0", "linear", "int8"), ("1", "batch_norm", "float"), ("3", "linear", "int8")]
    assert quantized.report[1].reason == "no layer before it can take it in"
    assert distance(quantized(x), model.eval()(x)) < 0.03


def test_biases_are_integers_also_where_linear_layers_on_sequences_follow_each_other():
    x = torch.rand(16, 7, 6, generator=torch.Generator().manual_seed(1))
    model = nn.Sequential(nn.Linear(6, 5), nn.Linear(5, 4), nn.Linear(4, 3))
    quantized = quantize_model(model, x)
    biases = {name: p.dtype for name, p in quantized.named_parameters() if "bias" in name}
    assert len(biases) == 3 and set(biases.values()) == {torch.int32}
    assert distance(quantized(x), model(x)) < 0.03


class Odd(nn.Module):
    """A fixed blur, a bias that is computed, a weight that is computed: convolutions that no module owns."""

    def __init__(self):
        super().__init__()
        self.register_buffer("blur", torch.ones(3, 1, 3, 3) / 9)
        self.w, self.b = nn.Parameter(torch.randn(4, 3, 3, 3)), nn.Parameter(torch.randn(4))
        self.v = nn.Parameter(torch.randn(5, 4, 1, 1))

    def forward(self, x):
        x = nn.functional.conv2d(x, self.blur, padding=1, groups=3)
        x = nn.functional.conv2d(x, self.w, 2 * self.b)
        return nn.functional.conv2d(x, self.v - self.v.mean()).mean((2, 3))


def test_a_fixed_weight_is_quantized_and_what_is_computed_stays_float_by_name():
    torch.manual_seed(0)
    model = Odd()
    quantized = quantize_model(model, X)
    layers = {row.name: (row.precision, row.reason) for row in quantized.report if row.operation == "conv2d"}
    assert layers["blur"] == ("int8", "") and layers["w"] == ("float", "its bias is computed")
    assert ("float", "its weight is computed") in layers.values()
    assert distance(quantized(X), model(X)) < 0.03


def test_a_model_in_another_precision_is_refused_by_name():
    for kind in (torch.float64, torch.float16, torch.bfloat16):
        with pytest.raises(ValueError, match=f"model holds {kind} in 0.weight; its weights must be float32"):
            quantize_model(build("vgg").to(kind), X)


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_only_and_activations_only(name):
    """Their sum is about the whole: each half is closer to the float net than both together, or as close."""
    model = build(name)
    target = model(X)
    weights, activations = (quantize_model(model, X, *bits) for bits in ((4, None), (None, 8)))
    assert distance(activations(X), target) < 0.03 and 0 < distance(weights(X), target) < 1
    assert not [n for n, _ in weights.network.named_buffers() if n.startswith("input")]
    assert all(row.precision in ("int4", "float") for row in weights.report)
    assert {row.precision for row in activations.report} == {"float"}
    assert all(p.is_floating_point() for p in activations.parameters())


def test_bits_by_layer_and_float_where_it_is_wanted(tmp_path):
    """A layer restored by assignment after conversion breaks the graph; here the plan is made first."""
    from edukit.deployment import export, load, operators

    model = followed("resnet")
    names = [row.name for row in quantize_model(model, X).report]
    quantized = quantize_model(model, X, {names[0]: 16, names[1]: 4})
    by_name = {row.name: row for row in quantized.report}
    assert [by_name[n].precision for n in names[:3]] == ["float16", "int4", "int8"]
    assert by_name[names[0]].reason == "kept by weight_bits"
    assert distance(quantized(X), model(X)) < 0.1
    path = export(quantized, X[:2], tmp_path / "mixed.onnx")
    assert operators(path)["QLinearConv"] + operators(path)["QGemm"] == len(names) - 1
    assert np.abs(load(path)(X.numpy()) - quantized(X).numpy()).max() < 0.1 * quantized(X).abs().max()


def test_weights_only_exports_and_agrees(tmp_path):
    from edukit.deployment import export, load

    quantized = quantize_model(followed("vgg"), X, 4, None)
    answer = load(export(quantized, X[:2], tmp_path / "weights.onnx"))(X.numpy())
    assert np.allclose(answer, quantized(X).detach(), atol=1e-4)


def stored(model, *args, **how):
    return quantize_model(model, X, *args, **how).state_dict()


@pytest.mark.parametrize("name", ["vgg", "resnet", "transformer"])
def test_below_8_bits_the_default_is_gptq_with_corrected_biases(name):
    model = followed(name)
    ours, named = stored(model, 3, None), stored(model, 3, None, rounding=gptq, correct_bias=True)
    assert ours.keys() == named.keys() and all(torch.equal(ours[key], named[key]) for key in ours)


@pytest.mark.parametrize("name", ["vgg", "resnet", "transformer"])
def test_at_8_bits_the_default_is_the_nearest_code(name):
    model = followed(name)
    ours, named = stored(model), stored(model, rounding="nearest", correct_bias=False)
    assert all(torch.equal(ours[key], named[key]) for key in ours)


@pytest.mark.parametrize("bits", [2, 3, 4])
@pytest.mark.parametrize("name", ["vgg", "resnet", "shuffle", "transformer"])
def test_the_default_is_never_worse_than_nearest_codes_with_either_step(name, bits):
    """The step max / (2^(b-1) - 1) of other tools, and the kit's own."""

    def other_step(w, axis=None):
        low, high = min_max(w, axis)
        share = (2 ** (bits - 1) - 0.5) / (2 ** (bits - 1) - 1)
        return share * low, share * high

    model = followed(name)
    ours, *nearest = (
        distance(quantize_model(model, X, bits, None, **how)(X), model(X))
        for how in ({}, *({"rounding": "nearest", "weight_calibrator": c} for c in (min_max, other_step)))
    )
    assert ours < min(nearest)


def test_each_layer_is_rounded_as_its_bits_ask_and_the_report_says_how():
    model = followed("vgg")
    names = [row.name for row in quantize_model(model, X).report]
    quantized = quantize_model(model, X, {names[0]: 16, names[1]: 4})
    rounding = {row.name: row.rounding for row in quantized.report}
    assert [rounding[name] for name in names[:3]] == ["", "gptq, bias corrected", "nearest"]
    (row, *_) = quantize_model(model, X, 4, rounding=partial(adaround, steps=1), correct_bias=False).report
    assert row.rounding == "adaround"


def test_a_layer_too_wide_for_its_moments_is_rounded_to_the_nearest_codes():
    wide = nn.Sequential(nn.Flatten(), nn.Linear(WIDEST + 1, 2))
    (row,) = quantize_model(wide, torch.rand(8, WIDEST + 1), 4, None).report
    assert row.rounding == "nearest, bias corrected"


def test_values_that_are_not_finite_are_named_with_their_layer():
    model = nn.Sequential(nn.Linear(4, 4), Inverse(), nn.Linear(4, 2))
    with pytest.raises(ValueError, match=r"NaN or infinity before layer '2'; rounding=\"nearest\""):
        quantize_model(model, torch.zeros(9, 4), 4, None)
    assert quantize_model(model, torch.zeros(9, 4), 4, None, rounding="nearest").report[1].precision == "int4"


class Inverse(nn.Module):
    def forward(self, x):
        return 1 / (x * 0)


def test_a_weight_calibrator_is_told_the_bits_and_its_range_is_used():
    """The range is computed, and then dropped."""
    asked = []

    @declare(needs_grid=True)
    def part(w, axis=None, *, bits, symmetric, share):
        asked.append((bits, symmetric))
        low, high = min_max(w, axis)
        return share * low, share * high

    model = build("vgg")
    halved, whole = (
        quantize_model(model, X, 4, weight_calibrator=partial(part, share=share), rounding="nearest").state_dict()
        for share in (0.5, 1)
    )
    assert set(asked) == {(4, True)}
    assert torch.allclose(2 * halved["network.conv2d_weight_scale"], whole["network.conv2d_weight_scale"])


@pytest.mark.parametrize(
    "change, word",
    [
        (dict(weight_bits=1), "weight_bits"),
        (dict(weight_bits=9), "weight_bits"),
        (dict(weight_bits=16), "weight_bits"),
        (dict(weight_bits={"0": 12}), r"weight_bits\['0'\]"),
        (dict(weight_bits={"nowhere": 4}), "weight_bits names nowhere; the layers are 0, 2, 8"),
        (dict(activation_bits=0), "activation_bits"),
        (dict(rounding="gptq"), "rounding must be None, \"nearest\" or a function such as gptq, got 'gptq'"),
        (dict(calibration=X[:0]), "calibration holds no data"),
        (dict(calibration=[]), "calibration holds no data"),
        (dict(calibration=X * np.nan), "calibration holds NaN"),
        (dict(calibration=X[:, :2]), r"shape \(64, 2, 16, 16\); this model was captured for \(N, 3, 16, 16\)"),
    ],
)
def test_bad_input_is_refused_by_name(change, word):
    with pytest.raises(ValueError, match=word):
        quantize_model(**{"model": followed("vgg"), "calibration": X, **change})


def test_something_that_holds_no_batches_is_refused():
    with pytest.raises(TypeError, match="calibration must be a batch"):
        quantize_model(followed("vgg"), 3)


def test_mistake_a_backend_of_another_processor():
    """FBGEMM is for x86, and not for ARM. Nothing here asks torch for a backend, or sets one."""
    backends, answers = torch.backends.quantized, []
    engine = backends.engine
    try:
        for name in backends.supported_engines:
            backends.engine = name
            answers.append(quantize_model(followed("shared module"), X)(X))
            assert backends.engine == name
    finally:
        backends.engine = engine
    assert all(torch.equal(answers[0], answer) for answer in answers[1:])


def test_nan_weights_are_refused_by_name():
    model = build("vgg")
    model[0].weight.data[0] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity in 0.weight"):
        quantize_model(model, X)
