"""How far two loads of the same file lie apart: `python -m edukit.experiments.deployment.same_file`.

    ratio = time of the first load / time of the second, by the benchmark's protocol; it should be 1

Where a file lies in memory is decided when it is loaded, and stays: no number of rounds takes it out of the ratio. What
is found here is the least difference that the protocol may call one.
"""

import tempfile
from pathlib import Path

import numpy as np

from edukit.deployment import load
from edukit.deployment.protocol import Ratio, ratio, timings
from edukit.experiments.deployment.written_files import conv_chain

FILES = {
    "32 channels, float": {"channels": 32, "size": 16},
    "8 channels, float": {"channels": 8, "size": 8},
    "64 channels, INT8": {"channels": 64, "size": 16, "kind": "u8s8"},
}


def pairs(recipe: dict, count: int = 7, *, least_s: float = 0.7) -> list[Ratio]:
    """The ratio of two loads of a file, so many times; the recipe is what `conv_chain` takes."""
    shape = (1, recipe["channels"], recipe["size"], recipe["size"])
    x = np.random.default_rng(0).random(shape, np.float32)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = conv_chain(Path(folder) / "chain.onnx", **recipe)
        for _ in range(count):
            sessions = {name: load(path) for name in ("first", "second")}
            times = timings({name: lambda s=s: s(x) for name, s in sessions.items()}, least_s=least_s)
            found.append(ratio(times["first"], times["second"]))
    return found


def main() -> None:
    """Print the ratios, their intervals and verdicts."""
    for name, recipe in FILES.items():
        for found in pairs(recipe):
            print(f"{name:20s} {found.value:.4f} ({found.low:.4f} to {found.high:.4f})  {found.verdict}", flush=True)


if __name__ == "__main__":
    main()
