"""How long a panel takes from a control's change to the picture, in the kernel: `python -m edukit.panels`."""

import time

import numpy as np

from edukit.data import digits
from edukit.deployment.benchmark import Stage
from edukit.measure import Latency
from edukit.panels.benchmark import choice
from edukit.panels.quantization import against_bits, channels, staircase, weight_histogram
from edukit.panels.tour import forgetting
from edukit.plots.tour import Choice


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
    return {
        "staircase": (staircase(), "bits"),
        "weight histogram": (weight_histogram(weights), "outlier_times"),
        "channels": (channels(weights.reshape(50, -1)), "bits"),
        "against bits": (against_bits(curve, "SQNR, dB"), "bits"),
        "forgetting": (forgetting(landscape, net[8], split), "bits"),
        "choice": (choice(stages, 500), "may_lose_points"),
    }


if __name__ == "__main__":
    for name, (panel, control) in panels().items():
        times = delays_ms(panel, control)
        print(f"{name:18s} median {np.median(times):5.1f} ms   p95 {np.percentile(times, 95):5.1f} ms")
