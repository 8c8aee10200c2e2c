"""The modules that fake quantization: what they observe and when, and batch norm that is folded while it trains."""

import copy
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.checks import quantization as check
from edukit.quantization import Observer, moving_average
from edukit.quantization.grid.affine import QParams, choose_qparams, fake_quantize
from edukit.quantization.ptq.fold import folded
from edukit.quantization.ptq.rewrite import weight_grid
from edukit.quantization.qat.fake import BatchNorm, FakeQuantize, QuantizedLayer

X = torch.rand(64, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def ready(bits=8, learned=False):
    """A FakeQuantize that has seen [0, 1]."""
    fake = FakeQuantize(bits, learned=learned)
    fake.start(choose_qparams(torch.tensor(0.0), torch.tensor(1.0), bits, signed=False))
    return fake


def tensors(channels=4):
    """weight, bias, γ, β, running mean, running variance; one γ negative."""
    draw = torch.Generator().manual_seed(1)
    gamma = torch.rand(channels, generator=draw) + 0.5
    gamma[0] *= -1
    vectors = [torch.rand(channels, generator=draw) for _ in range(3)]
    weight = torch.rand(channels, 3, 3, 3, generator=draw) - 0.5
    return [weight, vectors[0], gamma, vectors[1] - 0.5, vectors[2], torch.rand(channels, generator=draw) + 0.2]


def layer(bits=8, **changes):
    return QuantizedLayer(F.conv2d, ready(), bits, norm=BatchNorm(0.1, 1e-5), **changes)


def test_the_first_batch_starts_the_range_and_later_ones_move_it():
    fake = FakeQuantize(bits=8, momentum=0.75)
    fake(torch.tensor([-1.0, 3.0]))
    assert (fake.low, fake.high) == (-1, 3)
    fake(torch.tensor([-2.0, 7.0]))
    assert (fake.low, fake.high) == (-1.25, 4)
    assert fake.grid.scale.item() == pytest.approx(5.25 / 255)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_momentum_is_the_share_of_the_past_here_in_calibration_and_in_the_exercises(momentum):
    batches = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 50)).astype(np.float32))
    fake, observer, range_so_far = FakeQuantize(momentum=momentum), Observer(), np.array([np.nan, np.nan])
    for batch in batches:
        fake(batch)
        observer.update(batch)
        range_so_far = check.moving_range.solve(range_so_far, batch.numpy(), momentum, True)
    low, high = observer.range(partial(moving_average, momentum=momentum))
    for ends in (range_so_far, (low, high), check.moving_average.solve(observer.history, momentum)):
        assert np.allclose([fake.low, fake.high], ends, rtol=1e-6)  # float32


def test_in_evaluation_mode_nothing_is_observed():
    """Observers under a no-grad conversion still left in train mode: only the mode decides."""
    fake = ready().eval()
    before = copy.deepcopy(fake.state_dict())
    with torch.no_grad():
        fake(10 * X)
    assert all(torch.equal(a, b) for a, b in zip(before.values(), fake.state_dict().values(), strict=True))
    with torch.no_grad():
        fake.train()(10 * X)
    assert not torch.equal(before["high"], fake.high)


def test_the_switches():
    fake = ready()
    fake.observing = False
    fake(10 * X)
    assert fake.high == 1
    fake.faking = False
    assert fake(X) is X
    fake.faking = True
    assert torch.equal(fake(X), fake_quantize(X, fake.grid))


def test_a_learned_scale_is_observed_once_and_then_trained():
    fake = FakeQuantize(bits=4, learned=True)
    fake(X).sum().backward()
    assert fake.grid.scale.item() == pytest.approx(2 * X.mean().item() / 15**0.5, rel=1e-5)
    assert fake.log_scale.grad is not None
    before = fake.grid.scale.item()
    fake(10 * X)
    assert fake.grid.scale.item() == before


