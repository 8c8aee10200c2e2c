"""Quantization-aware training of a whole model: train with the rounding in place, then convert to integers.

    capture → fold, place and calibrate as `quantize_model` does → fake instead of real (fake.py) → train → convert

Training starts at the values of `quantize_model`, to the last bit: what training adds is visible from the first step.
The trained model converts to integers without a change: both round the same numbers to the same grids. Dropout is
gone, because the graph is captured in evaluation form; batch norm trains as before.

Source       Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3
In production  prepare_qat_pt2e and convert_pt2e of torchao.quantization.pt2e; QATConfig of torchao.quantization.qat
"""

import copy

import torch
from torch import fx, nn

from edukit.checked import checked
from edukit.graph import Captured, capture
from edukit.quantization.grid.affine import check_bits, quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.observer import as_batches
from edukit.quantization.ptq.floats import Report, whole_report
from edukit.quantization.ptq.fold import fold_graph
from edukit.quantization.ptq.layerwise import Layer, has_weight
from edukit.quantization.ptq.placement import activation_grid, choose_grids, reported
from edukit.quantization.ptq.rewrite import QuantizedModel, cleaned, counted, quantize_activation, store_layer
from edukit.quantization.ptq.standard_form import as_linear_layers, count_inside
from edukit.quantization.qat.fake import BatchNorm, FakeQuantize
from edukit.quantization.qat.fake_graph import (
    answer_with_a_tensor,
    fake_activation,
    fake_layer,
    layers_of,
    make_trainable,
    origins,
)
from edukit.refuse import check_model, check_weights
from edukit.turns import in_turn


class QatModel(nn.Module):
    """A trainable model that computes with fake-quantized numbers; its parameters have the names they had.

    network   the torch.fx module that runs and trains
    report    as that of the QuantizedModel which `convert` will make
    """

    def __init__(self, network: fx.GraphModule, plain: fx.Graph, report: Report, activation_bits: int):
        super().__init__()
        self.network, self.plain, self.report, self.activation_bits = network, plain, report, activation_bits

    def forward(self, *inputs, **named):
        return self.network(*inputs, **named)

    def extra_repr(self) -> str:
        return counted(self.report)

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


@checked
@in_turn
def prepare_qat(
    model: nn.Module, calibration, weight_bits: int = 8, activation_bits: int = 8, *, learned_step: bool = False
) -> QatModel:
    """A trainable copy of a model, quantized as it trains; the model itself is not changed.

    calibration    as in `quantize_model`: the ranges to start from
    learned_step   scales are parameters and follow the loss (LSQ); otherwise weights take max|w|, activations a
                   moving average of their range
    Raises what `quantize_model` raises.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
    >>> qat = prepare_qat(net, torch.rand(8, 1, 8, 8), 4, 4)
    >>> [name for name, _ in qat.named_parameters()]
    ['network.0.weight', 'network.1.weight', 'network.1.bias']
    """
    weight_bits = check_bits(weight_bits, "weight_bits", most=8)
    activation_bits = check_bits(activation_bits, "activation_bits", most=8)
    check_weights(model)
    batches = as_batches(calibration, model)
    graph = capture(model, batches[0])
    answer_with_a_tensor(graph)
    count_inside(graph)
    plain = copy.deepcopy(graph.graph)
    as_linear_layers(graph)
    reads = layers_of(graph)
    tensors = {name: layer.tensors(graph) for name, layer in reads.items()}
    fold_graph(graph, before_layers=False)
    nodes = list(graph.graph.nodes)
    origin = origins(graph)
    grids = choose_grids(graph, origin, batches, lambda seen: activation_grid(seen, min_max, activation_bits))
    weighted = [node for node in nodes if has_weight(graph, node)]
    rows = {node: reported(node, weight_bits if node.name in reads else None) for node in weighted}
    report = whole_report(graph, rows, origin)
    sources = {node: origin[node.args[0]] for node in nodes if node.name in reads}
    points = dict.fromkeys(origin.values())
    fakes = {point: fake_activation(graph, point, grids[point], activation_bits, learned_step) for point in points}
    for node, point in sources.items():
        learned = tensors[node.name][0] if learned_step else None
        fake_layer(graph, node, reads[node.name], fakes[point], bits=weight_bits, learned=learned)
    make_trainable(graph)
    return QatModel(cleaned(graph), plain, report, activation_bits)


