"""Deep Compression: what is read is what was written, and the file weighs what it must."""

import numpy as np
import pytest
import torch
from torch import nn
from unseen import NETWORKS, build

from edukit.measure import size_bytes
from edukit.pruning import prune_model
from edukit.quantization.lowbit.codebook import SharedWeights
from edukit.quantization.lowbit.deep_compression import from_gaps, load_compressed, save_compressed, to_gaps
from edukit.quantization.lowbit.huffman import entropy

X16 = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_net_never_seen_comes_back_from_its_file(name, tmp_path):
    model = build(name)
    shared = SharedWeights(prune_model(model, 0.8), bits=3)
    path = save_compressed(shared, tmp_path / "net")
    before = {key: value.clone() for key, value in model.state_dict().items()}
    loaded, plain = load_compressed(model, path), shared.plain()
    assert all(torch.equal(value, plain.state_dict()[key]) for key, value in loaded.state_dict().items())
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    with torch.no_grad():
        assert torch.equal(loaded(X16), plain(X16))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 5000])
def test_gaps_say_where_the_codes_are(share, size):
    random = np.random.default_rng(size)
    codes = np.where(random.random(size) < share, random.integers(1, 256, size), 0)
    gaps, symbols = to_gaps(codes)
    assert np.array_equal(from_gaps(gaps, symbols, size), codes)
    assert not gaps.size or (1 <= gaps.min() and gaps.max() <= 255)


@pytest.mark.parametrize("gap", [1, 254, 255, 256, 510, 511, 1000])
def test_a_long_gap_is_bridged_by_fillers(gap):
    codes = np.zeros(gap, int)
    codes[-1] = 9
    gaps, symbols = to_gaps(codes)
    assert gaps.sum() == gap and len(gaps) == -(-gap // 255) and symbols.tolist() == [0] * (len(gaps) - 1) + [9]


def test_the_file_weighs_what_its_streams_weigh(tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = nn.Linear(512, 512)
    shared = SharedWeights(prune_model(net, 0.9), bits=4)
    path = save_compressed(shared, tmp_path / "net")
    gaps, symbols = to_gaps(shared.codes()["weight"].numpy())
    bits = len(gaps) * (entropy(gaps) + entropy(symbols))
    assert bits / 8 < size_bytes(path) < (bits + 2 * len(gaps)) / 8 + 4 * (512 + 15) + 2 * (6 + 256) + 600
    assert size_bytes(path) < 512 * 512 * 4 / 30  # more than 30 times smaller than float32, header and bias included


def test_a_weight_used_twice_is_stored_once(tmp_path):
    net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
    net[2].weight = net[0].weight
    shared = SharedWeights(net, bits=2)
    loaded = load_compressed(net, save_compressed(shared, tmp_path / "net"))
    assert loaded[2].weight is loaded[0].weight and torch.equal(loaded[2].weight, shared.plain()[2].weight)


OTHERS = {
    "wider": lambda: nn.Linear(70, 64),
    "turned": lambda: nn.Linear(32, 128),
    "without bias": lambda: nn.Linear(64, 64, bias=False),
    "of other names": lambda: nn.Sequential(nn.Linear(64, 64)),
    "with more": lambda: nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_file_of_another_network_is_refused(other, tmp_path):
    path = save_compressed(SharedWeights(nn.Linear(64, 64), bits=2), tmp_path / "net")
    with pytest.raises(ValueError, match="^model must have the tensors of the file"):
        load_compressed(other(), path)
    with pytest.raises(TypeError, match="^model must be"):
        load_compressed(None, path)


@pytest.mark.parametrize(
    "gaps, symbols", [([0], [1]), ([3, 3], [1, 1]), ([1] * 6, [1] * 6), ([1], [1, 2]), ([-1], [1]), ([6], [1])]
)
def test_gaps_that_leave_the_row_are_refused(gaps, symbols):
    with pytest.raises(ValueError, match="^gaps must"):
        from_gaps(gaps, symbols, 5)
