"""Hostile calls: each public function with one argument that is wrong, and what becomes of it.

    python -m tests.hostile [COUNT] [SEED]     so many of all such calls, 3,000 by default: what is wrong, and figures

Kinds of outcome: "right" (taken: the argument means something there) · "clear" (a ValueError or TypeError of the kit
that names the argument, shorter than 300 letters) · "unnamed" (one that does not) · "obscure" (any other error) ·
"silent" (taken, though the argument means nothing there) · "slow" (more than ten seconds).
"""

import contextlib
import importlib
import inspect
import io
import random
import re
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

import edukit
from edukit.data import Dataset, Split

LIMIT_S = 10
KINDS = "right", "clear", "unnamed", "obscure", "silent", "slow"
LONGEST = 300
PACKAGE = str(Path(edukit.__file__).parent)


class Anything:
    """An object with no meaning to anybody."""

    def __repr__(self):
        return "Anything()"


class Sub(np.ndarray):
    """A subclass of numpy's array that adds nothing."""


def ragged():
    return [[1.0], [1.0, 2.0]]


HOSTILE = {
    "None": lambda: None,
    "empty text": lambda: "",
    "text": lambda: "abc",
    "bytes": lambda: b"abc",
    "True": lambda: True,
    "False": lambda: False,
    "0": lambda: 0,
    "-1": lambda: -1,
    "-7": lambda: -7,
    "10**12": lambda: 10**12,
    "2**63": lambda: 2**63,
    "-2**63": lambda: -(2**63),
    "10**400": lambda: 10**400,
    "0.3": lambda: 0.3,
    "-0.3": lambda: -0.3,
    "2.0": lambda: 2.0,
    "1e308": lambda: 1e308,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: float("-inf"),
    "1j": lambda: 1j,
    "np.int64(2)": lambda: np.int64(2),
    "np.float32(0.5)": lambda: np.float32(0.5),
    "np.float64(nan)": lambda: np.float64("nan"),
    "np.bool_": lambda: np.bool_(True),
    "np.str_": lambda: np.str_("abc"),
    "[]": lambda: [],
    "[1, 2]": lambda: [1, 2],
    "ragged list": ragged,
    "list of None": lambda: [None],
    "list of texts": lambda: ["a", "b"],
    "list of objects": lambda: [Anything()],
    "()": lambda: (),
    "(1, 2, 3)": lambda: (1, 2, 3),
    "(-1, 0)": lambda: (-1, 0),
    "{}": lambda: {},
    "{text: 1}": lambda: {"a": 1},
    "{1: None}": lambda: {1: None},
    "set": lambda: {1, 2},
    "object": Anything,
    "class": lambda: Anything,
    "generator": lambda: (i for i in range(3)),
    "lambda": lambda: lambda *_: None,
    "module": lambda: sys,
    "path": lambda: Path("/nowhere/at/all"),
    "empty array": lambda: np.array([]),
    "(0, 3) array": lambda: np.zeros((0, 3)),
    "0-d array": lambda: np.array(0.3),
    "array of 3": lambda: np.array([0.1, 0.2, 0.3]),
    "array of rank 6": lambda: np.ones((1, 2, 1, 2, 1, 2)),
    "complex array": lambda: np.ones((2, 3), complex),
    "object array": lambda: np.array([[Anything()] * 3] * 2, object),
    "text array": lambda: np.array([["a", "b"]]),
    "bool array": lambda: np.ones((2, 3), bool),
    "date array": lambda: np.zeros((2, 3), "datetime64[s]"),
    "record array": lambda: np.zeros(3, [("a", int), ("b", float)]),
    "masked array": lambda: np.ma.masked_array(np.ones((2, 3)), mask=[[1, 0, 0]] * 2),
    "subclass of array": lambda: np.ones((2, 3)).view(Sub),
    "int8 array": lambda: np.array([[-128, 1, 127]] * 2, np.int8),
    "uint64 array": lambda: np.array([[2**64 - 1, 1, 2]] * 2, np.uint64),
    "half array": lambda: np.ones((2, 3), np.float16),
    "huge array": lambda: np.full((2, 3), 1e308),
    "nan array": lambda: np.full((2, 3), np.nan),
    "inf array": lambda: np.array([[1.0, np.inf, 2.0]] * 2),
    "strided array": lambda: np.arange(12.0).reshape(2, 6)[:, ::-2],
    "empty tensor": lambda: torch.zeros(0),
    "0-d tensor": lambda: torch.tensor(0.3),
    "tensor of 3": lambda: torch.tensor([0.1, 0.2, 0.3]),
    "complex tensor": lambda: torch.ones(2, 3, dtype=torch.complex64),
    "bool tensor": lambda: torch.ones(2, 3, dtype=torch.bool),
    "half tensor": lambda: torch.ones(2, 3, dtype=torch.float16),
    "int tensor": lambda: torch.ones(2, 3, dtype=torch.int64),
    "nan tensor": lambda: torch.full((2, 3), torch.nan),
    "inf tensor": lambda: torch.full((2, 3), torch.inf),
    "sparse tensor": lambda: torch.eye(3).to_sparse(),
    "meta tensor": lambda: torch.zeros(2, 3, device="meta"),
    "tensor with gradient": lambda: torch.ones(2, 3, requires_grad=True),
    "strided tensor": lambda: torch.arange(12.0).reshape(6, 2).T[:, ::2],
    "class of module": lambda: nn.Linear,
    "module without forward": nn.Module,
    "empty network": nn.Sequential,
    "weights of a network": lambda: nn.Linear(2, 2).state_dict(),
    "list of modules": lambda: [nn.Linear(2, 2)],
    "split of unequal lengths": lambda: Unequal(),
    "list of pairs": lambda: [(torch.ones(2, 3), torch.zeros(2))],
}