def test_a_learned_clip_starts_where_the_range_ended_and_is_then_trained():
    fake = ready(bits=4)
    before = fake(X)
    fake = ready(bits=4)
    fake.learn_clip()
    assert ((fake(X) - before).abs() < 1e-5).float().mean() > 0.999  # 10^log10: a value halfway may round elsewhere
    fake(2 * X).sum().backward()
    assert fake.log_clip.grad > 0  # what lies above it would like it to be higher
    fake(10 * X)
    assert fake.grid.scale.item() == pytest.approx(1 / 15)
    with torch.no_grad():
        fake.log_clip += 1
    assert fake.grid.scale.item() == pytest.approx(10 / 15)


@pytest.mark.parametrize("case", ["negative", "learned"])
def test_only_a_range_that_starts_at_0_and_is_not_learned_gets_a_clip(case):
    fake = FakeQuantize(4, learned=case == "learned")
    fake(X - 0.5 if case == "negative" else X)
    with pytest.raises(ValueError, match="range must start at 0"):
        fake.learn_clip()
    assert fake.log_clip is None


def test_a_grid_before_the_first_batch_is_refused():
    with pytest.raises(ValueError, match="no batch was observed"):
        FakeQuantize().eval()(X)


@pytest.mark.parametrize("change, word", [(dict(bits=1), "bits"), (dict(momentum=1.0), "momentum")])
def test_bad_input_is_refused_by_name(change, word):
    with pytest.raises(ValueError, match=word):
        FakeQuantize(**change)


