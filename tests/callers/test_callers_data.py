"""No function writes into the caller's inputs, also where the model does."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.deployment import export
from edukit.measure import count_macs
from edukit.pruning import reestimate_batchnorm, shrink, shrink_to_macs
from edukit.quantization import (
    diagnose,
    equalize,
    layer_errors,
    prepare_qat,
    quantize_dynamic,
    quantize_model,
    sensitivity,
    smoothquant,
)
from edukit.quantization.lowbit.binary_network import binary_model
from edukit.training import predict


class Normalising(nn.Module):
    """Takes the mean from its input where it lies, as code for photographs does."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3)
        self.norm = nn.BatchNorm2d(16)
        self.second = nn.Conv2d(16, 16, 3)
        self.last = nn.Linear(16, 4)

    def forward(self, x):
        x = x.sub_(0.5).div_(0.25)
        x = F.relu(self.norm(self.first(x)))
        return self.last(F.relu(self.second(x)).mean((2, 3)))


CALLS = {
    "quantize_model": quantize_model,
    "quantize_dynamic": lambda model, x: quantize_dynamic(model, example=x),
    "prepare_qat": prepare_qat,
    "equalize": equalize,
    "smoothquant": smoothquant,
    "layer_errors": layer_errors,
    "sensitivity": lambda model, x: sensitivity(model, x, lambda tried: 0.0),
    "diagnose": lambda model, x: diagnose(model, x, lambda tried: 1.0),
    "binary_model": binary_model,
    "shrink": lambda model, x: shrink(model, x, 0.5),
    "shrink_to_macs": lambda model, x: shrink_to_macs(model, x, 0.8, scope="output", multiple=1),
    "reestimate_batchnorm": reestimate_batchnorm,
    "count_macs": count_macs,
    "predict": predict,
}


@pytest.mark.parametrize("name", CALLS)
def test_the_callers_inputs_stay_as_they_are(name):
    torch.manual_seed(0)
    x = torch.rand(16, 3, 12, 12)
    before = x.clone()
    CALLS[name](Normalising().eval(), x)
    assert torch.equal(x, before)


def test_an_export_leaves_the_example_as_it_is(tmp_path):
    x = torch.rand(2, 3, 12, 12)
    before = x.clone()
    export(Normalising().eval(), x, tmp_path / "model.onnx")
    assert torch.equal(x, before)