class Unequal:
    """Looks like images with labels, and has fewer labels."""

    x, y = torch.rand(6, 3, 8, 8), torch.zeros(4, dtype=torch.int64)


INPUTS = ("inputs", "batch")  # what a model takes is called so, whoever hands it on
ALSO = dict.fromkeys(("example", "calibration", "x", "images", "input_shape_or_example"), INPUTS)
ALSO |= {"teachers_logits": ("teacher_logits",), "x": ("inputs", "batch")}


WHOLE = {"0", "-1", "-7", "10**12", "2**63", "-2**63", "np.int64(2)"}
REAL = WHOLE | {"0.3", "-0.3", "2.0", "1e308", "inf", "-inf", "np.float32(0.5)"}
ROWS = {"[]", "[1, 2]", "()", "(1, 2, 3)", "(-1, 0)", "empty array", "array of 3", "empty tensor", "tensor of 3"}
ARRAYS = (
    ROWS
    | {"0-d array", "0-d tensor"}
    | {"(0, 3) array", "array of rank 6", "subclass of array", "int8 array", "uint64 array", "half array"}
)
ARRAYS |= {"huge array", "inf array", "strided array", "half tensor", "int tensor", "inf tensor"}
ARRAYS |= {"tensor with gradient", "strided tensor"}
NETWORKS = {"empty network", "module without forward"}
CALLABLE = NETWORKS | {"lambda", "class", "class of module"}
TEXT = {"text", "np.str_", "path"}
SEVERAL = ROWS | {"{}", "set", "list of texts", "{text: 1}", "{1: None}", "generator", "weights of a network"}
MEANS = {  # which of HOSTILE mean something where an argument of this type belongs
    np.generic: REAL | ARRAYS,
    bool: {"True", "False", "np.bool_"},
    int: WHOLE,
    float: REAL,
    str: TEXT,
    type(None): {"None", "text", "np.str_"} | CALLABLE | WHOLE,
    nn.Module: NETWORKS | TEXT | {"empty text"},
    np.ndarray: REAL | ARRAYS | {"None"},
    torch.Tensor: REAL | ARRAYS | {"None"},
    Mapping: SEVERAL,
    Sequence: SEVERAL | REAL,
    Callable: CALLABLE,
    object: set(),
}


