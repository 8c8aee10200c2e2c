"""The questions of a diagnosis: each looks at one thing, and answers in a Step of the table.

    of the networks    is the traced network as good? what does quantization cost? is it the weights or the activations?
    of the data        does the calibration data reach as far as the evaluated data? do some inputs reach far beyond?
    of the grids       how many codes are in use? how many values lie outside? how unequal are the channels?
    of a change        does it bring the accuracy back?

No question changes what another one sees but for the scores, which grow: "float" and "quantized" come first.

A change brings the accuracy back where the loss is within the tolerance, or at least 80 % of it is gone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import fx, nn

from edukit.copies import copied
from edukit.graph import joined
from edukit.quantization.debug.activation_use import Listener, Use, outlying_rows, typical_range
from edukit.quantization.debug.diagnosis import Step
from edukit.quantization.debug.fixes import Fix
from edukit.quantization.debug.partial import Parts
from edukit.quantization.grid.observer import as_batches
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.static import quantize_model

KINDS = "weights", "activations"
NOTHING = "nothing to repair; try fewer bits"
NOT_TRACED = (
    "nothing was rounded yet: evaluate the model in evaluation mode (model.eval()), and look for dropout, "
    "random numbers and batch norm that still learns"
)


@dataclass(frozen=True)
class Case:
    """What the questions are about: a model, its calibration data, and how it is quantized.

    network    the model traced, with batch norm folded · parts  it and its quantized copy, switched layer by layer
    inputs     the calibration data as one batch
    listener   the float network; it keeps some inputs that it is evaluated on, and counts what goes through
    """

    model: nn.Module
    batches: list
    how: dict
    network: fx.GraphModule
    parts: Parts
    listener: Listener

    @classmethod
    def of(cls, model: nn.Module, calibration, how: dict) -> "Case":
        batches = as_batches(calibration, model)
        network = float_network(model, batches[0])
        parts = Parts(network, quantize_model(network, batches, **how))
        return cls(model, batches, how, network, parts, Listener(parts))

    @property
    def inputs(self) -> tuple[torch.Tensor, ...]:
        return joined(self.network, self.batches)


class Scores:
    """{variant: what evaluate says of it}, and how much of the loss each variant brings back.

    asked    called after each evaluation, for a bar that shows how far the diagnosis is
    word     what stands before a score where it is shown
    """

    def __init__(self, evaluate: Callable, tolerance: float, asked: Callable = lambda: None, word: str = ""):
        self._evaluate = evaluate
        self.tolerance = tolerance
        self.asked = asked
        self.word = word
        self.of: dict[str, float] = {}

    def evaluate(self, network: nn.Module) -> float:
        score = float(self._evaluate(network))
        self.asked()
        return score

    def measure(self, variant: str, network: nn.Module) -> float:
        score = self.evaluate(network)
        if not math.isfinite(score):
            raise ValueError(f"evaluate must return a finite number, got {score} for the network that is {variant}")
        self.of[variant] = score
        return score

    def lost(self, variant: str) -> float:
        return self.of["float"] - self.of[variant]

    def regained(self, variant: str) -> float:
        """The share of what quantization lost that this variant does not lose."""
        lost = self.lost("quantized")
        return 1 - self.lost(variant) / lost if lost else 0.0

    def restores(self, variant: str) -> bool:
        return self.lost(variant) <= self.tolerance or self.regained(variant) >= 0.8

    def shown(self, score: float) -> str:
        return f"{self.word} {score:.3f}".strip()


def is_traced_well(case: Case, scores: Scores) -> Step:
    """Nothing is rounded yet: the traced network must be as good as the model."""
    before = scores.measure("model", copied(case.model))
    after = scores.measure("float", case.listener)
    verdict = "no" if abs(before - after) <= scores.tolerance else "yes"
    return Step("float", "does tracing change the answers?", f"{before:.3f} → {after:.3f}", verdict)


def what_is_lost(case: Case, scores: Scores) -> Step:
    """The quantized network beside the float one."""
    after = scores.measure("quantized", case.parts.switched_on())
    lost = scores.lost("quantized")
    verdict = f"{lost:.3f} lost" if lost > scores.tolerance else "nothing beyond the tolerance"
    return Step("quantized", "what does quantization cost?", f"{scores.of['float']:.3f} → {after:.3f}", verdict)


def is_of_another_scale(case: Case) -> bool:
    """Whether a typical calibration input has another range than a typical evaluated one."""
    low, high = typical_range(case.inputs)
    seen_low, seen_high = typical_range(case.listener.rows or case.inputs)
    return abs(low - seen_low) + abs(high - seen_high) > 0.5 * (seen_high - seen_low)


def about_calibration(case: Case) -> list[Step]:
    """A typical calibration input beside a typical evaluated one, and inputs that are like none of the others."""
    (low, high) = typical_range(case.inputs)
    seen = typical_range(case.listener.rows or case.inputs)
    ranges = f"{low:.2f} … {high:.2f}, {seen[0]:.2f} … {seen[1]:.2f}"
    alike = "no" if is_of_another_scale(case) else "yes"
    outlying = outlying_rows(case.inputs)
    count = f"{len(outlying)} of {len(case.inputs[0])} inputs"
    return [
        Step("calibration data", "does it reach as far as the evaluated data?", ranges, alike),
        Step("wild inputs", "do some reach far beyond the others?", count, "yes" if outlying else "no"),
    ]


def weights_or_activations(case: Case, scores: Scores) -> list[Step]:
    """Each alone."""
    for kind in KINDS:
        network = case.parts.switched_on(weights=kind == "weights", activations=kind == "activations")
        scores.measure(f"{kind} only", network)
    blamed = blamed_kinds(scores)
    measured = {kind: scores.shown(scores.of[f"{kind} only"]) for kind in KINDS}
    return [
        Step(f"{kind} only", f"is it the {kind}?", measured[kind], "yes" if kind in blamed else "no") for kind in KINDS
    ]


def blamed_kinds(scores: Scores) -> list[str]:
    """What loses more than the tolerance alone, or most."""
    enough = min(scores.tolerance, max(scores.lost(f"{kind} only") for kind in KINDS))
    return [kind for kind in KINDS if scores.lost(f"{kind} only") >= enough]


def about_grids(uses: dict[str, Use]) -> list[Step]:
    """The three values that lie worst on their grids."""
    if not uses:
        return []
    fewest = min(uses, key=lambda name: uses[name].used)
    few = "few: something else took the range" if uses[fewest].used < 0.15 else "enough"
    most = max(uses, key=lambda name: uses[name].outside)
    narrow = "many: the range is too narrow" if uses[most].outside > 0.01 else "few"
    widest = max(uses, key=lambda name: uses[name].channels)
    unequal = "far: it takes the range of the others" if uses[widest].channels > 10 else "not far"
    times = f"{uses[widest].channels:.1f} times, {widest}"
    return [
        Step("codes in use", "how many, of the value with fewest?", f"{uses[fewest].used:.0%}, {fewest}", few),
        Step("values outside", "how many, of the value with most?", f"{uses[most].outside:.1%}, {most}", narrow),
        Step("largest channel", "how far above the middle one?", times, unequal),
    ]


def does_it_help(name: str, fix: Fix, case: Case, scores: Scores) -> Step:
    """The model quantized again, with one change."""
    arguments = {"model": case.network, "calibration": case.batches, **case.how, **fix.changes}
    score = scores.measure(name, quantize_model(**arguments))
    share = scores.regained(name)
    verdict = "yes" if scores.restores(name) else f"{share:.0%} of the loss" if share > 0.1 else "no"
    return Step(name, fix.question, scores.shown(score), verdict)
