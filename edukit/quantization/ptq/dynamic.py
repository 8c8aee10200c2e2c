"""Dynamic quantization: weights are codes in the file; activations get their range anew from each input.

    S_x, Z_x from min and max of this very x          acc = (q_x - Z_x) · q_wᵀ   int32
    y = S_x S_w acc + b                                back to float behind every layer

No calibration data is needed, and no range can be wrong. The price is paid at run time: two passes over each input for
its range and codes, and float values between the layers. A large matrix outweighs that. A convolution has few weights
and many values, so it does not: linear layers gain (transformers), convolutional nets hardly.

Shapes    x (…, in), q_w (out, in) int8, S_w (out,)
Source    https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html, the same arithmetic
In production  onnxruntime.quantization.quantize_dynamic; torchao's Int8DynamicActivationInt8WeightConfig
"""

import torch
from torch import nn

from edukit.checked import checked
from edukit.copies import has_code_of_its_own, with_stored_weights
from edukit.graph import attach, layer_name, parameter
from edukit.quantization.grid.affine import check_bits, quantize
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.layerwise import has_weight
from edukit.quantization.ptq.placement import LayerReport, operation_of, why_float
from edukit.quantization.ptq.rewrite import QuantizedModel, cleaned, layer_bias, weight_grid
from edukit.refuse import check_weights
from edukit.turns import in_turn

aten = torch.ops.aten


@checked
@in_turn
def quantize_dynamic(model: nn.Module, bits: int = 8, *, example=None) -> QuantizedModel:
    """A copy whose linear layers store their weights in `bits` bits and quantize their inputs, to 8 bits, as they come.

    example   a batch of inputs: then the graph is followed, and the linear layers inside attention are found too.
              Without it, modules of the class nn.Linear are replaced, and what reads weights by other ways stays float.
    Raises ValueError for bits outside 2 to 8, NaN in weights, a model that cannot be traced.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> [(layer.name, layer.precision) for layer in quantize_dynamic(net).report]
    [('0', 'float'), ('3', 'int8')]
    """
    bits = check_bits(bits, most=8)
    check_weights(model)
    return _by_modules(model, bits) if example is None else _by_graph(model, bits, example)


class DynamicLinear(nn.Module):
    """A linear layer on int8 codes; x (…, in) -> (…, out).

    >>> layer = DynamicLinear(torch.eye(2), None, 8)
    >>> torch.allclose(layer.weight, torch.eye(2)), layer.in_features
    (True, 2)
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, bits: int):
        super().__init__()
        grid = weight_grid(weight.detach(), bits)
        self.codes = nn.Parameter(quantize(weight.detach(), grid).to(torch.int8), requires_grad=False)
        self.bias = None if bias is None else nn.Parameter(bias.detach().clone(), requires_grad=False)
        self.register_buffer("scale", grid.scale.flatten())
        self.out_features = len(weight)
        self.in_features = weight.shape[1]
        # torch's encoder layers have a second, fused path that reads the weights themselves; a hook turns it off.
        self.register_forward_hook(lambda *_: None)

    @property
    def weight(self) -> torch.Tensor:
        """What the codes stand for, in float, for a model that reads the weight of its layer itself."""
        return self.codes * self.scale[:, None]

    def forward(self, x):
        return torch.ops.edukit.dynamic_linear(x, self.codes, self.scale, self.bias)


def _by_modules(model, bits) -> QuantizedModel:
    model = with_stored_weights(model).eval()
    report = []
    for module in model.modules():
        if isinstance(module, nn.TransformerEncoder):
            module.use_nested_tensor = False  # tensors with rows of unequal length, which only torch's layers take
    for name, module in list(model.named_modules()):
        own = [p for p in module.parameters(recurse=False) if p.is_floating_point()]
        if type(module) is nn.Linear and not has_code_of_its_own(module):
            layer = DynamicLinear(module.weight, module.bias, bits)
            if not name:
                return QuantizedModel(layer, [LayerReport("", "linear", f"int{bits}")], 8)
            model.set_submodule(name, layer)
            report.append(LayerReport(name, "linear", f"int{bits}"))
        elif own:
            kind = type(module).__name__
            why = "it has hooks" if type(module) is nn.Linear else f"{kind} is no nn.Linear"
            report.append(LayerReport(name, kind, "float", f"{why}; give an example to see inside"))
    return QuantizedModel(model, report, 8)


def _by_graph(model, bits, example) -> QuantizedModel:
    graph = float_network(model, example)
    report = []
    for node in [node for node in graph.graph.nodes if has_weight(graph, node)]:
        reason = why_float(node) or ("" if node.target is aten.linear.default else "only linear layers gain")
        report.append(LayerReport(layer_name(node), operation_of(node), "float" if reason else f"int{bits}", reason))
        if not reason:
            layer = DynamicLinear(parameter(graph, node.args[1]), layer_bias(graph, node), bits)
            with graph.graph.inserting_before(node):
                stored = [attach(graph, f"{node.name}_{part}", getattr(layer, part)) for part in ("codes", "scale")]
                bias = None if layer.bias is None else attach(graph, f"{node.name}_bias", layer.bias)
            node.target = torch.ops.edukit.dynamic_linear.default
            node.args = (node.args[0], *stored, bias)
    return QuantizedModel(cleaned(graph), report, 8)
