"""A whole model with binary layers, and the file it becomes.

    real first layer → binary → … → binary → real last layer

The first layer, which reads the image, and the last, which names the classes, stay real: few weights, much damage.
A binary weight takes 1 bit, a ternary one 2 (5 ternary weights would fit in a byte: 3^5 = 243), and each filter's α
32; all else is float32.
The file's data is ⌈n bits / 8⌉ + 4 out bytes for each such layer. binarize(α b) = (α, b), so what was loaded answers
like what was saved, up to the rounding of a mean of equal numbers.

Source      Rastegari et al. 2016, https://arxiv.org/abs/1603.05279: the first and the last layer stay real
In production  Larq Compute Engine converts a trained Keras model; its file also keeps a bit for each weight
"""

from pathlib import Path

import torch
from torch import nn

from edukit.copies import copied
from edukit.disk.sealed import check_shapes, load_tensors, save_tensors, shapes_of, whole
from edukit.graph import tensors_of
from edukit.inputs import as_inputs
from edukit.quantization.lowbit.binary import BinaryConv2d, BinaryLinear, binarize
from edukit.quantization.lowbit.packing import pack, unpack
from edukit.quantization.ptq.placement import LayerReport
from edukit.refuse import check_model


class BinaryModel(nn.Module):
    """A model with binary layers, to be trained by `edukit.training.fit`.

    network   the copy that runs
    report    a LayerReport for each weight: "binary", "ternary" or "float", and why it stays float
    """

    def __init__(self, network: nn.Module, report: list[LayerReport]):
        super().__init__()
        self.network = network
        self.report = report

    def forward(self, *inputs):
        return self.network(*inputs)


def binary_model(model: nn.Module, example, *, levels=binarize, binary_input=False, keep=()) -> BinaryModel:
    """A copy of the model whose conv and linear layers, but for the first and the last, are binary; it needs training.

    example        a batch of inputs, or a tuple of them: the model runs on it once, to see which layers it calls
    levels         `binarize` or `ternarize`
    binary_input   whether the layers also take the sign of their inputs (XNOR)
    keep           names of more layers to keep real, as the report has them
    Its layers start from the model's weights. Raises ValueError if the model does not take the example, and for a name
    in `keep` that is no layer.

    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> [(layer.name, layer.precision) for layer in binary_model(net, torch.zeros(1, 4)).report]
    [('0', 'float'), ('2', 'binary'), ('4', 'float')]
    """
    check_model(model)
    network = copied(model).eval()
    calls = _calls(network, as_inputs(example))
    layers = _weights(network)
    reasons = {name: _why_real(layer, calls) for name, layer in layers.items()}
    if unknown := set(keep) - set(layers):
        raise ValueError(f"keep names {', '.join(sorted(unknown))}; the layers are {', '.join(layers)}")
    reasons |= dict.fromkeys(keep, "named in keep")
    chosen = {layers[name]: _binary(layers[name], levels, binary_input) for name in layers if not reasons[name]}
    report = [_reported(name, layer, levels, reasons[name]) for name, layer in layers.items()]
    for name, layer in list(network.named_modules(remove_duplicate=False)):
        if layer in chosen:
            network.set_submodule(name, chosen[layer])
    return BinaryModel(network.eval(), report)


def save_binary(model: nn.Module, path: str | Path) -> Path:
    """A safetensors file: packed bits and α of each binary layer, every other tensor as it is.

    >>> import tempfile
    >>> from edukit.quantization.lowbit.packing import payload_bytes
    >>> path = save_binary(BinaryLinear(100, 8, bias=False), tempfile.mkdtemp() + "/layer.safetensors")
    >>> payload_bytes(path), 8 * 100 / 8 + 8 * 4
    (132, 132.0)
    """
    tensors = {name: tensor.detach() for name, tensor in tensors_of(model).items()}
    bits = _bits_of(model)
    shapes = shapes_of({name: tensors[name] for name in bits})  # the others have theirs in the file's header
    for name, layer in _binary_layers(model).items():
        with torch.no_grad():
            alpha, steps = layer.levels_of_weight()
        codes = steps > 0 if _bits(layer) == 1 else steps + 1  # 0, 1 for -1, 1; or 0, 1, 2 for -1, 0, 1
        tensors |= {f"{name}.codes": pack(codes.to(torch.uint8), _bits(layer)), f"{name}.alpha": alpha.flatten()}
        del tensors[name]
    return save_tensors(tensors, path, "binary", bits=bits, shapes=shapes)


