"""Features: torch as oracle, hooks that really are in place, adapters for whatever the two models have."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.distillation import FeatureExtractor, Hints, attention_loss, feature_loss
from edukit.distillation.features import StudentWithAdapters, adapter, same_size

RANDOM = torch.Generator().manual_seed(0)


def features(*shape):
    return torch.rand(shape, generator=RANDOM)


@pytest.mark.parametrize("shape", [(2, 3), (4, 5, 6), (2, 3, 4, 5)])
def test_feature_loss_equals_torchs_and_no_gradient_reaches_the_teacher(shape):
    student, teacher = features(*shape).requires_grad_(), features(*shape).requires_grad_()
    loss = feature_loss(student, teacher)
    assert torch.allclose(loss, F.mse_loss(student, teacher))
    loss.backward()
    assert student.grad is not None and teacher.grad is None and feature_loss(teacher, teacher) == 0


def test_attention_looks_where_and_not_how_strongly_or_in_how_many_channels():
    f = features(3, 4, 5, 6)
    assert attention_loss(f, 7 * f) < 1e-10 and attention_loss(f, f.repeat(1, 3, 1, 1)) < 1e-10
    other = features(3, 2, 5, 6)
    maps = [m.square().sum(1).flatten(1) for m in (f, other)]
    maps = [m / m.norm(dim=1, keepdim=True) for m in maps]
    assert torch.allclose(attention_loss(f, other), (maps[0] - maps[1]).square().sum() / 3)
    apart = torch.zeros(2, 1, 1, 2)
    apart[..., 0] = 1
    assert attention_loss(apart, apart.flip(-1)) == 2  # the largest there is: two maps that never meet


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 4, 5, 6), (3, 4, 5, 7)])
def test_attention_maps_must_have_one_size(shape):
    with pytest.raises(ValueError, match="must be .B, channels, H, W. of one size"):
        attention_loss(features(3, 4, 5, 6), features(*shape))


def test_features_of_other_shapes_need_an_adapter():
    with pytest.raises(ValueError, match=r"one shape, got \(2, 3\) and \(2, 4\): use an adapter"):
        feature_loss(features(2, 3), features(2, 4))


def test_mistake_a_name_that_no_layer_has():
    """Names compared with a list of dicts matched nothing, so no layer was ever hooked."""
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    for name in ("fc", "", "0.weight"):
        with pytest.raises(ValueError, match=f"no module is called {name!r}; there are 0, 1"):
            FeatureExtractor(net, [name])


def test_a_tap_sees_what_the_module_gave_and_goes_when_it_is_done():
    net, x = nn.Sequential(nn.Linear(2, 3), nn.ReLU()), features(4, 2)
    with FeatureExtractor(net, ["0", "1"]) as extractor:
        net(x)
    assert torch.equal(extractor.seen["0"], net[0](x)) and torch.equal(extractor.seen["1"], net(x))
    assert not net[0]._forward_hooks
    with pytest.raises(RuntimeError), FeatureExtractor(net, ["0"]):
        net(features(4, 9))
    assert not net[0]._forward_hooks


def test_a_module_that_gives_no_tensor_is_named():
    with (
        pytest.raises(ValueError, match="module '0' must give a tensor, got tuple"),
        FeatureExtractor(net := nn.Sequential(nn.LSTM(2, 3)), ["0"]),
    ):
        net(features(4, 5, 2))


@pytest.mark.parametrize("mine, other", [((2, 8, 4, 4), (2, 16, 4, 4)), ((2, 7, 8), (2, 7, 5)), ((2, 8), (2, 3))])
def test_an_adapter_turns_the_students_channels_into_the_teachers(mine, other):
    assert adapter(features(*mine), features(*other))(features(*mine)).shape == other


def test_features_with_other_axes_are_refused():
    with pytest.raises(ValueError, match="equally many axes"):
        adapter(features(2, 8, 4, 4), features(2, 8))


def test_the_larger_image_is_pooled():
    small, large = features(2, 3, 4, 4), features(2, 5, 8, 8)
    assert torch.equal(same_size(small, large)[1], F.avg_pool2d(large, 2))
    assert torch.equal(same_size(large, small)[0], F.avg_pool2d(large, 2))


def test_adapters_learn_with_the_student():
    student, teacher = nn.Sequential(nn.Linear(2, 3)), nn.Sequential(nn.Linear(2, 5))
    adapted = StudentWithAdapters(student, teacher, Hints({"0": "0"}), torch.zeros(1, 2))
    assert {name for name, _ in adapted.named_parameters()} == {
        "student.0.weight",
        "student.0.bias",
        "adapters.0.weight",
    }


@pytest.mark.parametrize("arguments, word", [({"pairs": {}}, "pairs"), ({"pairs": {"0": "0"}, "weight": -1}, "weight")])
def test_bad_hints_are_refused_by_name(arguments, word):
    with pytest.raises(ValueError, match=f"{word} must"):
        Hints(**arguments)
