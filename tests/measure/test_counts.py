"""Costs: counted operators against torch's own counter."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.utils import prune
from torch.utils.flop_counter import FlopCounterMode

from edukit.measure import count_activations, count_macs, count_parameters, size_bytes
from edukit.pruning import shrink_to_macs
from edukit.quantization import prepare_qat, quantize_dynamic, quantize_model


class Attention(nn.Module):
    def __init__(self, value_size):
        super().__init__()
        self.value_size = value_size

    def forward(self, q, k):
        return nn.functional.scaled_dot_product_attention(q, k, k[..., : self.value_size])


class SelfAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x)[0]


class Einsum(nn.Module):
    def forward(self, a, b):
        return torch.einsum("bhik,bhjk->bhij", a, b)


CASES = {
    "conv": (nn.Conv2d(3, 8, 3, stride=2, padding=1), (3, 11, 9)),
    "conv without bias": (nn.Conv2d(3, 8, (1, 5), bias=False), (3, 11, 9)),
    "grouped": (nn.Conv2d(6, 9, 3, groups=3), (6, 8, 8)),
    "depthwise, dilated": (nn.Conv2d(6, 12, 3, groups=6, dilation=2), (6, 8, 8)),
    "conv 1d": (nn.Conv1d(3, 5, 4), (3, 20)),
    "conv 3d": (nn.Conv3d(2, 3, 2), (2, 4, 5, 6)),
    "transposed": (nn.ConvTranspose2d(4, 6, 3, stride=2), (4, 5, 6)),
    "transposed, grouped": (nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2), (4, 5, 6)),
    "linear": (nn.Linear(7, 5), (7,)),
    "linear on a sequence": (nn.Linear(7, 5), (3, 7)),
    "linear without bias": (nn.Linear(7, 5, bias=False), (2, 3, 7)),
    "attention as one operator": (Attention(8), [(2, 5, 8), (2, 9, 8)]),
    "attention as matrix products": (Attention(4), [(2, 5, 8), (2, 9, 8)]),
    "self-attention": (SelfAttention(), (5, 8)),
    "einsum": (Einsum(), [(2, 5, 8), (2, 9, 8)]),
    "gru": (nn.GRU(4, 6, batch_first=True), (5, 4)),
    "all together": (nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(128, 9)),)
    + ((3, 6, 6),),
}


@pytest.mark.parametrize("model, shapes", CASES.values(), ids=CASES.keys())
def test_macs_are_half_of_torchs_flops(model, shapes):
    inputs = [torch.zeros(1, *shape) for shape in (shapes if isinstance(shapes, list) else [shapes])]
    # torch's counter sees 0 where attention runs as one operator of the CPU: have it run as matrix products
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as oracle:
        copy.deepcopy(model).train()(*inputs)
    assert count_macs(model, shapes) == oracle.get_total_flops() / 2 > 0


def test_one_operator_after_another_in_closed_form():
    assert count_macs(nn.Conv2d(4, 6, 5, groups=2, padding=2), (4, 7, 9)) == 7 * 9 * 6 * (4 // 2) * 5**2
    assert count_macs(nn.ConvTranspose2d(4, 6, 2, stride=2), (4, 7, 9)) == 7 * 9 * 4 * 6 * 2**2
    assert count_macs(nn.Linear(7, 5), (3, 7)) == count_macs(nn.Linear(7, 5), [3, 7]) == 3 * 7 * 5
    assert count_macs(Attention(8), [(2, 5, 8), (2, 9, 8)]) == 2 * 5 * 9 * (8 + 8)
    assert count_macs(Attention(4), [(2, 5, 8), (2, 9, 8)]) == 2 * 5 * 9 * (8 + 4)
    assert count_macs(nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.AvgPool2d(2)), (3, 4, 4)) == 0


def test_activations_in_closed_form():
    """What goes in and what comes out; the factors of an attention are activations, those of a layer are weights."""
    assert count_activations(nn.Conv2d(4, 6, 5, groups=2, padding=2), (4, 7, 9)) == 7 * 9 * (4 + 6)
    assert count_activations(nn.ConvTranspose2d(4, 6, 2, stride=2), (4, 7, 9)) == 7 * 9 * 4 + 14 * 18 * 6
    assert count_activations(nn.Linear(7, 5), (7,)) == 7 + 5
    assert count_activations(Attention(8), [(2, 5, 8), (2, 9, 8)]) == 2 * 8 * (5 + 9 + 9 + 5)
    assert count_activations(nn.Sequential(nn.BatchNorm2d(3), nn.ReLU()), (3, 4, 4)) == 0


def test_a_layer_used_twice_costs_twice_but_is_stored_once():
    layer = nn.Linear(6, 6)
    twice = nn.Sequential(layer, layer)
    assert count_macs(twice, (6,)) == 2 * count_macs(layer, (6,))
    assert count_parameters(twice) == count_parameters(layer) == 42
    assert size_bytes(twice) == size_bytes(layer) == 4 * 42


def test_counting_does_not_touch_the_model():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout()).train()
    before = copy.deepcopy(model.state_dict())
    count_macs(model, (3, 8, 8))
    assert all(module.training for module in model.modules())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert torch.backends.mha.get_fastpath_enabled()


@pytest.mark.parametrize("shape", [(4, 8, 8), (3, -1, 8), (), 3, [(3, 8, 8), (3, 8, 8)]])
def test_a_shape_the_model_does_not_take_is_refused(shape):
    with pytest.raises(ValueError, match="input_shape"):
        count_macs(nn.Conv2d(3, 4, 3), shape)


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ValueError, match="recurrent"):
        count_macs(nn.LSTM(4, 6), (5, 4))


def test_an_example_is_counted_as_its_shape_is():
    net, x = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(288, 4)), torch.rand(5, 3, 8, 8)
    assert count_macs(net, x) == count_macs(net, x.numpy()) == count_macs(net, (x,)) == count_macs(net, (3, 8, 8)) > 0
    shared = torch.rand(5, 5)  # no batch: not cut to its first row

    class Masked(nn.Module):
        def forward(self, x, mask):
            return mask @ x

    assert count_macs(Masked(), (torch.rand(2, 5, 8), shared)) == 5 * 5 * 8


def test_token_models_are_counted_by_shape_or_example():
    net = nn.Sequential(nn.Embedding(50, 16), nn.Flatten(), nn.Linear(96, 4))
    assert count_macs(net, (6,)) == count_macs(net, torch.randint(50, (3, 6))) == 96 * 4
    mlp = nn.Sequential(nn.Embedding(50, 16), nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
    smaller = shrink_to_macs(mlp, torch.ones(2, 5).long(), 0.5)
    assert count_macs(smaller, (5,)) <= 0.5 * 5 * (16 * 32 + 32 * 4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_models_of_every_type_are_counted(dtype):
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(288, 4)).to(dtype)
    macs = 6 * 6 * 8 * 27 + 288 * 4
    assert count_macs(net, (3, 8, 8)) == count_macs(net, torch.rand(2, 3, 8, 8, dtype=dtype)) == macs


def test_a_quantized_model_is_counted_as_the_float_one():
    net, x = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 8)), torch.randn(16, 16)
    kinds = quantize_model(net, x), quantize_dynamic(net), quantize_dynamic(net, example=x), prepare_qat(net, x)
    assert {count_macs(kind, (16,)) for kind in kinds} == {count_macs(net, (16,))} == {16 * 64 + 64 * 8}


def test_a_model_that_prunes_by_a_hook_is_counted():
    net = nn.Sequential(nn.Linear(4, 3))
    prune.l1_unstructured(net[0], "weight", amount=0.5)
    assert count_macs(net, (4,)) == 12


def test_operators_that_may_do_any_work_are_not_counted_as_none():
    @torch.library.custom_op("test_measure::multiply", mutates_args=())
    def multiply(x: torch.Tensor) -> torch.Tensor:
        return x @ x.mT

    class Multiplies(nn.Module):
        def forward(self, x):
            return multiply(x)

    with pytest.raises(ValueError, match="test_measure::multiply"):
        count_macs(Multiplies(), (3, 3))
    with pytest.raises(ValueError, match="bilinear"):
        count_macs(nn.Bilinear(3, 4, 5), [(3,), (4,)])


def test_bytes_of_a_model_are_those_of_its_arrays():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 300).half())
    model.register_buffer("codes", torch.zeros(500, dtype=torch.int8))
    assert size_bytes(model) == len(b"".join(tensor.numpy().tobytes() for tensor in model.state_dict().values()))


def test_bytes_of_files_and_folders(tmp_path):
    (tmp_path / "a").write_bytes(bytes(100))
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b").write_bytes(bytes(20))
    assert size_bytes(tmp_path / "a") == size_bytes(str(tmp_path / "a")) == 100
    assert size_bytes(tmp_path) == 120
    with pytest.raises(FileNotFoundError, match="missing"):
        size_bytes(tmp_path / "missing")
