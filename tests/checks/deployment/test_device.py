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
