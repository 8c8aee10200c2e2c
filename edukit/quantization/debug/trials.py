"""Trials: one change after the other, until one brings the accuracy back; the cause is what it changed.

    fixes, one by one ─ those that help, together ─ layers back in float, one by one ─ the best of them ─ cause, advice

Where several fixes are enough, the cause that stands first in CAUSES is named, for it is the most specific.

Cost      a quantization and an evaluation for each fix, an evaluation for each layer
In production  nncf's accuracy control puts layers back into float until the accuracy is back
"""

import functools
import itertools
import operator
from collections.abc import Iterator

from edukit.quantization.debug import questions
from edukit.quantization.debug.activation_use import outlying_rows
from edukit.quantization.debug.diagnosis import Step
from edukit.quantization.debug.fixes import (
    Fix,
    better_rounding,
    first_three,
    other_calibration,
    other_calibrators,
    other_channels,
)
from edukit.quantization.debug.partial import FLOAT
from edukit.quantization.debug.questions import Case, Scores

MOST_RESTORED = 3  # layers: where more must go back to float, the bits are too few
CAUSES = ["wild inputs", "calibration data", "outliers", "unequal channels", "one layer"]  # the most specific first


def try_fixes(case: Case, scores: Scores, steps: list[Step]) -> dict[str, Fix]:
    """One at a time; where none is enough, those that help at all together. A step for each; returns what was tried."""
    fixes = dict(possible_fixes(case, scores))
    for name, fix in fixes.items():
        steps.append(questions.does_it_help(name, fix, case, scores))
    helpful = [fix for name, fix in fixes.items() if scores.regained(name) > 0.1]
    if len(helpful) > 1 and not any(map(scores.restores, fixes)):
        changes = functools.reduce(operator.or_, (fix.changes for fix in reversed(helpful)))
        advice = "; ".join(fix.advice for fix in helpful)
        fixes["together"] = Fix("several causes", "do they help together?", advice, changes)
        steps.append(questions.does_it_help("together", fixes["together"], case, scores))
    return fixes


def first_that_helps(case: Case, scores: Scores, steps: list[Step]) -> dict[str, Fix]:
    """One at a time, in the order of the causes, until one is enough; without rounding, which proves no cause."""
    tried: dict[str, Fix] = {}
    order = cause_order(questions.is_of_another_scale(case))
    early = sorted(fixes_of_activations(case, scores), key=lambda pair: order.index(pair[1].cause))
    for name, fix in itertools.chain(early, fixes_of_channels(case)):
        tried[name] = fix
        steps.append(questions.does_it_help(name, fix, case, scores))
        if scores.restores(name):
            break
    return tried


def possible_fixes(case: Case, scores: Scores) -> Iterator[tuple[str, Fix]]:
    """Those that suit what loses the accuracy, weights or activations."""
    yield from fixes_of_activations(case, scores)
    yield from fixes_of_channels(case)
    if "weights" in questions.blamed_kinds(scores) and case.how.get("rounding") in (None, "nearest"):
        yield from better_rounding().items()


def fixes_of_activations(case: Case, scores: Scores) -> Iterator[tuple[str, Fix]]:
    """Other calibration data and other calibrators, where activations lose the accuracy."""
    if "activations" in questions.blamed_kinds(scores):
        yield from other_calibration(case.inputs, case.listener.rows, outlying_rows(case.inputs)).items()
        yield from other_calibrators(case.how.get("calibrator")).items()


def fixes_of_channels(case: Case) -> Iterator[tuple[str, Fix]]:
    """Scales for channels, and equal channels; these are computed only when they are asked for."""
    yield from other_channels(case.network, case.batches[0], case.how.get("per_channel", True)).items()


def restore_layers(case: Case, scores: Scores, steps: list[Step], fixes: dict[str, Fix]) -> dict[str, float]:
    """Each layer alone back in float; then the best of them together, until enough is back: two steps and a fix.

    Returns {layer: what evaluate said with this layer alone back in float}.
    """
    alone = {name: scores.evaluate(case.parts.switched_off([name])) for name in case.parts.layers}
    best = sorted(alone, key=alone.get, reverse=True)[:MOST_RESTORED]
    steps.append(Step("layer by layer", "which, back in float, helps most?", scores.shown(alone[best[0]]), best[0]))
    for count in range(1, len(best) + 1):
        score = scores.measure("layers restored", case.parts.switched_off(best[:count]))
        if scores.restores("layers restored"):
            break
    question = "is it this layer?" if count == 1 else f"is it the best {count} together?"
    enough = "yes" if scores.restores("layers restored") else "no"
    steps.append(Step("layers restored", question, scores.shown(score), enough))
    cause = "one layer" if count == 1 else "too few bits"
    advice = f"more bits for {first_three(best[:count])}, or float16: weight_bits={{'{best[0]}': {FLOAT}, …}}"
    fixes["layers restored"] = Fix(cause, question, advice, {})
    return alone


def concluded(fixes: dict[str, Fix], scores: Scores, other_scale: bool) -> tuple[str, list[str]]:
    """The first cause whose fix works, and as advice every fix that does.

    other_scale   inputs of another scale explain outliers, and not the other way round
    """
    order = cause_order(other_scale)

    def place(name):
        cause = fixes[name].cause
        return order.index(cause) if cause in order else len(order)

    works = sorted(filter(scores.restores, fixes), key=place)
    best = works or sorted(fixes, key=scores.of.get, reverse=True)[:1]
    advice = [f"{fixes[name].advice} ({scores.shown(scores.of[name])})" for name in best]
    if not any(scores.lost(name) <= scores.tolerance for name in works):
        advice.append("for the rest: more bits (allocate_bits), or training with rounding (prepare_qat)")
    return fixes[works[0]].cause if works else "too few bits", advice


def cause_order(other_scale: bool) -> list[str]:
    """CAUSES, with outliers before calibration data where the inputs have one scale.

    >>> cause_order(other_scale=False)[:3]
    ['wild inputs', 'outliers', 'calibration data']
    """
    order = list(CAUSES)
    if not other_scale:
        order[1:3] = order[2:0:-1]
    return order