def load_binary(model: nn.Module, path: str | Path) -> nn.Module:
    """A copy of the model with the file's weights; the model has the same layers as the one that was saved.

    Raises ValueError for a damaged file, one of another kind, and one of a model with other layers or tensors.

    >>> import tempfile
    >>> layer = BinaryLinear(100, 8)
    >>> loaded = load_binary(BinaryLinear(100, 8), save_binary(layer, tempfile.mkdtemp() + "/layer.safetensors"))
    >>> bool(torch.allclose(layer(torch.ones(1, 100)), loaded(torch.ones(1, 100)), atol=1e-5))
    True
    """
    check_model(model)
    model = copied(model).eval()
    layers = _binary_layers(model)
    tensors, about = load_tensors(path, "binary", as_torch=True)
    if about["bits"] != _bits_of(model):
        raise ValueError(f"model must have binary layers of as many bits as the file: {about['bits']}")
    check_shapes(about["shapes"] | shapes_of(whole(tensors, about["shapes"])), tensors_of(model))
    for name, tensor in tensors_of(model).items():
        tensor.detach().copy_(_unpacked(tensors, name, layers[name]) if name in layers else tensors[name])
    return model


def _unpacked(tensors, name, layer) -> torch.Tensor:
    codes = unpack(tensors[f"{name}.codes"], _bits(layer), layer.weight.shape)
    steps = 2 * codes - 1 if _bits(layer) == 1 else codes - 1
    return tensors[f"{name}.alpha"].reshape(-1, *[1] * (steps.ndim - 1)) * steps


def _bits_of(model):
    return {name: _bits(layer) for name, layer in _binary_layers(model).items()}


def _bits(layer) -> int:
    return 1 if layer.levels is binarize else 2


_FORMS = {nn.Conv2d: BinaryConv2d, nn.Linear: BinaryLinear}  # a class of one's own may use its weight in other ways
_SIZES = {
    nn.Conv2d: [
        "in_channels",
        "out_channels",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "padding_mode",
    ],
    nn.Linear: ["in_features", "out_features"],
}


def _binary(layer, levels, binary_input):
    """The binary form of a layer, on the same weight and bias."""
    sizes = {name: getattr(layer, name) for name in _SIZES[type(layer)]}
    form = _FORMS[type(layer)]
    binary = form(**sizes, bias=layer.bias is not None, levels=levels, binary_input=binary_input).to(layer.weight)
    binary.weight = layer.weight
    binary.bias = layer.bias
    return binary


def _calls(network, inputs) -> list[nn.Module]:
    """The conv and linear layers in the order in which the network first calls them."""
    calls = {}
    layers = [m for m in network.modules() if isinstance(m, nn.Linear) or hasattr(m, "kernel_size") and _matrices(m)]
    hooks = [layer.register_forward_pre_hook(lambda layer, _: calls.setdefault(layer)) for layer in layers]
    try:
        with torch.no_grad():
            network(*(x.clone() for x in inputs))
    except (RuntimeError, TypeError, IndexError) as error:
        raise ValueError(f"model does not take the example: {error}") from error
    finally:
        for hook in hooks:
            hook.remove()
    return list(calls)


def _matrices(module) -> dict[str, nn.Parameter]:
    """The weights of a module's own that have more than one axis."""
    return {name: weight for name, weight in module.named_parameters(recurse=False) if weight.ndim > 1}


def _why_real(layer, calls) -> str:
    """Why a layer stays real; "" for one that becomes binary."""
    if layer not in calls:
        return "no conv or linear layer that is called: another module computes with this weight"
    if layer is calls[0]:
        return "the first layer reads the image"
    if layer is calls[-1]:
        return "the last layer names the classes"
    return "" if type(layer) in _FORMS else f"{type(layer).__name__} has no binary form"


def _reported(name, layer, levels, reason) -> LayerReport:
    precision = "float" if reason else "binary" if levels is binarize else "ternary"
    return LayerReport(name, type(layer).__name__, precision, reason)


def _weights(network) -> dict[str, nn.Module]:
    """{name: module} for each weight; a layer's has the name of the layer."""
    return {
        f"{name}.{weight}".removesuffix(".weight").lstrip("."): module
        for name, module in network.named_modules()
        for weight in _matrices(module)
    }


def _binary_layers(model) -> dict[str, nn.Module]:
    """{name of the weight: layer}; of layers that share a weight, the first."""
    layers = {f"{name}.weight".lstrip("."): layer for name, layer in model.named_modules()}
    return {name: layers[name] for name in tensors_of(model) if isinstance(layers.get(name), tuple(_FORMS.values()))}
