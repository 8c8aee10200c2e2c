"""Bytes and seconds of a model, measured in a fresh process."""

import numpy as np
import pytest
import torch
from fake_models import linear_file
from torch import nn

from edukit.deployment import export, load
from edukit.deployment.manager.measured import fitting, measure


def test_a_model_of_ten_megabytes_takes_between_one_and_four_times_its_file(tmp_path):
    path = linear_file(tmp_path, 1600, 1600)
    measured = measure(path)
    assert path.stat().st_size <= measured.memory_bytes < 4 * path.stat().st_size
    assert measured.latency_s > 0 and measured.inputs == {"x": ["batch", 1600]}


def test_the_processs_own_words_are_told(tmp_path):
    with pytest.raises(ValueError, match="cannot be loaded and run: ValueError: path must be an exported file"):
        measure(tmp_path / "nothing.onnx")


class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)

    def forward(self, x):
        return self.embedding(x).mean(1)


def test_zeros_fit_models_of_floats_and_of_whole_numbers(tmp_path):
    floats = load(linear_file(tmp_path, 3, 2))
    tokens = load(export(Tokens(), torch.zeros(1, 5, dtype=torch.long), tmp_path / "tokens.onnx"))
    assert fitting(floats)[0].dtype == np.float32 and fitting(tokens)[0].dtype == np.int64
    assert fitting(tokens)[0].shape == (1, 5)


def test_a_model_that_takes_nothing_usual_is_refused():
    class Never:
        inputs = {"x": (2,)}

        def __call__(self, x):
            raise TypeError("text wanted")

    with pytest.raises(ValueError, match="does not run on zeros: TypeError: text wanted"):
        fitting(Never())


def test_a_model_of_unknown_shapes_is_refused():
    class Silent:
        inputs = {"x": None}

    with pytest.raises(ValueError, match="does not say which shapes"):
        fitting(Silent())