@dataclass
class Outcome:
    """What became of one call."""

    function: str
    argument: str
    value: str
    kind: str
    said: str


# --- good calls ------------------------------------------------------------------------------------------------------


def normed():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2)).eval()


def net():
    torch.manual_seed(0)
    body = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.ReLU(), nn.Flatten()
    return nn.Sequential(*body, nn.Linear(144, 3)).eval()


X = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
Y = torch.tensor([0, 1, 2, 0])
W = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
BOXES = np.array([[0.0, 0, 4, 4], [1, 1, 5, 5]])
SCRATCH = tempfile.mkdtemp()


def grid(signed=False, high=2.0):
    from edukit.quantization import choose_qparams

    return choose_qparams(np.float32(-1), np.float32(high), 8, signed=signed)


def tensor_grid():
    from edukit.quantization import choose_qparams

    return choose_qparams(torch.tensor(-1.0), torch.tensor(1.0), 4, symmetric=True)


def pieces():
    """What is made once, because it costs time."""
    if not hasattr(pieces, "kept"):
        from edukit.deployment import export
        from edukit.pruning import magnitude_masks, save_sparse
        from edukit.quantization import prepare_qat, quantize_model

        quantized = quantize_model(net(), X)
        pieces.kept = {
            "quantized": quantized,
            "qat": prepare_qat(net(), X),
            "onnx": export(net(), X, f"{SCRATCH}/net.onnx"),
            "int8": export(quantized, X, f"{SCRATCH}/int8.onnx"),
            "sparse": save_sparse({"w": W}, "csr", f"{SCRATCH}/sparse"),
            "masks": magnitude_masks(net(), 0.5),
        }
    return pieces.kept


def split():
    return Split(X.numpy(), Y.numpy())


def dataset():
    return Dataset("mine", ("a", "b", "c"), split(), split(), split(), split())


def space():
    from edukit.search import LayerChoice, SearchSpace

    return SearchSpace([LayerChoice("a", (1, 2, 3)), LayerChoice("b", (1, 2))])


def total(choice, *_):
    return float(sum(choice.values()))


def shared(name):
    return lambda: pieces()[name]


def lazily(**arguments):
    """Arguments as functions: each call makes its own."""
    return {
        name: value if inspect.isfunction(value) else (lambda value=value: value) for name, value in arguments.items()
    }


TRAIN = dict(model=net, split=split, epochs=1, seed=0, learning_rate=0.004, batch_size=2, weight_decay=0.01)
STEPS = {name: value for name, value in TRAIN.items() if name != "epochs"}
LEARN = {name: value for name, value in TRAIN.items() if name != "model"}
SEARCH = dict(space=space, score=lambda: total, evaluations=3, seed=0)
INTEGER = dict(
    bias=lambda: np.zeros(2, np.int32), x_qparams=grid, w_qparams=lambda: grid(True), y_qparams=lambda: grid(high=9.0)
)
MODEL_X = dict(model=net, calibration=lambda: X)
PTQ = MODEL_X | dict(weight_bits=8, activation_bits=8, per_channel=True)
RANGE = dict(x=lambda: W.copy(), axis=0)
MAP = dict(found=lambda: [found()], truth=lambda: [(BOXES, np.array([0, 1]))], thresholds=lambda: (0.5, 0.75), limit=10)
DETECT = dict(logits=lambda: torch.zeros(1, 2, 3), offsets=lambda: torch.zeros(1, 2, 4))


def found():
    from edukit.detection import Found

    return Found(BOXES, np.array([0.9, 0.8]), np.array([0, 1]))