@pytest.mark.parametrize("bias", [True, False])
def test_in_evaluation_mode_the_layer_is_the_folded_one(bias):
    weight, b, *statistics = tensors()
    b = b if bias else None
    w, folded_bias = folded(weight, b, *statistics, 1e-5)
    grid = weight_grid(w, 8)
    scale = (grid.scale * ready().grid.scale).flatten()
    stored = torch.round(folded_bias / scale) * scale
    expected = F.conv2d(X, fake_quantize(w, grid), stored)
    torch.testing.assert_close(layer().eval()(X, weight, b, *statistics), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("learned", [True, False])
def test_with_many_bits_training_is_plain_batch_norm(bias, learned):
    """Folding and unfolding cancel; what stays is the rounding of 8-bit weights."""
    weight, b, *statistics = tensors()
    b, plain = b if bias else None, copy.deepcopy(statistics)
    ours = layer(learned=weight if learned else None).train()(X, weight, b, *statistics)
    gamma, beta, mean, variance = plain
    expected = F.batch_norm(F.conv2d(X, weight, b), mean, variance, gamma, beta, True, 0.1, 1e-5)
    assert ((ours - expected).norm() / expected.norm()) < 0.01
    for ran, should in zip(statistics[2:], (mean, variance), strict=True):  # the running statistics moved alike
        torch.testing.assert_close(ran, should, rtol=0.01, atol=0.01)


def test_weights_are_scaled_by_the_norm_before_they_are_faked():
    """One filter 100 times larger than its norm lets through: faked before scaling, both would round alike."""
    weight, _, *statistics = tensors()
    seen = []
    spy = QuantizedLayer(lambda x, w, b: seen.append(w) or F.conv2d(x, w, b), ready(), 3, norm=BatchNorm(0.1, 1e-5))
    spy.train()(X, weight, None, *statistics)
    gamma, _, _, variance = statistics
    factor = gamma / (tensors()[5] + 1e-5).sqrt()
    scaled = weight * factor.reshape(-1, 1, 1, 1)
    torch.testing.assert_close(seen[0], fake_quantize(scaled, weight_grid(scaled, 3)))


def test_a_frozen_norm_answers_alike_in_training_and_evaluation_and_stays():
    one = layer(bits=4)
    one.norm.frozen = True
    values = tensors()
    before = [v.clone() for v in values]
    assert torch.equal(one.train()(X, *values), one.eval()(X, *values))
    assert all(torch.equal(a, b) for a, b in zip(values, before, strict=True))


def test_a_norm_that_multiplies_by_zero_gives_no_nan():
    weight, bias, gamma, *rest = tensors()
    gamma[1] = 0
    weight.requires_grad_()
    gamma.requires_grad_()
    y = layer().train()(X, weight, bias, gamma, *rest)
    y.sum().backward()
    assert y.isfinite().all() and weight.grad.isfinite().all() and gamma.grad.isfinite().all()


def test_a_dead_channel_with_a_large_bias_keeps_its_bias():
    weight, bias = tensors()[:2]
    weight[0], bias[0] = 1e-9, 3.0
    for learned in (None, weight):
        y = QuantizedLayer(F.conv2d, ready(), 8, learned=learned)(X, weight, bias)
        torch.testing.assert_close(y[:, 0], torch.full_like(y[:, 0], 3.0), rtol=0, atol=1e-3)


def test_learned_scales_follow_the_norm():
    """A variance four times as large halves the folded weight; the codes stay, and so the scale must halve."""
    weight, bias, *statistics = tensors()
    one = layer(bits=3, learned=weight)
    scales = []
    for _ in range(2):
        scales.append(one.folded(weight, bias, *statistics)[2].scale)
        statistics[3] = 4 * statistics[3] + 3 * 1e-5
    torch.testing.assert_close(scales[1], scales[0] / 2)
    assert bool((scales[0] > 0).all())  # also where γ is negative: a step is a size


def test_gradients_reach_everything_that_trains():
    weight, bias, gamma, beta, *rest = (t.requires_grad_(i < 4) for i, t in enumerate(tensors()))
    for frozen in (False, True):
        source = ready(learned=True)
        one = QuantizedLayer(F.conv2d, source, 4, norm=BatchNorm(0.1, 1e-5), learned=weight)
        one.norm.frozen = frozen
        loss = one.train()(source(X), weight, bias, gamma, beta, *rest).square().sum()
        trained = [weight, gamma, beta, one.log_scale, source.log_scale]
        assert all(g.abs().max() > 0 for g in torch.autograd.grad(loss, trained))


def test_linear_layers_and_depthwise_convolutions_fold_alike():
    draw = torch.Generator().manual_seed(2)
    cases = [
        (F.linear, torch.rand(32, 6, generator=draw), torch.rand(4, 6, generator=draw) - 0.5),
        (lambda x, w, b: F.conv2d(x, w, b, groups=4), torch.rand(32, 4, 5, 5), torch.rand(4, 1, 3, 3) - 0.5),
    ]
    for operation, x, weight in cases:
        statistics = [torch.ones(4), torch.zeros(4), torch.zeros(4), torch.ones(4)]
        one = QuantizedLayer(operation, ready(), 8, norm=BatchNorm(0.1, 1e-5)).train()
        y = one(x, weight, None, *statistics)
        mean = y.transpose(0, 1).flatten(1).mean(1)
        torch.testing.assert_close(mean, torch.zeros(4), rtol=0, atol=1e-5)


def test_the_module_of_a_norm_is_torchs():
    theirs = nn.BatchNorm2d(3)
    gamma, beta = torch.rand(3), torch.rand(3)
    theirs.weight.data, theirs.bias.data = gamma, beta
    mean, variance = torch.zeros(3), torch.ones(3)
    assert torch.equal(BatchNorm(0.1, 1e-5)(X, gamma, beta, mean, variance), theirs(X))
    assert torch.equal(mean, theirs.running_mean) and torch.equal(variance, theirs.running_var)


def test_a_grid_may_be_handed_over_with_its_range():
    fake = FakeQuantize(bits=4)
    fake.start(QParams(torch.tensor(0.5), torch.tensor(5), 0, 15))
    assert (fake.low, fake.high) == (-2.5, 5.0)
