"""Why did the accuracy drop? One question after the other, each answered by a measurement.

    float ─ quantized ─ calibration data ─ weights or activations? ─ ranges ─ remedies, one by one ─ layer by layer
      └ traced well?      └ like the evaluated data?                   └ what took the codes?

Method    change one thing, evaluate again: the culprit is the first cause whose removal brings the accuracy back
Bound     "brings back": all of the loss but the tolerance, or at least 80 % of it
Cost      a quantization and an evaluation for each remedy, 1 to 8 of them, and an evaluation for each layer: about 10 s
          on one thread for 78,000 parameters and 8x8 images
Caution   remedies are chosen on validation data and look a little better there: keep the test data for the end
In production  AIMET's QuantAnalyzer; Polygraphy's debug tools for TensorRT: both switch layers on and off
"""

import copy
import functools
import math
import operator
from collections.abc import Callable

import torch
from torch import nn

from edukit.quantization.debug.activation_use import Listener, typical_range, wild_rows
from edukit.quantization.debug.diagnosis import Diagnosis, Step
from edukit.quantization.debug.fixes import (
    Remedy,
    better_rounding,
    other_calibration,
    other_calibrators,
    other_channels,
    some,
)
from edukit.quantization.debug.partial import FLOAT, Parts
from edukit.quantization.grid.observer import as_batches
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.static import quantize_model
from edukit.signatures import passes_on

MOST_RESTORED = 3  # layers: where more must go back to float, the bits are too few


@passes_on(quantize_model)
def diagnose(model: nn.Module, calibration, evaluate: Callable, *, tolerance: float = 0.01, **how) -> Diagnosis:
    """Quantize the model as asked, find what costs how much, and say what to do about it.

    calibration  as `quantize_model` takes it
    evaluate     evaluate(model) -> float, more is better, on validation data; it calls the model that it is handed
    tolerance    a loss of so much is none, in the unit of evaluate
    how          what `quantize_model` is called with: weight_bits, activation_bits, per_channel, calibrator, …
    Raises ValueError where evaluate returns no finite number, and whatever `quantize_model` raises.

    >>> x = torch.linspace(-1, 1, 80).reshape(20, 4)
    >>> net = nn.Linear(4, 2)
    >>> diagnose(net, x, lambda other: -float((other(x) - net(x)).detach().square().mean())).culprit
    'nothing'
    """
    if not callable(evaluate):
        raise TypeError(f"evaluate must be a function of a model, got {type(evaluate).__name__}")
    case = _Case(model, calibration, evaluate, tolerance, how)
    if case.is_traced_well() and case.loses_something():
        case.blame_weights_or_activations()
        case.look_at_ranges()
        case.try_remedies()
        case.restore_layers()
        case.conclude()
    return case.found