CALLS = {
    "quantization.QParams": dict(scale=lambda: np.float32(0.1), zero_point=lambda: np.int32(3), qmin=0, qmax=255),
    "quantization.choose_qparams": dict(
        low=lambda: np.float32(-1), high=lambda: np.float32(2), bits=8, symmetric=False, signed=True
    ),
    "quantization.quantize": dict(x=lambda: W.copy(), qparams=grid),
    "quantization.dequantize": dict(q=lambda: np.array([[1, 2]], np.uint8), qparams=grid),
    "quantization.fake_quantize": dict(x=lambda: W.copy(), qparams=grid),
    "quantization.min_max": RANGE,
    "quantization.moving_average": RANGE | dict(axis=1, momentum=0.9),
    "quantization.percentile": RANGE | dict(p=99.0),
    "quantization.mse": RANGE | dict(bits=8, symmetric=False),
    "quantization.kl": RANGE | dict(axis=None, bits=8, symmetric=False, bins=256),
    "quantization.normalized_mse": dict(x=lambda: W.copy(), approximation=lambda: W + 0.1),
    "quantization.Observer": dict(capacity=100, seed=0),
    "quantization.FakeQuantize": dict(bits=8, learned=False, momentum=0.9),
    "quantization.quantize_model": PTQ
    | dict(calibrator=lambda: importlib.import_module("edukit.quantization").min_max, rounding=None, correct_bias=None),
    "quantization.quantize_dynamic": dict(model=net, bits=8, example=lambda: X),
    "quantization.prepare_qat": MODEL_X | dict(weight_bits=8, activation_bits=8, learned_step=False),
    "quantization.convert": dict(model=shared("qat")),
    "quantization.fold_batchnorm": dict(model=net, example=lambda: X),
    "quantization.layer_errors": PTQ,
    "quantization.output_error": dict(model=net, x=lambda: X),
    "quantization.sensitivity": MODEL_X | dict(evaluate=lambda: lambda m: 0.5, bits=lambda: (8,)),
    "quantization.allocate_bits": dict(
        costs=lambda: {"a": {4: 0.1, 8: 0.0}}, shapes=lambda: {"a": (4, 4)}, budget_bytes=100
    ),
    "quantization.diagnose": MODEL_X | dict(evaluate=lambda: lambda m: 0.5, tolerance=0.01, quick=True),
    "quantization.adaround": dict(w=lambda: torch.tensor(W), x=lambda: torch.rand(8, 4), qparams=tensor_grid, steps=3),
    "quantization.gptq": dict(w=lambda: torch.tensor(W), x=lambda: torch.rand(8, 4), qparams=tensor_grid, damping=0.05),
    "quantization.bias_correction": dict(
        w=lambda: torch.tensor(W), stored=lambda: torch.tensor(W + 0.1), x=lambda: torch.rand(8, 4)
    ),
    "quantization.equalize": dict(model=net, example=lambda: X, iterations=2),
    "quantization.smoothquant": MODEL_X | dict(alpha=0.5),
    "quantization.awq": MODEL_X | dict(weight_bits=4, group_size=None),
    "quantization.pack": dict(codes=lambda: np.array([[1, -2], [3, 0]]), bits=4),
    "quantization.unpack": dict(data=lambda: np.array([1, 2], np.uint8), bits=4, shape=lambda: (4,)),
    "quantization.integer_linear": dict(
        q_x=lambda: np.ones((3, 4), np.int64), q_w=lambda: np.ones((2, 4), np.int64), **INTEGER
    ),
    "quantization.integer_conv2d": dict(
        q_x=lambda: np.ones((1, 3, 5, 5), np.int64),
        q_w=lambda: np.ones((2, 3, 3, 3), np.int64),
        **INTEGER,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
    ),
    "quantization.run_integers": dict(quantized=shared("quantized"), inputs=lambda: X),
    "pruning.threshold_mask": dict(w=lambda: W.copy(), threshold=0.5),
    "pruning.magnitude_mask": dict(w=lambda: W.copy(), sparsity=0.5),
    "pruning.random_mask": dict(w=lambda: W.copy(), sparsity=0.5, seed=0),
    "pruning.two_four_mask": dict(w=lambda: W.copy()),
    "pruning.n_m_mask": dict(w=lambda: W.copy(), n=1, m=2),
    "pruning.filter_scores": dict(w=lambda: W.copy(), method="l1", seed=0),
    "pruning.cubic_sparsity": dict(step=1, steps=5, final=0.8, initial=0.0),
    "pruning.prune_model": dict(model=net, sparsity=0.5, scope="layer", example=None),
    "pruning.magnitude_masks": dict(model=net, sparsity=0.5, scope="layer", example=None),
    "pruning.apply_masks": dict(model=net, masks=shared("masks")),
    "pruning.shrink": dict(model=net, example=lambda: X, ratio=0.5, method="l1", min_channels=1, multiple=1),
    "pruning.shrink_to_macs": dict(
        model=net, example=lambda: X, share=0.7, method="l1", scope="global", min_channels=1, multiple=1
    ),
    "pruning.sensitivity": dict(
        model=net, example=lambda: X, evaluate=lambda: lambda m: 0.5, ratios=lambda: (0.5,), method="l1"
    ),
    "pruning.plan_ratios": dict(
        model=net,
        example=lambda: X,
        table=lambda: {"0.weight": {0.0: 1.0, 0.5: 0.9}},
        share=0.8,
        method="l1",
        multiple=1,
    ),
    "pruning.reestimate_batchnorm": dict(model=net, x=lambda: X, batch_size=2),
    "pruning.fine_tune": TRAIN | dict(masks=shared("masks"), progress=None),
    "pruning.prune_gradually": STEPS | dict(final=0.5, steps=1, epochs_per_step=1, scope="global", progress=None),
    "pruning.shrink_gradually": STEPS
    | dict(final=0.5, method="l1", steps=1, epochs_per_step=1, min_channels=1, multiple=1, progress=None),
    "pruning.save_sparse": dict(weights=lambda: {"w": W}, format="csr", path=lambda: f"{SCRATCH}/s"),
    "pruning.load_sparse": dict(path=shared("sparse")),
    "pruning.channel_groups": dict(model=net, example=lambda: X),
    "pruning.macs_left": dict(model=net, smaller=net, example=lambda: X),
    "pruning.remove_channels": dict(model=net, channels=lambda: []),
    "pruning.activity_scores": dict(model=net, x=lambda: X, batch_size=2),
    "pruning.batchnorm_scores": dict(model=normed, example=lambda: torch.rand(4, 3)),
    "pruning.random_scores": dict(model=net, example=lambda: X, seed=0),
    "pruning.taylor_scores": dict(model=net, split=split, batch_size=2),
    "distillation.kd_loss": dict(
        student_logits=lambda: W.copy(),
        teacher_logits=lambda: W.copy(),
        labels=lambda: np.array([0, 1]),
        temperature=3.0,
        alpha=0.5,
        ignore_index=-100,
    ),
    "distillation.feature_loss": dict(student=lambda: torch.rand(2, 3), teacher=lambda: torch.rand(2, 3)),
    "distillation.attention_loss": dict(student=lambda: torch.rand(2, 3, 4, 4), teacher=lambda: torch.rand(2, 5, 4, 4)),
    "distillation.multi_teacher_loss": dict(
        student_logits=lambda: W.copy(),
        teachers_logits=lambda: [W.copy(), W.copy()],
        labels=lambda: np.array([0, 1]),
        temperature=3.0,
        alpha=0.5,
        shares=None,
    ),
    "distillation.distill": dict(student=net, teacher=net)
    | LEARN
    | dict(temperature=3.0, alpha=0.5, shares=None, hints=None, progress=None),
    "distillation.FeatureExtractor": dict(model=net, names=lambda: ["0"]),
    "networks.DepthwiseSeparable": dict(in_channels=3, out_channels=4, stride=1, kernel=3),
    "networks.MobileNetBlock": dict(in_channels=3, out_channels=4, stride=1),
    "networks.ResidualBlock": dict(in_channels=3, out_channels=4, stride=1),
    "networks.InvertedResidual": dict(in_channels=3, out_channels=4, stride=1, expansion=2, kernel=3),
    "networks.Fire": dict(in_channels=3, squeeze=2, expand1=4, expand3=4, kernel=3),
    "networks.ShuffleUnit": dict(in_channels=4, out_channels=4, stride=1, kernel=3, shuffle=True),
    "networks.SqueezeExcite": dict(channels=4, reduced=2),
    "networks.channel_shuffle": dict(x=lambda: torch.rand(1, 4, 2, 2), groups=2),
    "networks.SoftmaxAttention": dict(features=8, heads=2, causal=False),
    "networks.LinearAttention": dict(features=8, heads=2, causal=False),
    "networks.softmax_attention": dict.fromkeys("qkv", lambda: torch.rand(2, 3, 4)) | dict(causal=False),
    "networks.linear_attention": dict.fromkeys("qkv", lambda: torch.rand(2, 3, 4)) | dict(causal=False),
    "networks.MobileClassifier": dict(classes=3, in_channels=3, width=0.25),
    "networks.ResidualClassifier": dict(classes=3, in_channels=3, width=0.25),
    "networks.EncoderClassifier": dict(classes=3, in_channels=3, size=8, features=16, layers=1),
    "networks.mobilenet_v1": dict(width=0.25, classes=10),
    "networks.mobilenet_v2": dict(classes=10),
    "networks.squeezenet": dict(version="1.1", classes=10),
    "networks.shufflenet_v2": dict(width=0.5, classes=10),
    "networks.resnet18": dict(classes=10),
    "networks.trained": dict(name="digits_residual", seed=0),
    "measure.count_parameters": dict(model=net),
    "measure.count_macs": dict(model=net, input_shape_or_example=lambda: (3, 8, 8)),
    "measure.count_activations": dict(model=net, input_shape_or_example=lambda: (3, 8, 8)),
    "measure.size_bytes": dict(path_or_model=net),
    "measure.latency": dict(fn=lambda: lambda: None, warmup=1, repeats=3),
    "measure.latencies": dict(fns=lambda: {"a": lambda: None}, warmup=1, repeats=3, block=1),
    "measure.peak_memory": dict(fn=lambda: lambda: None),
    "search.LayerChoice": dict(name="a", options=lambda: (1, 2)),
    "search.SearchSpace": dict(choices=lambda: [space().choices[0]], builder=None),
    "search.random_search": SEARCH | dict(batch=2, journal=None),
    "search.evolve": SEARCH | dict(population=2, rivals=2, children=1, crossing=0.3),
    "search.predictor_search": SEARCH | dict(predictor="ridge", first=2, batch=2),
    "search.halving": dict(space=space, score=lambda: total, start=4, budgets=lambda: (1, 2), seed=0),
    "search.Supernet": dict(
        classes=3,
        in_channels=3,
        channels=lambda: (4, 8),
        kernels=lambda: (3, 5),
        widths=lambda: (2, 4),
        depths=lambda: (1, 2),
        stem_stride=2,
    ),
    "search.LatencyTable": dict(
        seconds=lambda: {"nothing": 1e-6, "stem": 2e-6},
        where=lambda: importlib.import_module("edukit.search.latency_table").this_machine(),
        threads=1,
    ),
    "detection.iou": dict(a=lambda: BOXES, b=lambda: BOXES),
    "detection.clip_boxes": dict(boxes=lambda: BOXES, height=8, width=8),
    "detection.encode_boxes": dict(boxes=lambda: BOXES, anchors=lambda: BOXES),
    "detection.decode_boxes": dict(numbers=lambda: np.zeros((2, 4)), anchors=lambda: BOXES),
    "detection.nms": dict(
        boxes=lambda: BOXES, scores=lambda: np.array([0.9, 0.8]), threshold=0.5, classes=lambda: np.array([0, 1])
    ),
    "detection.soft_nms": dict(boxes=lambda: BOXES, scores=lambda: np.array([0.9, 0.8]), sigma=0.5, least=0.001),
    "detection.mean_average_precision": MAP,
    "detection.class_average_precision": MAP,
    "detection.judge": dict(found=lambda: found(), truth=lambda: BOXES, threshold=0.5),
    "detection.average_precision": dict(scores=lambda: np.array([0.9, 0.8]), hits=lambda: np.array([1, 0]), objects=2),
    "detection.precision_recall": dict(scores=lambda: np.array([0.9, 0.8]), hits=lambda: np.array([1, 0]), objects=2),
    "detection.make_anchors": dict(
        height=16, width=16, strides=lambda: (8,), scale=2.0, octaves=lambda: (1.0,), ratios=lambda: (1.0,)
    ),
    "detection.match_anchors": dict(anchors=lambda: BOXES, boxes=lambda: BOXES, low=0.4, high=0.5),
    "detection.tiny_anchors": dict(height=32, width=32),
    "detection.focal_loss": dict(
        logits=lambda: torch.zeros(2, 3), targets=lambda: torch.zeros(2, 3), alpha=0.25, gamma=2.0
    ),
    "detection.smooth_l1_loss": dict(predicted=lambda: torch.zeros(2, 4), targets=lambda: torch.ones(2, 4), beta=0.1),
    "detection.TinyDetector": dict(classes=3, size="small"),
    "detection.BiFPNLayer": dict(channels=4, levels=3),
    "detection.Fusion": dict(inputs=2),
    "detection.detect": dict(
        outputs=lambda: (torch.zeros(1, 2, 3), torch.zeros(1, 2, 4)),
        anchors=lambda: BOXES,
        size=lambda: (8, 8),
        least=0.05,
        threshold=0.5,
        most=10,
    ),
    "detection.trained_detector": dict(name="student", seed=0),
    "deployment.export": dict(model=net, example=lambda: X, path=lambda: f"{SCRATCH}/e.onnx", format="onnx"),
    "deployment.load": dict(path=shared("onnx"), runtime=None, threads=1),
    "deployment.parity": dict(model=net, paths=lambda: [pieces()["onnx"]], images=lambda: X, layers=False),
    "deployment.operators": dict(path=shared("onnx")),
    "deployment.fusion": dict(path=shared("onnx")),
    "deployment.explain": dict(path=shared("onnx"), inputs=lambda: X[:1].numpy(), threads=1),
    "deployment.compare": dict(
        a=shared("onnx"), b=shared("int8"), inputs=lambda: X[:1].numpy(), threads=lambda: (1,), least_s=0.01
    ),
    "deployment.energy": dict(macs=1e3, weight_bytes=1e3, precision="int8", activation_bytes=1e1),
    "deployment.ModelManager": dict(folder=lambda: f"{SCRATCH}/manager", budget_bytes=10**6),
    "deployment.benchmark": dict(data=dataset, seed=..., folder=None, plan=..., progress=False),
    "deployment.compress": dict(data=dataset, seed=..., plan=..., progress=False),
    "deployment.snippet": dict(path=shared("onnx"), language="kotlin", mean=lambda: (0.5,), std=lambda: (0.5,)),
    "data.digits": dict(size=8),
    "data.shapes": dict(train=4, calibration=4, validation=4, test=4, seed=0),
    "data.scenes": dict(train=2, calibration=2, validation=2, test=2, seed=0),
    "data.fashion_mnist": dict(folder=...),
    "data.load": dict(name="digits"),
    "data.Split": dict(x=lambda: X.numpy(), y=lambda: Y.numpy()),
    "data.Dataset": dict(name="mine", classes=lambda: ("a", "b", "c"))
    | dict.fromkeys(("train", "calibration", "validation", "test"), split),
    "training.fit": TRAIN | dict(progress=None),
    "training.predict": dict(model=net, x=lambda: X, batch_size=2),
    "training.accuracy": dict(model=net, split=split, batch_size=2, ignore_index=-100),
    "training.Recipe": dict(learning_rate=0.1, batch_size=2, weight_decay=0.1, progress=None),
    "training.one_cycle": dict(t=0.5),
    "training.shift": dict(x=lambda: X, generator=lambda: torch.Generator().manual_seed(0), pixels=2),
}


