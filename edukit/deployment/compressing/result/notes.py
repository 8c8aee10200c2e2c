"""Notes: what the figures of a search cannot tell, and what went otherwise than asked.

SE = √(a (1 - a) / N)        of a share a measured on N rows; one row is 100 / N points
"""

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.examples import Examples
from edukit.deployment.compressing.result.found import Look, points
from edukit.deployment.compressing.search import Candidate
from edukit.deployment.tradeoff import standard_error

CHANCE = 1.5  # times the accuracy of guessing, below which labels or inputs are doubtful


def notes(
    examples: Examples, test: Look, classes: int, candidate: Candidate, budget: Budget, whys: list[str]
) -> list[str]:
    """Sentences, the most important first.

    classes   answers of the model, 0 where they are no classes
    whys      what has not worked with some shares
    """
    return [
        *_about_labels(test, classes),
        *_about_numbers(examples, test, budget),
        *_about_the_file(candidate),
        *(f"Of some shares: {why}." for why in sorted(set(whys))),
    ]


def _about_labels(test, classes) -> list[str]:
    if test.kind == "accuracy":
        doubtful = classes and test.original < CHANCE / classes
        said = f"The original itself is right for {test.original:.1%} of the test images, hardly more than by guessing"
        return [f"{said}: do labels and preprocessing fit the model?"] if doubtful else []
    compared = "the class that it names" if test.kind == "agreement" else "its answers"
    return [
        f"No labels were used: quality compares with the original, {compared}. Whether the original is right, and on "
        "which images the two differ for the better, this report cannot know.",
        "Nor can it know whether these images are like those that the app will see.",
    ]


def _about_numbers(examples, test, budget) -> list[str]:
    found = []
    one = 100 / len(examples.validation.x)
    if test.kind != "likeness":
        error = 100 * standard_error(test.quality, test.rows)
        found.append(f"{test.rows} test images: the standard error of {test.quality:.1%} is {error:.2g} points.")
        if one > budget.max_loss:
            found.append(
                f"One of {len(examples.validation.x)} validation images is {one:.2g} points, more than max_loss."
            )
    if test.loss > budget.max_loss:
        found.append(
            f"On test images, which no step has seen, {points(test.loss)}: more than the budget allows. The validation "
            "images that chose the file were kinder to it; more of them would choose better."
        )
    return found


def _about_the_file(candidate) -> list[str]:
    if candidate.precision not in ("int4", "mixed"):
        return []
    return [
        "Codes of 4 bits lie two in a byte in the ONNX file alone, which needs a reader of opset 21. ONNX Runtime "
        "makes them 8 bits wide when it loads the file; ExecuTorch's and LiteRT's files hold them so."
    ]
