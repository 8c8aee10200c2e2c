"""Two small files for phones, of one network: in float and in integers."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment import export
from edukit.quantization import quantize_model

IMAGES = np.random.default_rng(0).random((6, 1, 8, 8), np.float32)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10)).eval()
    folder = tmp_path_factory.mktemp("phone")
    float_file = export(model, IMAGES, folder / "float.onnx")
    return {"FP32": float_file, "INT8": export(quantize_model(model, IMAGES), IMAGES, folder / "int8.onnx")}


@pytest.fixture(scope="session")
def images():
    return IMAGES.copy()
