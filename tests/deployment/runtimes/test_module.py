"""A model in memory is called like a file, and stays as it was when it was loaded."""

import numpy as np
import pytest
import torch
from mobile_networks import IMAGES, quantized
from torch import nn

from edukit.deployment import load


def test_answers_are_those_of_evaluation_mode_and_training_on_changes_none():
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.9)).train()
    x = np.random.default_rng(0).random((5, 4), np.float32)
    session = load(model, threads=2)
    expected = model[0](torch.from_numpy(x)).detach().numpy()
    np.testing.assert_array_equal(session(x), expected)
    model[0].weight.data.zero_()
    np.testing.assert_array_equal(session(x.astype(np.float64)), expected)
    assert model.training and session.inputs == {"input": None} and session.runtime == "torch"


def test_a_quantized_model_knows_its_shapes():
    session = load(quantized("vgg"))
    assert list(session.inputs.values()) == [("batch", 3, 16, 16)] and session(IMAGES[:2]).shape == (2, 5)
    with pytest.raises(ValueError, match="must have the shape"):
        session(IMAGES[:, :2])


@pytest.mark.parametrize("kind", [torch.float64, torch.float16])
def test_a_model_of_another_kind_of_floats_takes_its_own(kind):
    model, x = nn.Linear(4, 3).to(kind), torch.rand(5, 4).to(kind)
    np.testing.assert_array_equal(load(model)(x.numpy()), model(x).detach().numpy())


def test_it_runs_nowhere_else():
    with pytest.raises(ValueError, match="runtime must be 'torch'"):
        load(nn.Linear(2, 2), runtime="onnxruntime")
