"""The exercise on entropy calibration takes other right ways, and says what is wrong with the others."""

import numpy as np
import pytest

from edukit.checks import quantization as check
from edukit.quantization.grid.entropy import divergence


def with_loops(counts, bins, codes):
    """Bin by bin, in plain Python."""
    total = sum(counts)
    width = bins // codes
    found = 0.0
    for b in range(bins):
        group = [int(counts[i]) for i in range(b // width * width, b // width * width + width)]
        clipped = sum(counts[bins:]) if b == bins - 1 else 0
        p = (counts[b] + clipped) / total
        if p:
            q = sum(group) / sum(n > 0 for n in group) / total
            found += p * np.log(p / q)
    return float(found)


@pytest.mark.parametrize("answer", [with_loops, lambda counts, bins, codes: divergence(counts, 0, bins, codes)])
def test_other_right_ways_to_write_it_pass(answer):
    assert check.divergence(answer), check.divergence(answer)


def test_a_window_without_its_clipped_values_is_told_so():
    def answer(counts, bins, codes):
        rows = counts[:bins].reshape(codes, -1)
        q = (rows.sum(1, keepdims=True) / (rows > 0).sum(1, keepdims=True) * (rows > 0)).ravel()
        p = counts[:bins]
        some = p > 0
        return np.sum(p[some] * np.log(p[some] / q[some])) / counts.sum()

    assert "beyond the window" in check.divergence(answer).line


def test_answers_of_the_wrong_form_are_told_so():
    assert not check.divergence(lambda counts, bins, codes: counts[:bins])
    assert not check.divergence(lambda counts, bins, codes: None)


def test_no_question_leaves_a_code_without_a_value():
    """There the package counts half a value, which nobody could know."""
    for counts, bins, codes in check.divergence.questions:
        assert bins % codes == 0 and counts[:bins].reshape(codes, -1).sum(1).all()
