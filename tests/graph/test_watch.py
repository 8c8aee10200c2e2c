"""A watched graph: every value is seen, and what the eye returns goes on in its place."""

import pytest
import torch
from torch import nn

from edukit.graph import LAYERS, capture, watched

X = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
NET = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


@pytest.fixture
def graph():
    return capture(NET, X)


def test_every_value_is_seen_and_the_answer_stays(graph):
    seen = {}
    answer = watched(graph, (X,), lambda node, value: seen.update({node.name: value}))
    assert torch.equal(answer, graph(X)) and torch.equal(seen["relu"], NET[:2](X))


def test_what_the_eye_returns_goes_on(graph):
    answer = watched(graph, (X,), lambda node, value: 0 * value if node.name == "relu" else None)
    assert torch.equal(answer, NET[2].bias.expand(5, 2))


def test_operations_are_computed_by_another_function_from_their_first_input(graph):
    layers = [node for node in graph.graph.nodes if node.target in LAYERS]
    answer = watched(graph, (X,), lambda node, value: None, compute={layers[1]: lambda x: x.sum(1)})
    torch.testing.assert_close(answer, NET[:2](X).sum(1))
