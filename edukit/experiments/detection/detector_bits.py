"""Which part of a detector breaks first when its weights have fewer bits: backbone, BiFPN, class head or box head?

    float detector ── weights of one part at 8, 4, 3, 2 bits, all else float ──▶ mAP@.5 and mAP@[.5:.95]

The kit's debugger switches layers on and off (quantization/debug/partial.py), so a loss has one cause. A box head that
is a little off costs mAP@[.5:.95], which asks for boxes that fit by up to 95 %; mAP@.5 is content with half. A class
head that is off costs both.

Shapes    measured() -> a Row for each part and number of bits
Cost      an evaluation of 200 images for each part and number of bits
In production  AIMET's QuantAnalyzer, layer by layer; such tables decide which part stays at 16 bits

`python -m edukit.experiments.detection.detector_bits --append datasets/detector_bits.csv` makes the table of lesson 12.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from edukit.data import scenes
from edukit.detection import detect, tiny_anchors, trained_detector
from edukit.detection.distill import answers_of
from edukit.experiments.detection.detector import averages
from edukit.experiments.rows import append, read
from edukit.quantization import quantize_model
from edukit.quantization.debug.partial import Parts
from edukit.quantization.ptq.fold import float_network
from edukit.training import threads
from edukit.turns import Bar

PARTS = {
    "backbone": ("backbone.",),
    "BiFPN": ("lateral.", "bifpn."),
    "class head": ("class_head.",),
    "box head": ("box_head.",),
}
BITS = (8, 4, 3, 2)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One part with weights of so many bits, the others float: mAP@.5 and mAP@[.5:.95] on the validation images.

    layers   how many layers the part has
    """

    part: str
    bits: int
    layers: int
    map50: float
    map: float


def measure(model: nn.Module, calibration: torch.Tensor, split, bits=BITS) -> Iterator[Row]:
    """A row for each part and number of bits, and first the float network as a part of no layers at 32 bits."""
    network = float_network(model, calibration)
    yield _row("none", 32, [], network, split)
    for b in bits:
        parts = Parts(network, quantize_model(network, calibration, b, rounding="nearest"))
        for part, prefixes in Bar(PARTS.items(), desc=f"{b} bits", delay=2):
            names = [name for name in parts.layers if name.startswith(prefixes)]
            yield _row(part, b, names, parts.switched_on(names, activations=False), split)


def _row(part, bits, names, network, split) -> Row:
    size = split.x.shape[2:]
    found = detect(answers_of(network, torch.as_tensor(split.x)), tiny_anchors(*size), size)
    map50, average = averages(found, split.truth)
    return Row(part=part, bits=bits, layers=len(names), map50=map50, map=average)


def measured() -> list[Row]:
    """What datasets/detector_bits.csv holds.

    >>> sorted({row.part for row in measured()})
    ['BiFPN', 'backbone', 'box head', 'class head', 'none']
    """
    return read(Row, "detector_bits")


def main(file: str | None = None) -> None:
    """Measure the bundled pruned detector, print the rows, and append them to a file."""
    data = scenes(train=1, test=1)
    for row in measure(trained_detector("pruned"), torch.as_tensor(data.calibration.x), data.validation):
        print(row, flush=True)
        if file:
            append([row], file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fewer bits for one part of a detector after the other.")
    parser.add_argument("--append", metavar="CSV", help="a file such as datasets/detector_bits.csv")
    with threads(1):
        main(parser.parse_args().append)
