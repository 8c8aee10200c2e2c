"""Static post-training quantization of a whole model: no training, a few hundred unlabelled inputs.

    trace, fold batch norm (fold.py) → where grids go, and which (placement.py) → round the weights (layerwise.py)
          → put every value on its grid (rewrite.py)

Weights get 8 bits or fewer, symmetric, with one scale per output channel; activations get uint8, asymmetric, with one
scale per tensor, from the calibration data. A bias is int32 at scale S_x S_w, the scale of the accumulator to which
it is added. What has no integer operator (softmax, norms, gates) stays float and is reported with the reason.

Source       Krishnamoorthi 2018, https://arxiv.org/abs/1806.08342
In production  torchao.quantization.pt2e (prepare_pt2e, convert_pt2e); onnxruntime.quantization.quantize_static
"""

from torch import fx, nn

from edukit.checked import checked
from edukit.graph import layer_name, parameter
from edukit.quantization.grid.affine import check_bits
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.observer import as_batches
from edukit.quantization.ptq.floats import whole_report
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.layerwise import Layer, has_weight, round_layers
from edukit.quantization.ptq.placement import STAYS_FLOAT, activation_grid, choose_grids, observed, reported, why_float
from edukit.quantization.ptq.rewrite import (
    QuantizedModel,
    cleaned,
    layer_bias,
    quantize_activation,
    store_half,
    store_layer,
    weight_grid,
    with_room_for_bias,
)
from edukit.quantization.ptq.rounding import gptq
from edukit.refuse import check_weights
from edukit.turns import in_turn

WIDEST = 6144  # inputs of one output, up to which GPTQ is the default: its moments take 8 bytes for each pair of them


@checked
@in_turn
def quantize_model(
    model: nn.Module,
    calibration,
    weight_bits: int | dict | None = 8,
    activation_bits: int | None = 8,
    *,
    calibrator=min_max,
    weight_calibrator=min_max,
    per_channel: bool = True,
    rounding=None,
    correct_bias: bool | None = None,
) -> QuantizedModel:
    """A quantized copy of a trained model; the model itself is not changed.

    calibration        a batch of inputs (N, …) as torch or numpy, a tuple of them for several inputs, or a list or
                       other iterable of such batches; no labels
    weight_bits        2 to 8; or {layer: bits} by the names in the report, where 16 keeps a layer in float16 and
                       layers that are not named get 8; or None: weights stay float
    activation_bits    2 to 8; or None: activations stay float
    calibrator         sample -> (low, high) of an activation, such as `min_max`, `percentile`, `mse` or `kl`
    weight_calibrator  the same for weights (w, axis)
    per_channel        a scale for each output channel of a weight, or one for all
    rounding           "nearest", to the nearest code; or (w, x, grid) -> codes, such as `gptq` or `adaround`;
                       None: `gptq` for layers of fewer than 8 bits, "nearest" for those of 8
    correct_bias       whether biases make good for the mean error of each output; None: where `rounding` is None, of
                       layers of fewer than 8 bits
    Cost               seconds; with `gptq`, that of its header for each layer, and a bar that shows how far it is
    Raises ValueError for bits outside these, an unknown layer or rounding, NaN in weights or calibration data, no
    calibration data, a model that cannot be traced.

    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> quantized = quantize_model(net, torch.rand(8, 1, 8, 8), {"0": 4})
    >>> [(layer.name, layer.precision, layer.rounding) for layer in quantized.report]
    [('0', 'int4', 'gptq, bias corrected'), ('3', 'int8', 'nearest')]
    """
    weight_bits, activation_bits = _checked_bits(weight_bits, activation_bits)
    _check_rounding(rounding)
    check_weights(model)
    batches = as_batches(calibration, model)
    graph = float_network(model, batches[0])
    nodes = [node for node in graph.graph.nodes if has_weight(graph, node)]
    bits = _bits_of(nodes, weight_bits)
    points = observed(graph) if activation_bits else []
    grids = choose_grids(graph, points, batches, lambda seen: activation_grid(seen, calibrator, activation_bits))
    layers = {}
    x_grids = {node: grids.get(node.args[0]) for node in nodes}
    for node in nodes:
        if why_float(node) is None and weight_bits is not None:
            weight = parameter(graph, node.args[1]).detach()
            bias = layer_bias(graph, node)
            grid = weight_grid(weight, bits[node], per_channel=per_channel, calibrator=weight_calibrator)
            layers[node] = Layer(weight, bias, with_room_for_bias(grid, bias, x_grids[node]))
            _choose_rounding(layers[node], bits[node], rounding, correct_bias)
    round_layers(graph, layers, grids, batches)
    rows = {node: reported(node, None) for node in nodes}
    rows |= {node: reported(node, bits[node], described(layer)) for node, layer in layers.items()}
    report = whole_report(graph, rows, points)
    for node in nodes:
        if node in layers:
            store_layer(graph, node, layers[node], x_grids[node])
        elif node.meta.get(STAYS_FLOAT):
            store_half(graph, node)
    for point in points:
        quantize_activation(graph, point, grids[point])
    return QuantizedModel(cleaned(graph), report, activation_bits)


def _check_rounding(rounding) -> None:
    if not (rounding is None or rounding == "nearest" or callable(rounding)):
        raise ValueError(f'rounding must be None, "nearest" or a function such as gptq, got {rounding!r}')


def _choose_rounding(layer, bits, rounding, correct_bias) -> None:
    careful = rounding is None and bits < 8
    wide = layer.weight[0].numel() > WIDEST
    layer.rounding = rounding if callable(rounding) else gptq if careful and not wide else None
    layer.correct_bias = careful if correct_bias is None else bool(correct_bias)


def described(layer: Layer) -> str:
    """How a layer is rounded, in words.

    >>> described(Layer(None, None, None, rounding=gptq)), described(Layer(None, None, None, correct_bias=True))
    ('gptq', 'nearest, bias corrected')
    """
    function = getattr(layer.rounding, "func", layer.rounding)  # of a functools.partial
    name = "nearest" if function is None else getattr(function, "__name__", type(function).__name__)
    return f"{name}, bias corrected" if layer.correct_bias else name


def _checked_bits(weight_bits, activation_bits):
    """Both, with numpy's whole numbers as Python's."""
    if activation_bits is not None:
        activation_bits = check_bits(activation_bits, "activation_bits", most=8)
    if isinstance(weight_bits, dict):
        named = weight_bits.items()
        weight_bits = {n: 16 if b == 16 else check_bits(b, f"weight_bits[{n!r}]", most=8) for n, b in named}
    elif weight_bits is not None:
        weight_bits = check_bits(weight_bits, "weight_bits", most=8)
    return weight_bits, activation_bits


def _bits_of(nodes, weight_bits) -> dict[fx.Node, int]:
    """The bits of each layer's weights; layers of 16 bits are marked to stay out of the integers."""
    if not isinstance(weight_bits, dict):
        return dict.fromkeys(nodes, weight_bits)
    layers = {layer_name(node): node for node in nodes if why_float(node) is None}
    if unknown := set(weight_bits) - set(layers):
        raise ValueError(f"weight_bits names {', '.join(sorted(unknown))}; the layers are {', '.join(layers)}")
    bits = {node: weight_bits.get(layer_name(node), 8) for node in nodes}
    for node in nodes:
        if bits[node] == 16:
            node.meta[STAYS_FLOAT] = "kept by weight_bits"
    return bits
