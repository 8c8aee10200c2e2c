"""The tables are made; no time is asserted, for it belongs to the machine."""

import torch
from torch import nn

from edukit.experiments.pruning import sparse_speed
from edukit.experiments.pruning.sparse_speed import matmul_latencies, network_latencies, variants, weights_bytes
from edukit.measure import count_macs, size_bytes


def test_every_sparsity_is_timed_dense_and_sparse_with_spread():
    found = matmul_latencies((16, 16), 4, [0.5, 0.99], repeats=3)
    assert list(found) == ["dense", "zeros 50%", "csr 50%", "zeros 99%", "csr 99%"]
    assert all(latency.repeats == 3 and 0 < latency.median_s <= latency.p90_s for latency in found.values())


def test_the_sparse_product_is_the_dense_one_and_so_little_is_stored(monkeypatch):
    calls = {}
    monkeypatch.setattr(sparse_speed, "latencies", lambda fns, **how: calls.update(fns))
    matmul_latencies((32, 24), 5, [0.5, 0.9])
    for sparsity in ("50%", "90%"):
        assert torch.allclose(calls[f"csr {sparsity}"](), calls[f"zeros {sparsity}"](), atol=1e-5)
    assert not torch.allclose(calls["zeros 90%"](), calls["dense"](), atol=1)


def test_bytes_fall_with_sparsity_and_two_four_is_nine_sixteenths():
    rows = weights_bytes((64, 64), [0.5, 0.9])
    assert rows["50%"]["dense"] == rows["90%"]["dense"] == 64 * 64 * 2
    assert rows["90%"]["csr"] < rows["50%"]["csr"] and rows["90%"]["bitmask"] < rows["50%"]["bitmask"]
    assert rows["2:4"]["2:4"] == 9 / 16 * rows["2:4"]["dense"]


def test_masks_are_as_large_as_the_model_and_only_fewer_channels_are_less_work():
    """An article's "speed-up" came from masks: MACs and bytes say why a runtime cannot see them."""
    net = nn.Sequential(nn.Linear(8, 30), nn.ReLU(), nn.Linear(30, 4))
    models = variants(net, torch.rand(1, 8))
    assert int((models["90% zeros"][0].weight == 0).sum()) == 216
    assert int((models["2:4 zeros"][0].weight == 0).sum()) == 120
    macs = {name: count_macs(model, (8,)) for name, model in models.items()}
    assert macs == {"dense": 360, "90% zeros": 360, "2:4 zeros": 360, "half of the MACs": 180, "in fours": 144}
    assert size_bytes(models["90% zeros"]) == size_bytes(models["2:4 zeros"]) == size_bytes(net)


def test_each_model_becomes_a_file_and_is_run_on_one_row(monkeypatch):
    monkeypatch.setattr(sparse_speed, "latencies", lambda fns, **how: {name: fn() for name, fn in fns.items()})
    monkeypatch.setattr(sparse_speed, "export", lambda model, row, path: (model, row.shape))
    monkeypatch.setattr(sparse_speed, "load", lambda file: lambda x: (*file, x.shape))
    one, other = nn.Linear(8, 2), nn.Linear(8, 3)
    found = network_latencies({"one": one, "other": other}, torch.rand(5, 8))
    assert found == {"one": (one, (1, 8), (1, 8)), "other": (other, (1, 8), (1, 8))}