class _Case:
    """One network under examination: how to quantize and to evaluate it, and what was found so far."""

    def __init__(self, model, calibration, evaluate, tolerance, how):
        self.model, self.evaluate, self.tolerance, self.how = model, evaluate, tolerance, how
        self.batches, self.found = as_batches(calibration), Diagnosis()
        self.inputs = tuple(map(torch.cat, zip(*self.batches, strict=True)))
        self.network = float_network(model, self.batches[0])
        self.parts = Parts(self.network, quantize_model(self.network, self.batches, **how))
        self.listener, self.remedies = Listener(self.parts), {}

    def measure(self, variant: str, network: nn.Module) -> float:
        score = float(self.evaluate(network))
        if not math.isfinite(score):
            raise ValueError(f"evaluate must return a finite number, got {score} for the network that is {variant}")
        self.found.scores[variant] = score
        return score

    def lost(self, variant: str) -> float:
        return self.found.scores["float"] - self.found.scores[variant]

    def regained(self, variant: str) -> float:
        """The share of what quantization lost that this variant does not lose."""
        return 1 - self.lost(variant) / self.lost("quantized")

    def cures(self, variant: str) -> bool:
        return self.lost(variant) <= self.tolerance or self.regained(variant) >= 0.8

    def tell(self, *cells: str) -> None:
        self.found.steps.append(Step(*cells))

    def is_traced_well(self) -> bool:
        """Nothing is rounded yet: the traced network must be as good as the model."""
        before, after = self.measure("model", copy.deepcopy(self.model)), self.measure("float", self.listener)
        well = abs(before - after) <= self.tolerance
        self.tell("float", "does tracing change the answers?", f"{before:.3f} → {after:.3f}", "no" if well else "yes")
        if not well:
            self.found.culprit = "tracing"
            self.found.advice += [
                "nothing was rounded yet: evaluate the model in evaluation mode (model.eval()), and look for dropout, "
                "random numbers and batch norm that still learns"
            ]
        return well

    def loses_something(self) -> bool:
        after = self.measure("quantized", self.parts.switched_on())
        loses = self.lost("quantized") > self.tolerance
        verdict = f"{self.lost('quantized'):.3f} lost" if loses else "nothing beyond the tolerance"
        change = f"{self.found.scores['float']:.3f} → {after:.3f}"
        self.tell("quantized", "what does quantization cost?", change, verdict)
        self.look_at_calibration()
        if not loses:
            self.found.culprit = "nothing"
            self.found.advice += ["nothing to repair; try fewer bits"]
        return loses

    def look_at_calibration(self) -> None:
        """A typical calibration input against a typical evaluated one, and inputs that are like none of the others."""
        (low, high), seen = typical_range(self.inputs), typical_range(self.listener.rows or self.inputs)
        self.other_scale = abs(low - seen[0]) + abs(high - seen[1]) > 0.5 * (seen[1] - seen[0])
        ranges, verdict = f"{low:.2f} … {high:.2f}, {seen[0]:.2f} … {seen[1]:.2f}", "no" if self.other_scale else "yes"
        self.tell("calibration data", "does it reach as far as the evaluated data?", ranges, verdict)
        self.wild = wild_rows(self.inputs)
        count = f"{len(self.wild)} of {len(self.inputs[0])} inputs"
        self.tell("wild inputs", "do some reach far beyond the others?", count, "yes" if self.wild else "no")

    def blame_weights_or_activations(self) -> None:
        """Each alone. Blamed is what loses more than the tolerance, or most."""
        kinds = "weights", "activations"
        for kind in kinds:
            network = self.parts.switched_on(weights=kind == "weights", activations=kind == "activations")
            self.measure(f"{kind} only", network)
        enough = min(self.tolerance, max(self.lost(f"{kind} only") for kind in kinds))
        self.blamed = [kind for kind in kinds if self.lost(f"{kind} only") >= enough]
        for kind in kinds:
            score, verdict = self.found.scores[f"{kind} only"], "yes" if kind in self.blamed else "no"
            self.tell(f"{kind} only", f"is it the {kind}?", f"{score:.3f}", verdict)

    def look_at_ranges(self) -> None:
        """The three values that lie worst on their grids."""
        calibrated = Listener(self.parts)
        with torch.no_grad():
            for batch in self.batches:
                calibrated(*batch)
        self.found.calibrated, self.found.evaluated = calibrated.uses(), self.listener.uses()
        if uses := self.found.evaluated:
            name = min(uses, key=lambda name: uses[name].used)
            few = "few: something else took the range" if uses[name].used < 0.15 else "enough"
            self.tell("codes in use", "how many, of the value with fewest?", f"{uses[name].used:.0%}, {name}", few)
            name = max(uses, key=lambda name: uses[name].outside)
            narrow = "many: the range is too narrow" if uses[name].outside > 0.01 else "few"
            self.tell(
                "values outside", "how many, of the value with most?", f"{uses[name].outside:.1%}, {name}", narrow
            )
            name = max(uses, key=lambda name: uses[name].channels)
            unequal = "far: it takes the range of the others" if uses[name].channels > 10 else "not far"
            how_far = f"{uses[name].channels:.1f} times, {name}"
            self.tell("largest channel", "how far above the middle one?", how_far, unequal)

    def try_remedies(self) -> None:
        """One at a time; where none is enough, those that help at all together."""
        for name, remedy in self._remedies().items():
            self._try(name, remedy)
        helpful = [remedy for name, remedy in self.remedies.items() if self.regained(name) > 0.1]
        if len(helpful) > 1 and not any(map(self.cures, self.remedies)):
            how = functools.reduce(operator.or_, (remedy.changes for remedy in reversed(helpful)))
            advice = "; ".join(remedy.advice for remedy in helpful)
            self._try("together", Remedy("several causes", "do they help together?", advice, how))

    def _try(self, name: str, remedy: Remedy) -> None:
        arguments = {"model": self.network, "calibration": self.batches, **self.how, **remedy.changes}
        score, share = self.measure(name, quantize_model(**arguments)), self.regained(name)
        verdict = "yes" if self.cures(name) else f"{share:.0%} of the loss" if share > 0.1 else "no"
        self.tell(name, remedy.question, f"{score:.3f}", verdict)
        self.remedies[name] = remedy

    def _remedies(self) -> dict[str, Remedy]:
        found = {}
        if "activations" in self.blamed:
            found |= other_calibration(self.inputs, self.listener.rows, self.wild)
            found |= other_calibrators(self.how.get("calibrator"))
        found |= other_channels(self.network, self.batches[0], self.how.get("per_channel", True))
        if "weights" in self.blamed and self.how.get("rounding") is None:
            found |= better_rounding()
        return found

    def restore_layers(self) -> None:
        """Each layer alone back in float; then the best of them together, until enough is back."""
        alone = {name: float(self.evaluate(self.parts.switched_off([name]))) for name in self.parts.layers}
        best = sorted(alone, key=alone.get, reverse=True)[:MOST_RESTORED]
        self.found.restored = alone
        self.tell("layer by layer", "which, back in float, helps most?", f"{alone[best[0]]:.3f}", best[0])
        for count in range(1, len(best) + 1):
            score = self.measure("layers restored", self.parts.switched_off(best[:count]))
            if self.cures("layers restored"):
                break
        question = "is it this layer?" if count == 1 else f"is it the best {count} together?"
        self.tell("layers restored", question, f"{score:.3f}", "yes" if self.cures("layers restored") else "no")
        culprit = "one layer" if count == 1 else "too few bits"
        advice = f"more bits for {some(best[:count])}, or float16: weight_bits={{'{best[0]}': {FLOAT}, …}}"
        self.remedies["layers restored"] = Remedy(culprit, question, advice, {})

    def conclude(self) -> None:
        """The culprit is the first cause whose remedy works; the advice lists every remedy that does."""
        works = sorted(filter(self.cures, self.remedies), key=self._order)
        self.found.culprit = self.remedies[works[0]].culprit if works else "too few bits"
        best = works or sorted(self.remedies, key=self.found.scores.get, reverse=True)[:1]
        self.found.advice += [f"{self.remedies[name].advice} ({self.found.scores[name]:.3f})" for name in best]
        if not any(self.lost(name) <= self.tolerance for name in works):
            self.found.advice += ["for the rest: more bits (allocate_bits), or training with rounding (prepare_qat)"]

    def _order(self, name: str) -> int:
        """The most specific cause first: inputs of another scale explain outliers, not the other way round."""
        causes = ["wild inputs", "calibration data", "outliers", "unequal channels", "one layer"]
        if not self.other_scale:
            causes[1:3] = causes[2:0:-1]
        culprit = self.remedies[name].culprit
        return causes.index(culprit) if culprit in causes else len(causes)