@in_turn
def convert(model: QatModel) -> QuantizedModel:
    """The integer model of a trained one: the same codes and grids, stored; the trained model is not changed.

    >>> qat = prepare_qat(nn.Sequential(nn.Linear(4, 2)), torch.rand(8, 4))
    >>> quantized = convert(qat.eval())
    >>> bool((quantized(torch.ones(1, 4)) - qat(torch.ones(1, 4))).abs().max() < 1e-6)
    True
    """
    if not isinstance(model, QatModel):
        raise TypeError(f"model must come from prepare_qat, got {type(model).__name__}")
    model = copy.deepcopy(model)
    graph = Captured(model.network, model.plain)
    as_linear_layers(graph)
    modules = dict(model.network.named_modules())
    tensors = {name: layer.tensors(graph) for name, layer in layers_of(graph).items()}
    fold_graph(graph, before_layers=False)
    nodes = list(graph.graph.nodes)
    origin = origins(graph)
    grids = {point: modules[f"{origin[point].name}_fake"].grid for point in origin}
    x_grids = {node: grids[node.args[0]] for node in nodes if node.name in tensors}
    with torch.no_grad():
        for node, x_grid in x_grids.items():
            weight, bias, grid = modules[f"{node.name}_layer"].folded(*tensors[node.name])
            store_layer(graph, node, Layer(weight, bias, grid, quantize(weight, grid)), x_grid)
        for point in origin:
            quantize_activation(graph, point, grids[point])
    return QuantizedModel(cleaned(graph), model.report, model.activation_bits)


def freeze_batchnorm(model: nn.Module) -> nn.Module:
    """A copy that goes on training with the means and variances it has, as the integer model will.

    >>> qat = prepare_qat(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)), torch.rand(8, 1, 8, 8))
    >>> [m.frozen for m in freeze_batchnorm(qat).modules() if isinstance(m, BatchNorm)]
    [True]
    """
    return _with_attribute(model, BatchNorm, "frozen", True)


def freeze_observers(model: nn.Module) -> nn.Module:
    """A copy whose activation ranges stay as they are, however long it trains.

    >>> fake = FakeQuantize()
    >>> _ = fake(torch.tensor([0.0, 1.0]))
    >>> freeze_observers(fake)(torch.tensor([5.0])).item()
    1.0
    """
    return _with_attribute(model, FakeQuantize, "observing", False)


def learn_clips(model: nn.Module) -> nn.Module:
    """A copy whose activation ranges end where the loss wants it (PACT), as far as they start at 0.

    Raises ValueError where no observed range starts at 0, as every range behind a ReLU does.

    >>> qat = learn_clips(prepare_qat(nn.Sequential(nn.Linear(4, 2), nn.ReLU()), torch.rand(8, 4)))
    >>> [name for name, _ in qat.named_parameters() if "clip" in name]
    ['network.input_1_fake.log_clip', 'network.relu_fake.log_clip']
    """
    check_model(model)
    model = copy.deepcopy(model)
    fakes = [module for module in model.modules() if isinstance(module, FakeQuantize)]
    found = [fake for fake in fakes if fake.log_scale is None and int(fake.zero_point) == 0 and not fake.low.isnan()]
    if not found:
        raise ValueError("model must hold an observed range of activations that starts at 0, got none")
    for fake in found:
        fake.learn_clip()
    return model


def clip_penalty(model: nn.Module) -> torch.Tensor:
    """The sum of the squares of all learned clips, 0 without any: times a strength, a part of the loss of PACT.

    >>> net = nn.Sequential(nn.ReLU(), nn.Linear(1, 1, bias=False))
    >>> _ = nn.init.constant_(net[1].weight, -1.0)  # so that of all ranges only the input's starts at 0
    >>> qat = learn_clips(prepare_qat(net, torch.tensor([[0.0], [2.0]])))
    >>> round(clip_penalty(qat).item(), 3)
    4.0
    """
    clips = [module.log_clip for module in model.modules() if isinstance(module, FakeQuantize)]
    return sum((10 ** (2 * clip) for clip in clips if clip is not None), start=torch.zeros(()))


def _with_attribute(model, kind, name, value) -> nn.Module:
    """A copy in which all modules of a kind have this attribute."""
    check_model(model)
    model = copy.deepcopy(model)
    for module in model.modules():
        if isinstance(module, kind):
            setattr(module, name, value)
    return model
