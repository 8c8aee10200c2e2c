"""What a ResNet-20 for photographs loses where networks for digits lose little: fewer bits, zeros, fewer channels.

    trained ── rounded, pruned or shrunken ── accuracy as it is ── after a repair without labels ── after one epoch

No label is used before the one epoch of training, no setting was chosen by its result, and the test images are looked
at once for each row.

Shapes    measured() -> a Row for each technique, setting and way
Cost      half an hour of one thread, most of it six epochs of training, and the download of `cifar10`
In production  the same table for one's own network, before anything is promised

`python -m edukit.experiments.photographs.what_holds --append datasets/photographs.csv` makes the table of the lessons.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import nn

from edukit.data import Dataset, cifar10
from edukit.experiments.photographs.network import mirrored_and_shifted
from edukit.experiments.photographs.train import bundled_network
from edukit.experiments.pruning.half_the_macs import speedups
from edukit.experiments.rows import keep, read
from edukit.pruning import fine_tune, prune_model, reestimate_batchnorm, shrink_to_macs
from edukit.pruning.channels.budget import macs_left
from edukit.pruning.weights.model_masks import magnitude_masks
from edukit.quantization import convert, min_max, prepare_qat, quantize_model
from edukit.quantization.grid.calibrate import declare
from edukit.table import Table
from edukit.training import accuracy, fit, seeded, threads

BITS = 4, 3, 2
SPARSITIES = 0.5, 0.7, 0.9
SHARES = 0.75, 0.5
SETTINGS = {"bits": ("bits a weight", 32), "zeros": ("zeros, %", 0), "channels": ("MACs left, %", 100)}  # as it is
ONE_EPOCH = dict(epochs=1, learning_rate=0.001, batch_size=128, augment=mirrored_and_shifted)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network that was made smaller.

    technique  "none", "bits", "zeros" or "channels"
    setting    bits of a weight · percent of the weights that are zero · percent of the MACs that are left
    way        how it was done
    accuracy   of the 10,000 test images, 0 to 1
    speedup    how many times faster than the whole network, in ONNX Runtime; only for channels

    >>> Row(technique="bits", setting=2, way="nearest", accuracy=0.1).setting
    2
    """

    technique: str
    setting: float
    way: str
    accuracy: float
    speedup: float | None = None


def rows(net: nn.Module, data: Dataset) -> Iterator[list[Row]]:
    """Every row, each as soon as it is known."""
    yield [Row(technique="none", setting=32, way="as it is", accuracy=accuracy(net, data.test))]
    for bits in BITS:
        yield fewer_bits(net, data, bits)
    for sparsity in SPARSITIES:
        yield zeros(net, data, sparsity)
    for share in SHARES:
        yield fewer_channels(net, data, share)


def fewer_bits(net: nn.Module, data: Dataset, bits: int) -> list[Row]:
    """Weights of so many bits: plain rounding, the default, and with the fewest an epoch of training with rounding."""
    seen = data.calibration.x
    nearest = quantize_model(net, seen, bits, None, rounding="nearest", weight_calibrator=largest_on_the_last_code)
    found = {"nearest": nearest, "GPTQ and biases": quantize_model(net, seen, bits, None)}
    if bits == BITS[-1]:
        trainable = prepare_qat(net, seen, bits, 8, learned_step=True)
        found["one epoch, 8-bit activations"] = convert(fit(trainable, data.train, **ONE_EPOCH))
    made = dict(technique="bits", setting=bits)
    return [Row(**made, way=name, accuracy=accuracy(model, data.test)) for name, model in found.items()]


@declare(needs_grid=True)
def largest_on_the_last_code(w, axis=None, *, bits, symmetric):
    """The range with which S = max|w| / (2^(b-1) - 1): the scale of most tools."""
    low, high = min_max(w, axis)
    codes = 2 ** (bits - 1)
    wider = (codes - 0.5) / (codes - 1)
    return wider * low, wider * high


def zeros(net: nn.Module, data: Dataset, sparsity: float) -> list[Row]:
    """The smallest weights of the whole network become zero, then one epoch of training with them at zero."""
    pruned = prune_model(net, sparsity, scope="global")
    masks = magnitude_masks(net, sparsity, scope="global")
    found = {"no training": pruned, "one epoch": fine_tune(net, data.train, masks, **ONE_EPOCH)}
    made = dict(technique="zeros", setting=100 * sparsity)
    return [Row(**made, way=name, accuracy=accuracy(model, data.test)) for name, model in found.items()]


def fewer_channels(net: nn.Module, data: Dataset, share: float) -> list[Row]:
    """Channels go until so many of the MACs are left; without labels but for the last row."""
    seen = torch.as_tensor(data.calibration.x)
    one_ratio = shrink_to_macs(net, seen, share, scope="layer", multiple=1)
    by_score = shrink_to_macs(net, seen[:2], share)
    by_output = reestimate_batchnorm(shrink_to_macs(net, seen[:100], share, scope="output"), seen)
    found = {
        "one ratio": one_ratio,
        "one ratio, new statistics": reestimate_batchnorm(one_ratio, seen),
        "plan by scores, new statistics": reestimate_batchnorm(by_score, seen),
        "plan by outputs, new statistics": by_output,
        "plan by outputs, one epoch": fit(by_output, data.train, **ONE_EPOCH),
    }
    faster = {name: speedup for name, (speedup, _, _) in speedups(net, found, seen).items()}
    return [
        Row(
            technique="channels",
            setting=100 * macs_left(net, model, seen[:1]),
            way=name,
            accuracy=accuracy(model, data.test),
            speedup=faster[name],
        )
        for name, model in found.items()
    ]


def measured() -> list[Row]:
    """What datasets/photographs.csv holds.

    >>> measured()[0].technique
    'none'
    """
    return read(Row, "photographs")


def photographs(technique: str, setting: int | None = None) -> Table:
    """The whole network, and the rows of one technique, or of one setting of it, as a lesson shows them.

    Raises ValueError for a technique or a setting that was not measured.

    >>> photographs("bits", 2).rows[1]
    ('2', 'nearest', '10.0')
    """
    whole, *others = measured()
    chosen = [row for row in others if row.technique == technique and setting in (None, round(row.setting))]
    if not chosen:
        raise ValueError(f"technique and setting must be those of a row, got {technique!r} and {setting!r}")
    head, all_of_it = SETTINGS[technique]
    heads = (head, "way", "photographs of CIFAR-10 read by ResNet-20, of 100")
    rows = [
        (f"{row.setting:.0f}", row.way, f"{100 * row.accuracy:.1f}")
        for row in [replace(whole, setting=all_of_it), *chosen]
    ]
    if technique == "channels":
        heads = (*heads, "times as fast")
        faster = [1.0, *(row.speedup for row in chosen)]
        rows = [(*cells, f"{times:.2f}") for cells, times in zip(rows, faster, strict=True)]
    return Table(heads, rows, f"The network reads {rows[0][2]} of 100 photographs as it is.")


def main(argv=None) -> None:
    """Measure everything with the bundled network, and append the rows to a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--append", metavar="FILE", help="a CSV file")
    asked = parser.parse_args(argv)
    with threads(1), seeded(0):
        keep(rows(bundled_network(), cifar10()), asked.append)


if __name__ == "__main__":
    main()
