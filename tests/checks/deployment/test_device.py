"""Right answers in other words pass: another cache, another machine of two states, another maximum."""

from collections import OrderedDict

import numpy as np
import pytest

from edukit.checks import deployment as check


def ordered(requests, sizes, budget):
    loaded = OrderedDict()
    for name in requests:
        if name in loaded:
            loaded.move_to_end(name)
        elif sizes[name] <= budget:
            loaded[name] = sizes[name]
            while sum(loaded.values()) > budget:
                loaded.popitem(last=False)
    return loaded.keys()


def remembered(values, on, off):
    modes = [False]
    for value in values:
        modes.append(value >= on or (modes[-1] and value > off))
    return np.array(modes[1:], bool)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.loaded_after, ordered),
        (check.hysteresis, remembered),
        (check.layer_time, lambda m, b, p, w: m / min(p, w * m / b) if m else b / w),
        (check.layer_time, lambda m, b, p, w: np.maximum(m / p, b / w)),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_an_early_end_between_the_thresholds_is_refused():
    def early(values, on, off):
        return [value >= on for value in values]

    assert "once in the saving mode" in check.hysteresis(early).line


def test_a_cache_of_three_models_is_no_budget_of_bytes():
    def three(requests, sizes, budget):
        return list(dict.fromkeys(reversed(requests)))[:3][::-1]

    assert not check.loaded_after(three)


def makes_room_again(requests, sizes, budget):
    """Room is made for a model that is in memory already."""
    loaded = []
    for name in requests:
        while loaded and sizes[name] <= budget < sum(sizes[other] for other in loaded) + sizes[name]:
            loaded.pop(0)
        if sizes[name] <= budget:
            loaded = [other for other in loaded if other != name] + [name]
    return loaded


def least_often(requests, sizes, budget):
    """The model with the fewest requests goes, not the one that waited longest."""
    loaded = []
    for place, name in enumerate(requests):
        loaded = [other for other in loaded if other != name]
        while loaded and sizes[name] <= budget < sum(sizes[other] for other in loaded) + sizes[name]:
            loaded.remove(min(loaded, key=requests[: place + 1].count))
        loaded += [name] if sizes[name] <= budget else []
    return loaded


@pytest.mark.parametrize(
    "answer",
    [
        makes_room_again,
        least_often,
        lambda *question: "".join(check.loaded_after.solve(*question)),
        lambda requests, sizes, budget: {n: sizes[n] for n in check.loaded_after.solve(requests, sizes, budget)},
    ],
)
def test_other_rules_and_other_forms_of_the_cache_are_refused(answer):
    assert not check.loaded_after(answer)


def test_a_model_that_is_asked_for_again_needs_no_room():
    assert "in memory already" in check.loaded_after(makes_room_again).line


def test_a_mode_that_outlives_the_call_and_thresholds_of_the_example_are_refused():
    last = [False]

    def outlives(values, on, off):
        modes = [last[0]]
        for value in values:
            modes.append(value >= on or (modes[-1] and value > off))
        last[0] = modes[-1]
        return modes[1:]

    answers = [
        outlives,
        lambda values, on, off: check.hysteresis.solve(values, 40, 37),
        lambda values, on, off: check.hysteresis.solve(values, on, on - 3),
        lambda values, on, off: check.hysteresis.solve([int(value) for value in values], on, off),
    ]
    assert not any(check.hysteresis(answer) for answer in answers)
