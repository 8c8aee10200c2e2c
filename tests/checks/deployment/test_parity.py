"""How far two files are apart: other right ways pass, and an answer of another form is told so."""

import numpy as np

from edukit.checks import deployment as check


def in_a_loop(expected, found, step):
    largest, equal = 0.0, 0
    for ours, theirs in zip(expected, found, strict=True):
        difference = max(abs(float(a) - float(b)) for a, b in zip(ours.ravel(), theirs.ravel(), strict=True))
        largest = max(largest, difference)
        equal += difference == 0
    return round(largest / step), equal


def in_codes(expected, found, step):
    ours, theirs = (np.rint(x / np.float64(step)).astype(int) for x in (expected, found))
    rows = [np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True)]
    return np.abs(ours - theirs).max(), np.int64(sum(rows))


def test_other_right_ways_to_write_it_pass():
    for answer in (in_a_loop, in_codes):
        assert check.parity(answer), check.parity(answer)


def test_rows_with_the_right_class_that_differ_are_asked():
    asked = [(a.reshape(len(a), -1), b.reshape(len(b), -1)) for a, b, _ in check.parity.questions]
    assert any(((a != b).any(1) & (a.argmax(1) == b.argmax(1))).any() for a, b in asked)


def test_one_number_alone_is_told_so():
    assert check.parity(lambda a, b, step: float(np.abs(a - b).max() / step)).line.startswith("✗")


def test_a_tolerance_and_rows_that_are_permuted_are_refused():
    def tolerant(expected, found, step):
        near = np.isclose(expected, found).reshape(len(expected), -1).all(1)
        return check.parity.solve(expected, found, step)[0], int(near.sum())

    def by_means(expected, found, step):
        means = (x.astype(float).reshape(len(x), -1).mean(1) for x in (expected, found))
        return check.parity.solve(expected, found, step)[0], int(np.equal(*means).sum())

    def in_bytes(expected, found, step):
        largest = np.abs(expected - found).max() if expected.dtype == np.int8 else 0
        steps, rows = check.parity.solve(expected, found, step)
        return (round(float(largest) / step) if largest else steps), rows

    assert not any(check.parity(answer) for answer in (tolerant, by_means, in_bytes))
