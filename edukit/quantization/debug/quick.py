"""A quick diagnosis: the network is evaluated twice, and all else is asked on the first inputs of the evaluation.

    evaluate(model), evaluate(quantized)   what is lost; on the way the first 64 inputs, and the model's answers y
    closeness = 1 - Σ (y - ŷ)² / Σ y²      of each change, on these inputs: 1 answers as the model, 0 answers zeros

The causes are asked for in the order of CAUSES, and the first that explains the error is named: at least 80 % of the
error is gone without it. Left out: how much accuracy the advice brings back; further causes, and several together;
better rounding, which proves no cause; layers one by one, where another cause was found.

Symbols   y the model's answers · ŷ those of the network with a change
Cost      to trace and to quantize, two evaluations, a quantization for each fix, 64 inputs for each question: it is
          the quicker, the more evaluations outweigh tracing; where these take less than a second, hardly
"""

from functools import partial

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from edukit.copies import copied
from edukit.graph import check_sizes
from edukit.inputs import has_batch
from edukit.quantization.debug import questions
from edukit.quantization.debug.activation_use import Listener
from edukit.quantization.debug.diagnosis import Diagnosis, Step
from edukit.quantization.debug.questions import Case, Scores
from edukit.quantization.debug.sensitivity import outputs
from edukit.quantization.debug.trials import concluded, first_that_helps, restore_layers
from edukit.quantization.grid.error import normalized_mse

MOST = 64  # inputs that are kept
TRACED = 0.01  # of the energy of the answers: a larger difference is no float rounding
ADVICE = (
    f"this was a quick diagnosis, from the first {MOST} inputs: quick=False evaluates each change, looks for further "
    "causes, and tries better rounding"
)


class FirstInputs(nn.Module):
    """A model that keeps the first inputs it is called with, and what it answers to them.

    check     raises ValueError for a part of a batch that is not allowed: then the whole batch is kept
    calls     [inputs], together at least MOST rows if so many came
    answers   [all that the model answered to these inputs, one value after the other]

    >>> first = FirstInputs(nn.ReLU())
    >>> answer = first(torch.ones(100, 2))
    >>> len(answer), first.calls[0][0].shape, first.answers[0].shape
    (100, torch.Size([64, 2]), torch.Size([128]))
    """

    def __init__(self, model: nn.Module, check=lambda *inputs: None):
        super().__init__()
        self.model = model
        self.check = check
        self.calls: list[tuple] = []
        self.answers: list[torch.Tensor] = []

    def forward(self, *inputs):
        room = MOST - sum(len(call[0]) for call in self.calls)
        if room > 0:
            call = self._first(inputs, room)
            answer = self.model(*(x.clone() for x in call))
            self.calls.append(call)
            self.answers.append(torch.cat([leaf.detach().flatten() for leaf in tree_leaves(answer)]))
        return self.model(*inputs)

    def _first(self, inputs, room):
        whole = tuple(x.detach().clone() for x in inputs)
        part = tuple(x[:room] if has_batch(x, inputs) else x for x in whole)
        try:
            self.check(*part)
        except ValueError:
            return whole
        return part


def quick_diagnosis(case: Case, scores: Scores) -> Diagnosis:
    """The first cause that explains the error, from two evaluations."""
    close = closeness(case, scores)
    steps = [is_traced_well(case, close)]
    if steps[0].verdict == "yes":
        return Diagnosis("tracing", steps, [questions.NOT_TRACED], scores.of)
    steps += [questions.what_is_lost(case, scores), *questions.about_calibration(case)]
    if scores.lost("quantized") <= scores.tolerance:
        return Diagnosis("nothing", steps, [questions.NOTHING], scores.of)
    close.measure("quantized", case.parts.switched_on())
    close.tolerance = close.lost("quantized") / 10
    steps += questions.weights_or_activations(case, close)
    evaluated = case.listener.uses()
    steps += questions.about_grids(evaluated)
    fixes = first_that_helps(case, close, steps)
    explained = any(map(close.restores, fixes))
    restored = {} if explained else restore_layers(case, close, steps, fixes)
    cause, advice = concluded(fixes, close, questions.is_of_another_scale(case))
    calibrated = Listener(case.parts).heard(case.batches[:1])
    return Diagnosis(cause, steps, [*advice, ADVICE], scores.of, close.of, restored, calibrated, evaluated)


def closeness(case: Case, scores: Scores) -> Scores:
    """Evaluates the model, for the first inputs of the evaluation, and measures from then on how close answers are."""
    model = FirstInputs(copied(case.model), partial(check_sizes, case.network))
    scores.measure("float", model)
    if not model.calls:  # evaluate has looked at the weights alone
        model.eval()(*case.batches[0])
    exact = torch.cat(model.answers)
    close = Scores(lambda tried: 1 - normalized_mse(exact, outputs(tried, model.calls)), 0.0, scores.asked, "closeness")
    close.of["float"] = 1.0
    return close


def is_traced_well(case: Case, close: Scores) -> Step:
    """Nothing is rounded yet: the traced network must answer as the model does."""
    traced = close.evaluate(case.listener)
    verdict = "no" if traced >= 1 - TRACED else "yes"
    return Step("float", "does tracing change the answers?", close.shown(traced), verdict)
