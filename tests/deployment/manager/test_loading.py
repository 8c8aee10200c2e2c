"""Mapped files and shards answer as the whole file does."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment import export, load
from edukit.deployment.manager.loading import Mapped, Shards, save_mapped, save_shards
from edukit.networks import MobileClassifier, resnet18

X = np.random.default_rng(0).random((3, 3, 32, 32), dtype=np.float32)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    torch.manual_seed(0)
    return export(MobileClassifier().eval(), torch.rand(1, 3, 32, 32), tmp_path_factory.mktemp("net") / "net.onnx")


def test_a_mapped_file_answers_as_the_whole_one(path, tmp_path):
    graph, weights = save_mapped(path, tmp_path)
    assert weights.stat().st_size > 10 * graph.stat().st_size
    mapped = Mapped(graph)
    assert mapped.inputs == load(path).inputs and mapped.outputs == load(path).outputs
    np.testing.assert_allclose(mapped(X), load(path)(X), rtol=1e-4, atol=1e-4)
    assert save_mapped(path, tmp_path)[1].stat().st_size == weights.stat().st_size  # written anew, not added to


@pytest.mark.parametrize("shares", [(0.1, 0.9), (0.25, 0.25, 0.5)])
def test_shards_answer_as_the_whole_file(path, tmp_path, shares):
    files = save_shards(path, tmp_path, shares)
    shards = Shards(files[0])
    np.testing.assert_allclose(shards(X), load(path)(X), rtol=1e-5, atol=1e-5)
    assert shards.inputs == load(path).inputs and list(shards.outputs.values()) == list(load(path).outputs.values())
    sizes = [file.stat().st_size for file in files]
    assert len(files) == len(shares) and sum(sizes) < 1.1 * path.stat().st_size
    assert abs(sizes[0] / sum(sizes) - shares[0]) < 0.2


def test_no_cut_goes_through_a_shortcut(tmp_path):
    path = export(resnet18().eval(), torch.rand(1, 3, 64, 64), tmp_path / "resnet.onnx")
    x = np.random.default_rng(0).random((1, 3, 64, 64), dtype=np.float32)
    np.testing.assert_allclose(Shards(save_shards(path, tmp_path))(x), load(path)(x), rtol=1e-4, atol=1e-4)


def test_the_first_shard_answers_while_the_others_load(path, tmp_path):
    gate = threading.Event()
    files = save_shards(path, tmp_path)

    def opener(file):
        if file != files[0]:
            assert gate.wait(10)
        return load(file)

    shards = Shards(files, opener)
    features = shards.first(X)
    assert len(features) == 3 and not gate.is_set()
    gate.set()
    np.testing.assert_allclose(shards(X), load(path)(X), rtol=1e-5, atol=1e-5)


def test_what_fails_in_the_background_is_told_to_the_call_that_needs_it(path, tmp_path):
    files = save_shards(path, tmp_path)
    files[1].write_bytes(files[1].read_bytes()[:-9])
    shards = Shards(files)
    assert len(shards.first(X)) == 3
    with pytest.raises(ValueError, match="damaged"):
        shards(X)


def test_missing_shards_and_wrong_names_are_refused(path, tmp_path):
    files = save_shards(path, tmp_path)
    with pytest.raises(ValueError, match="must be the first shard"):
        Shards(files[1])
    files[1].unlink()
    with pytest.raises(ValueError, match="a shard is missing"):
        Shards(files[0])


@pytest.mark.parametrize("shares", [(1.0,), (0.5, 0.6), (0.0, 1.0)])
def test_shares_that_are_none_are_refused(path, tmp_path, shares):
    with pytest.raises(ValueError, match="shares must be"):
        save_shards(path, tmp_path, shares)


def test_a_network_of_two_ways_cannot_be_cut(tmp_path):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x):
            return self.a(x) + self.b(x)

    path = export(Two(), torch.rand(1, 4), tmp_path / "two.onnx")
    with pytest.raises(ValueError, match="cannot be cut"):
        save_shards(path, tmp_path, (0.2, 0.3, 0.5))


def test_a_damaged_mapped_graph_is_refused(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with pytest.raises(ValueError, match="not a model"):
        Mapped(tmp_path / "bad.onnx")
