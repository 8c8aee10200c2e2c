"""How fast the formulas are beside torch's fused operators: `python -m edukit.experiments.quantization.quantize_speed`.

Ten million weights, a scale for each of 1,000 channels, one thread. Ours are the formula, step by step, in one new
array; torch's are C++ that does all steps for one number after the other. On a busy machine the ratio holds, the
milliseconds do not. Behind them whole networks: the sweep of ResNet-18, and rounding with care of 0.28 M weights.
"""

import time
import warnings
from functools import partial

import numpy as np
import torch
from torch import nn

from edukit.measure import latencies
from edukit.networks import resnet18
from edukit.quantization.grid.affine import choose_qparams, fake_quantize, quantize
from edukit.quantization.grid.sweep import SHARINGS, error_sweep
from edukit.quantization.ptq.adaround import adaround
from edukit.quantization.ptq.rounding import gptq
from edukit.quantization.ptq.static import quantize_model
from edukit.training import threads

SHAPE = (1000, 10_000)
PAIRS = {"choose and quantize": "torch.quantize_per_channel", "fake_quantize": "torch.fake_quantize_per_channel_affine"}


def contestants() -> dict:
    """{name: a call without arguments}; ours finds its scales from the channels' ranges in each call, torch's has them.

    >>> list(contestants())[:2]
    ['choose and quantize', 'fake_quantize']
    """
    w = torch.from_numpy(np.random.default_rng(0).normal(size=SHAPE).astype(np.float32))
    low, high = w.amin(1, keepdim=True), w.amax(1, keepdim=True)
    grid = choose_qparams(low, high, symmetric=True)
    scale, zero = grid.scale.flatten(), grid.zero_point.flatten()
    calls = {
        "choose and quantize": lambda: quantize(w, choose_qparams(low, high, symmetric=True)),
        "fake_quantize": lambda: fake_quantize(w, grid),
        "torch.quantize_per_channel": lambda: torch.quantize_per_channel(w, scale, zero, 0, torch.qint8),
    }
    fused = torch.fake_quantize_per_channel_affine
    calls["torch.fake_quantize_per_channel_affine"] = lambda: fused(w, scale, zero, 0, grid.qmin, grid.qmax)
    return calls


def small_net() -> nn.Module:
    """As many weights as a CIFAR-style ResNet-20, in nine convolutions and a linear layer.

    >>> round(sum(p.numel() for p in small_net().parameters()) / 1e6, 2)
    0.28
    """
    convs = []
    inside = 3
    for outside, stride in [(32, 1), (64, 2), *[(64, 1)] * 3, (64, 2), *[(64, 1)] * 3]:
        convs += [nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU()]
        inside = outside
    return nn.Sequential(*convs, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def main() -> None:
    """Print the times."""
    with threads(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's quantized tensors are on their way out
        found = latencies(contestants(), warmup=2, repeats=15, block=3)
        for ours, theirs in PAIRS.items():
            one, other = found[ours].median_s, found[theirs].median_s
            print(f"{ours:20s} {1e3 * one:6.0f} ms   {theirs:40s} {1e3 * other:6.0f} ms   {one / other:.2f} times")
        net = resnet18()
        _print_seconds(f"error_sweep of ResNet-18, {len(SHARINGS)} sharings", lambda: error_sweep(net))
        net = small_net()
        x = torch.from_numpy(np.random.default_rng(0).random((256, 3, 32, 32), np.float32))
        for rounding in (gptq, adaround):
            call = partial(quantize_model, net, x, 4, None, rounding=rounding, correct_bias=True)
            _print_seconds(f"{rounding.__name__} of {sum(p.numel() for p in net.parameters()):,} parameters", call)


def _print_seconds(name, call) -> None:
    start, busy = time.perf_counter(), time.process_time()
    call()
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - busy
    print(f"{name}: {wall_s:.1f} s, {cpu_s:.1f} s of them on the processor")


if __name__ == "__main__":
    main()
