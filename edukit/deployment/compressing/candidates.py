"""Candidates: networks that may become the file, made and judged one share at a time.

    start (the model, or a student)  →  fewer channels  →  trained, if it helps  →  float32, int8, mixed, int4
                                                                                      each: bytes, quality

A share is made in one piece, with all its precisions: the training is the dear part. It depends on the seed alone, so
that any process may make it, and the one that is chosen can be made again.

In production  a cluster, one share a worker
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn

from edukit.checked import check_seed
from edukit.copies import copied, with_stored_weights
from edukit.deployment.compressing.examples import Examples
from edukit.deployment.compressing.quality import KINDS, Quality
from edukit.deployment.compressing.sizes import tensor_bytes
from edukit.deployment.compressing.steps import PRECISIONS, quantized, shrunken, taught
from edukit.deployment.files.to_onnx import onnx_bytes
from edukit.errors import first_line
from edukit.graph import capture
from edukit.measure import count_macs, count_parameters
from edukit.refuse import check_whole
from edukit.training import threads
from edukit.training.loop import Recipe

KEPT = 6  # networks in memory


@dataclass(frozen=True)
class Settings:
    """How a search goes; the defaults suit networks that were trained before.

    shares          of the MACs, above 0 to 1, that are tried first; 1 always is
    refined         how often another share is tried after that
    steps           of training, of 32 rows each, after channels went; 0: none. Without labels, the original teaches
    learning_rate   of these steps; a student learns at five times that rate, three times as long
    augment         as in `fit`, such as `edukit.training.shift`
    measure         "accuracy", "agreement" or "likeness"; None: what the data allows
    seed            of the parts of the data, and of training

    >>> Settings(shares=[0.5]).shares
    (1.0, 0.5)
    """

    shares: Sequence[float] = (1.0, 0.5, 0.25, 0.125)
    refined: int = 2
    steps: int = 300
    learning_rate: float = 1e-3
    augment: Callable | None = None
    measure: str | None = None
    seed: int = 0

    def __post_init__(self):
        if wrong := [share for share in self.shares if not 0 < share <= 1]:
            raise ValueError(f"shares must be above 0 to 1, got {wrong[0]!r}")
        object.__setattr__(self, "shares", tuple(sorted({1.0, *map(float, self.shares)}, reverse=True)))
        check_whole(self.refined, "refined", 0)
        check_whole(self.steps, "steps", 0)
        check_seed(self.seed)
        Recipe(learning_rate=self.learning_rate)  # refuses other rates
        if self.measure not in (None, *KINDS):
            raise ValueError(f"measure must be one of {', '.join(KINDS)}, got {self.measure!r}")


@dataclass(frozen=True)
class Made:
    """A network with some of its channels, and its quality on validation images before training and after it.

    why   what has not worked, such as "the loss became nan"; "" where nothing was wrong
    """

    network: nn.Module
    untrained: float
    quality: float
    is_trained: bool
    why: str = ""


class Networks:
    """All networks of one search, by start and share; the last ones stay in memory, others are made again.

    starts   {"model": the original, "student": another network that has learnt from it already}
    """

    def __init__(self, starts: dict[str, nn.Module], examples: Examples, settings: Settings):
        self.starts = starts
        self.examples = examples
        self.settings = settings
        self._original: bytes | None = None
        self._made: OrderedDict[tuple[str, float], Made] = OrderedDict()
        self._quality: Quality | None = None

    def __getstate__(self):
        return vars(self) | {"_made": OrderedDict(), "_quality": None, "_original": None}

    @property
    def quality(self) -> Quality:
        """On the validation images."""
        if self._quality is None:
            self._quality = Quality(self.starts["model"], self.examples.validation, self.settings.measure)
        return self._quality

    @property
    def original(self) -> bytes:
        """The original as an ONNX file."""
        if self._original is None:
            self._original = onnx_bytes(self.made("model", 1.0).network, (self.examples.calibration.x[:2],))
        return self._original

    def made(self, start: str, share: float, most: float = math.inf) -> Made:
        """The float network; ValueError where so few channels are not possible.

        most   bytes; a network whose weights are more in 4 bits is not trained, and refused as well
        """
        key = start, share
        if key not in self._made:
            self._made[key] = self._make(start, share, most)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        return self._made[key]

    def finished(self, start: str, share: float, precision: str) -> nn.Module:
        """The network as it goes into the file."""
        return quantized(self.made(start, share).network, self.examples.calibration.x, precision)

    def _make(self, start, share, most) -> Made:
        x = self.examples.calibration.x
        if share == 1:
            _check_size(self.starts[start], most)
            network = capture(with_stored_weights(self.starts[start]), x[:2])
            _check_rows_are_free(network)
            found = self.quality.of(network)
            return Made(network, found, found, False)
        small = shrunken(self.starts[start], x, share)
        _check_size(small, most)
        before = self.quality.of(small)
        network, after, why = self._trained(small, before)
        return Made(capture(network, x[:2]), before, max(before, after), after > before, why)

    def _trained(self, small, before) -> tuple[nn.Module, float, str]:
        """The trained network, its quality and ""; the one before, where training makes it no better."""
        how = self.settings
        if not how.steps:
            return small, before, ""
        train = self.examples.train
        train = train if self.quality.kind == "accuracy" else train._replace(y=None)
        arguments = dict(steps=how.steps, learning_rate=how.learning_rate, augment=how.augment, seed=how.seed)
        try:
            network = taught(small, self.starts["model"], train, **arguments)
        except ValueError as error:
            return small, before, f"not trained: {first_line(error)}"
        after = self.quality.of(network)
        return (network, after, "") if after > before else (small, before, "training made it no better")


def _check_rows_are_free(network) -> None:
    """Raise a ValueError where the model's Python has made a constant of the number of rows."""
    _, axes = next(iter(network.captured_for.values()))
    least, most = axes[0]
    if least == most:
        raise ValueError("model must take any number of rows; its Python fixes it, as len(x) does: write x.shape[0]")


def _check_size(network, most) -> None:
    """Raise a ValueError where the weights alone, in 4 bits, are more than so many bytes."""
    if sum(weight.numel() for weight in network.parameters() if weight.ndim > 1) / 2 > most:
        raise ValueError("larger in 4 bits than a file that was found before")


def tried(networks: Networks, start: str, share: float, most: float = math.inf) -> dict:
    """What became of one share, as JSON can say it: its qualities, and {precision: (bytes of tensors, quality)}.

    most   bytes of a file that was found before
    "why" alone, where so few channels are not possible, the network cannot be quantized, or it would be larger.
    """
    x = networks.examples.calibration.x
    with threads(1):
        try:
            made = networks.made(start, share, most)
            finished = {precision: quantized(made.network, x, precision) for precision in PRECISIONS}
        except ValueError as error:
            return {"why": first_line(error)}
        rows = {name: [tensor_bytes(model, x), networks.quality.of(model)] for name, model in finished.items()}
        return {
            "why": made.why,
            "untrained": made.untrained,
            "quality": made.quality,
            "is_trained": made.is_trained,
            "parameters": count_parameters(copied(made.network)),
            "macs": count_macs(made.network, x[:1]),
            "precisions": rows,
        }
