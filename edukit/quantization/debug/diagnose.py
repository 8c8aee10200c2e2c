"""Why did the accuracy drop? One question after the other, each answered by a measurement (questions.py, trials.py).

    float ─ quantized ─ calibration data ─ weights or activations? ─ grids ─ fixes, one by one ─ layer by layer
      └ traced well?      └ like the evaluated data?                  └ what took the codes?

One thing is changed, and the network is evaluated again: the cause is the first one whose removal brings the accuracy
back. Fixes are chosen on validation data and look a little better there: keep the test data for the end.

Cost      a quantization and an evaluation for each fix, 1 to 8 of them, and an evaluation for each layer: about 10 s
          on one thread for 78,000 parameters and 8x8 images
In production  AIMET's QuantAnalyzer; Polygraphy's debug tools for TensorRT: both switch layers on and off
"""

from collections.abc import Callable

from torch import nn

from edukit.checked import checked
from edukit.quantization.debug import questions
from edukit.quantization.debug.activation_use import Listener
from edukit.quantization.debug.diagnosis import Diagnosis
from edukit.quantization.debug.questions import Case, Scores
from edukit.quantization.debug.quick import quick_diagnosis
from edukit.quantization.debug.trials import concluded, restore_layers, try_fixes
from edukit.quantization.ptq.static import quantize_model
from edukit.signatures import passes_on
from edukit.turns import Bar, usual_settings


@checked
@passes_on(quantize_model)
@usual_settings()
def diagnose(
    model: nn.Module, calibration, evaluate: Callable, *, tolerance: float = 0.01, quick: bool = False, **how
) -> Diagnosis:
    """Quantize the model as asked, find what costs how much, and say what to do about it.

    calibration  as `quantize_model` takes it
    evaluate     evaluate(model) -> float, more is better, on validation data; it calls the model that it is handed
    tolerance    a loss of so much is none, in the unit of evaluate
    quick        evaluate only the model and the quantized network, and name the first cause that explains the error on
                 the first 64 evaluated inputs. Left out: the accuracy of each change, further causes and several
                 together, better rounding, and the layers where another cause was found
    how          what `quantize_model` is called with: weight_bits, activation_bits, per_channel, calibrator, …
    Raises ValueError where evaluate returns no finite number, and whatever `quantize_model` raises.

    >>> import torch
    >>> x = torch.linspace(-1, 1, 80).reshape(20, 4)
    >>> net = nn.Linear(4, 2)
    >>> diagnose(net, x, lambda other: -float((other(x) - net(x)).detach().square().mean())).cause
    'nothing'
    """
    if not callable(evaluate):
        raise TypeError(f"evaluate must be a function of a model, got {type(evaluate).__name__}")
    with Bar(desc="diagnose", unit=" evaluations", delay=2) as bar:
        case = Case.of(model, calibration, how)
        scores = Scores(evaluate, tolerance, bar.update)
        return quick_diagnosis(case, scores) if quick else whole_diagnosis(case, scores)


def whole_diagnosis(case: Case, scores: Scores) -> Diagnosis:
    """Every question, and every fix, answered by an evaluation."""
    steps = [questions.is_traced_well(case, scores)]
    if steps[0].verdict == "yes":
        return Diagnosis("tracing", steps, [questions.NOT_TRACED], scores.of)
    steps += [questions.what_is_lost(case, scores), *questions.about_calibration(case)]
    if scores.lost("quantized") <= scores.tolerance:
        return Diagnosis("nothing", steps, [questions.NOTHING], scores.of)
    steps += questions.weights_or_activations(case, scores)
    evaluated = case.listener.uses()
    steps += questions.about_grids(evaluated)
    fixes = try_fixes(case, scores, steps)
    restored = restore_layers(case, scores, steps, fixes)
    cause, advice = concluded(fixes, scores, questions.is_of_another_scale(case))
    calibrated = Listener(case.parts).heard(case.batches)
    return Diagnosis(cause, steps, advice, scores.of, restored=restored, calibrated=calibrated, evaluated=evaluated)
