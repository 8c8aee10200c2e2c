"""Right answers in other words pass, and mistakes in other clothes are recognised."""

import numpy as np
import pytest

from edukit.checks import quantization as check


def in_loops(w1, b1, w2):
    """Channel by channel, in Python's floats, with another guard."""
    w1, b1, w2 = (np.array(v, np.float64) for v in (w1, b1, w2))
    for c in range(len(w1)):
        r1, r2 = np.abs(w1[c]).max(), np.abs(w2[:, c]).max()
        if r1 * r2 == 0:
            continue
        s = np.sqrt(r1 * r2) / r2
        w1[c], b1[c], w2[:, c] = w1[c] / s, b1[c] / s, w2[:, c] * s
    return w1, b1, w2


def with_tiny_ranges(w1, b1, w2):
    """The guard is a smallest range: a dead channel gets another factor than 1, which changes nothing."""
    s = np.sqrt(np.maximum(np.abs(w1).max(1), 1e-6) / np.maximum(np.abs(w2).max(0), 1e-6))
    return w1 / s[:, None], b1 / s, w2 * s


def as_lists(x_max, w_max, alpha):
    return np.array([x**alpha * w ** (alpha - 1) if x * w else 1.0 for x, w in zip(x_max, w_max, strict=True)])


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.equalize_pair, in_loops),
        (check.equalize_pair, with_tiny_ranges),
        (check.equalize_pair, lambda w1, b1, w2: list(in_loops(w1, b1, w2))),
        (check.smoothing_scales, as_lists),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_mistakes_are_recognised_in_other_clothes():
    def in_place(w1, b1, w2):
        s = np.sqrt(np.abs(w1).max(1) / np.abs(w2).max(0))
        w1 /= s[:, None]
        return w1, b1 / s, w2 * s

    def no_root(w1, b1, w2):
        s = np.linalg.norm(w1, np.inf, axis=1) / np.linalg.norm(w2, np.inf, axis=0)
        s[~np.isfinite(s) | (s == 0)] = 1
        return w1 / s[:, None], b1 / s, w2 * s

    assert "your function changed its input" in check.equalize_pair(in_place).line
    assert "the square root is missing" in check.equalize_pair(no_root).line
    assert "your function returned None" in check.equalize_pair(lambda w1, b1, w2: print(end="")).line
    assert not check.equalize_pair(lambda w1, b1, w2: (w1, w2))
    assert "an input that is always 0" in check.smoothing_scales(lambda x, w, a: (x**a) * w ** (a - 1)).line


def test_text_in_place_of_the_layers_is_refused():
    assert not check.equalize_pair(lambda *layers: [part.astype(str) for part in check.equalize_pair.solve(*layers)])
