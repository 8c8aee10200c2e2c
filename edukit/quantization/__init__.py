"""Quantization: fewer bits per number, and what that costs. Six folders, each with its lessons.

grid/     the formula, the range, the error                         lessons 01, 02
ptq/      a trained model gets integer codes, without training      lessons 03, 03b
qat/      training with the rounding in place                       lesson 04
lowbit/   formats of 1 to 8 bits, and how they are stored           lessons 05, 05b
integer/  what the chip computes, bit for bit the runtime's         lessons 01, 03
debug/    why did the accuracy drop?                                lesson 03b

The names below are opened when they are first used, so that the formula (grid/affine.py) needs numpy alone.
What is not among them is imported from its folder: from edukit.quantization.lowbit.binary import binarize
"""

import importlib

_FILES = {
    "grid.affine": ["QParams", "choose_qparams", "quantize", "dequantize", "fake_quantize"],
    "grid.calibrate": ["min_max", "moving_average", "percentile", "mse"],
    "grid.entropy": ["kl"],
    "grid.observer": ["Observer"],
    "grid.error": ["normalized_mse"],
    "ptq.static": ["quantize_model"],
    "ptq.rewrite": ["QuantizedModel"],
    "ptq.dynamic": ["quantize_dynamic"],
    "ptq.fold": ["fold_batchnorm"],
    "ptq.rounding": ["gptq", "bias_correction"],
    "ptq.adaround": ["adaround"],
    "ptq.equalize": ["equalize"],
    "ptq.smooth": ["smoothquant", "awq"],
    "qat.prepare": ["prepare_qat", "convert", "QatModel"],
    "qat.fake": ["FakeQuantize"],
    "lowbit.packing": ["pack", "unpack"],
    "integer.layers": ["integer_linear", "integer_conv2d"],
    "integer.network": ["run_integers"],
    "debug.sensitivity": ["layer_errors", "sensitivity", "output_error"],
    "debug.mixed": ["allocate_bits"],
    "debug.diagnose": ["diagnose"],
    "debug.diagnosis": ["Diagnosis"],
}
_HOME = {name: file for file, names in _FILES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        return getattr(importlib.import_module(f"edukit.quantization.{_HOME[name]}"), name)
    raise AttributeError(f"module 'edukit.quantization' has no attribute {name!r}")


def __dir__():
    return [*globals(), *_HOME]
