"""How long a panel takes from a control's change to the picture, in the kernel: `python -m edukit.panels`."""

import time

import numpy as np

from edukit.panels.quantization import against_bits, staircase, weight_histogram


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


if __name__ == "__main__":
    weights = np.random.default_rng(0).normal(0, 0.1, 20_000)
    curve = {"per tensor": {bits: 6.02 * bits for bits in range(2, 9)}}
    panels = {
        "staircase": (staircase(), "bits"),
        "weight histogram": (weight_histogram(weights), "outlier_times"),
        "against bits": (against_bits(curve, "SQNR, dB"), "bits"),
    }
    for name, (panel, control) in panels.items():
        times = delays_ms(panel, control)
        print(f"{name:18s} median {np.median(times):5.1f} ms   p95 {np.percentile(times, 95):5.1f} ms")
