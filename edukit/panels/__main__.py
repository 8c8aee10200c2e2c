"""How long a panel takes from a control's change to the picture, in the kernel: `python -m edukit.panels`."""

import time

import numpy as np
from torch import nn

from edukit.data import digits
from edukit.deployment.benchmark import Stage
from edukit.measure import Latency
from edukit.panels.benchmark import choice
from edukit.panels.quantization import against_bits, budget, channels, formats, pixels, staircase, weight_histogram
from edukit.panels.quantization.binary import binary_levels, sign_gradient
from edukit.panels.quantization.calibrate import momentum, more_images, ranges
from edukit.panels.quantization.equalize import equalization
from edukit.panels.quantization.mixed import bits_by_layer, layer_errors
from edukit.panels.quantization.qat import latent_weight, recovery, step_size
from edukit.panels.quantization.saturation import saturation
from edukit.panels.quantization.sweep import error_sweep
from edukit.panels.tour import forgetting
from edukit.plots.tour import Choice
from edukit.quantization import LayerError, Observer


def delays_ms(panel, control: str, repeats: int = 10) -> np.ndarray:
    """The delay of each step of one control over its whole range and back."""
    slider = panel.controls[control]
    there = np.linspace(slider.min, slider.max, 7)
    times = []
    for value in np.tile([*there, *there[-2:0:-1]], repeats):
        before, start = slider.value, time.perf_counter()
        slider.value = type(before)(value)
        if slider.value != before:
            times.append(1e3 * (time.perf_counter() - start))
    return np.array(times)


def panels() -> dict:
    """{name: (panel, control)} for every panel of the lessons, on made-up values: as much is drawn as in the lesson."""
    random = np.random.default_rng(0)
    weights = random.normal(0, 0.1, 20_000)
    curve = {"per tensor": {bits: 6.0 * bits for bits in range(2, 9)}}
    stages = [
        Stage(f"net {i}", 1, 1, 10**i, 1, 0.9 + i / 100, Latency(1e-6 * i, 1e-6 * i, 0.0, 1), 1e-6 * i, {})
        for i in range(1, 8)
    ]
    split = digits(size=32).validation
    answers = {bits: np.where(random.random(len(split)) < bits / 8, split.y, 0) for bits in range(2, 9)}
    net = {bits: Choice(random.normal(0, 1, (16, 1, 7, 7)), answers[bits], 1e4 * bits) for bits in answers}
    landscape = {(c, z, bits): net[bits] for c in (100, 75, 50, 25) for z in (0, 20, 40, 60) for bits in net}
    names = [f"blocks.{i}.body" for i in range(13)]
    costs = {name: {bits: 4.0**-bits * (1 + i) for bits in range(2, 9)} for i, name in enumerate(names)}
    shapes = {name: (8 + 8 * i, 8, 3, 3) for i, name in enumerate(names)}
    measured = {name: {bits: 90.0 + bits for bits in range(2, 9)} for name in ("mixed", "same everywhere")}
    errors = {bits: dict.fromkeys(names, LayerError(4.0**-bits, 1e-5, 4.0**-bits, 5.0**-bits)) for bits in range(2, 9)}
    observer = Observer()
    for batch in np.abs(weights).reshape(20, -1):
        observer.update(batch)
    return {
        "staircase": (staircase(), "bits"),
        "weight histogram": (weight_histogram(weights), "outlier_times"),
        "channels": (channels(weights.reshape(50, -1)), "bits"),
        "against bits": (against_bits(curve, "SQNR, dB"), "bits"),
        "error sweep": (error_sweep(nn.Sequential(*(nn.Linear(64, 64) for _ in names))), "bits"),
        "saturation": (
            saturation(abs(weights[:10_800]).reshape(400, 27), weights[:432].reshape(16, 27)),
            "weight_bits",
        ),
        "equalization": (equalization(weights.reshape(50, -1), weights.reshape(50, -1)), "strength_percent"),
        "ranges": (ranges(observer), "bits"),
        "more images": (more_images({"min_max": {2**i: [1.0 + i, 2.0 + i] for i in range(8)}}), "doublings"),
        "momentum": (momentum(observer.history), "momentum"),
        "pixels": (pixels(), "bits"),
        "formats": (formats(weights), "bits"),
        "budget": (budget({"INT": {bits: [90, 91, 92] for bits in range(1, 9)}}, 95.0), "budget"),
        "binary levels": (binary_levels(weights), "threshold"),
        "sign gradient": (sign_gradient(), "steps"),
        "latent weight": (latent_weight(), "update"),
        "step size": (step_size(weights), "update"),
        "recovery": (recovery({"rounded": {bits: [80, 90, 95] for bits in range(2, 9)}}, [97.0, 98.0]), "bits"),
        "bits by layer": (bits_by_layer(costs, shapes, measured), "mean_bits"),
        "layer errors": (layer_errors(errors), "bits"),
        "forgetting": (forgetting(landscape, net[8], split), "bits"),
        "choice": (choice(stages, 500), "may_lose_points"),
    }


if __name__ == "__main__":
    for name, (panel, control) in panels().items():
        times = delays_ms(panel, control)
        print(f"{name:18s} median {np.median(times):5.1f} ms   p95 {np.percentile(times, 95):5.1f} ms")