def cases():
    """(function, argument, value) of every hostile call."""
    return [(name, argument, value) for name, given in CALLS.items() for argument in given for value in HOSTILE]


def function_of(name):
    room, _, function = name.rpartition(".")
    return getattr(importlib.import_module(f"edukit.{room}"), function)


def call(function, /, **changed):
    """The function's answer to a good call, with some arguments changed."""
    given = {key: make for key, make in lazily(**CALLS[function]).items() if key not in changed and make() is not ...}
    arguments = {key: make() for key, make in (given | changed).items()}
    spread = [arguments.pop(key) for key in arguments.copy() if function == "quantization.run_integers"]
    return function_of(function)(*spread, **arguments)


class Slow(BaseException):
    """The call took longer than LIMIT_S."""


def ring(*_):
    raise Slow


def figures(outcomes) -> dict[str, int]:
    """How many outcomes there are of each kind."""
    return {kind: sum(o.kind == kind for o in outcomes) for kind in KINDS}


def sample(count, seed, functions=None) -> list:
    """So many of the hostile calls, drawn without any of them twice."""
    every = [case for case in cases() if functions is None or case[0] in functions]
    return random.Random(seed).sample(every, min(count, len(every)))


def outcome(name, argument, value) -> Outcome:
    """Make the call and say what became of it."""
    pieces()  # before the clock runs: torch, stopped while it imports its parts, stays broken
    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S)  # of this process's own time: a busy machine does not count
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            answer = call(name, **{argument: HOSTILE[value]})
    except Slow:
        return Outcome(name, argument, value, "slow", "")
    except Exception as error:
        if value in CALLABLE and isinstance(lazily(**CALLS[name])[argument](), Callable):
            return Outcome(name, argument, value, "right", "the caller's own function fails")
        return Outcome(name, argument, value, judged(error, argument), f"{type(error).__name__}: {error}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return Outcome(name, argument, value, "right" if means(name, argument, value) else "silent", shown(answer))


AXES = {"None", "()", "(-1, 0)"}
FINE = {"axis": AXES, "multiple": {"None"}, "weight_bits": {"None", "{}"}, "ratio": {"{}"}, "stride": {"[1, 2]"}}
FINE |= {"padding": {"[1, 2]"}, "dilation": {"[1, 2]"}, "progress": {"empty text"}, "bias": {"None"}}

FINE |= {"thresholds": REAL | {"0-d array", "0-d tensor"}}  # one alone, or several
FINE |= {"example": {"nan array", "nan tensor"}}  # of which the shape alone counts


def means(name, argument, value) -> bool:
    """Whether a hostile value means something where that argument of a good call stands."""
    good = lazily(**CALLS[name])[argument]()
    kind = next(kind for kind in MEANS if isinstance(good, kind))
    if value in FINE.get(argument, ()):
        return True
    return value in MEANS[kind] or value == "None" and function_allows_none(name, argument)


def function_allows_none(name, argument) -> bool:
    parameter = inspect.signature(function_of(name)).parameters.get(argument)
    return parameter is not None and (parameter.default is None or "None" in str(parameter.annotation))


def shown(answer):
    try:
        return repr(answer)[:200]
    except Exception as error:
        return f"no repr: {error!r}"


def judged(error, argument) -> str:
    """Whether an error is clear: of the kit, of the right type, short, and with the argument's name."""
    place = traceback.extract_tb(error.__traceback__)[-1].filename
    clear = isinstance(error, ValueError | TypeError) and place.startswith(PACKAGE) and len(str(error)) < LONGEST
    if not clear:
        return "obscure"
    names = (argument, *ALSO.get(argument, ()))
    return "clear" if re.search(rf"\b({'|'.join(map(re.escape, names))})\b", str(error)) else "unnamed"


def main(count: int = 3000, seed: int = 0) -> None:
    """Make so many hostile calls, print what is neither right nor clear, and the figures."""
    found = [outcome(*case) for case in sample(count, seed, FUNCTIONS)]
    for wrong in found:
        if wrong.kind not in ("right", "clear"):
            print(wrong.kind, wrong.function, wrong.argument, wrong.value, "|", " ".join(wrong.said.split())[:120])
    print(figures(found))


TRAINS = {"deployment.benchmark", "deployment.compress"}  # minutes, where the arguments are good
FUNCTIONS = [name for name in CALLS if name not in TRAINS]

if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
