"""Latency of parts: other right ways pass, and the package's table says the same."""

import pytest

from edukit.checks import search as check
from edukit.search import LatencyTable
from edukit.search.latency_table import EMPTY, this_machine


def by_counting(seconds, call, names):
    return sum(seconds[name] for name in names) - (len(names) - 1) * call


def test_another_right_way_passes():
    assert check.predicted_latency(by_counting), check.predicted_latency(by_counting)


@pytest.mark.parametrize("question", [q for q in check.predicted_latency.questions if q[1] > 0])
def test_the_package_says_the_same(question):
    seconds, call, names = question
    table = LatencyTable({EMPTY: call, **seconds}, this_machine())
    assert table.predict(names) == pytest.approx(check.predicted_latency.solve(*question))


def test_an_answer_of_another_form_is_wrong():
    assert not check.predicted_latency(lambda seconds, call, names: None)
    assert not check.predicted_latency(lambda seconds, call, names: [call])


def test_a_latency_in_whole_microseconds_is_refused():
    assert not check.predicted_latency(lambda *question: round(check.predicted_latency.solve(*question), 6))
