"""Right answers in other words pass, and answers of the wrong form are told so."""

import statistics

import numpy as np
import pytest
import torch

from edukit.checks import benchmark as check


def learner_front(sizes, accuracies):
    """A double loop and a set, in any order."""
    models = range(len(sizes))
    front = set(models)
    for i in models:
        for j in models:
            no_worse = sizes[i] <= sizes[j] and accuracies[i] >= accuracies[j]
            if no_worse and (sizes[i], accuracies[i]) != (sizes[j], accuracies[j]):
                front.discard(j)
    return front


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.speedup, lambda b, a, w: statistics.median(x / y for x, y in zip(b[w:], a[w:], strict=True))),
        (check.speedup, lambda b, a, w: np.percentile(np.array(b[w:]) / np.array(a[w:]), 50)),
        (check.pareto_front, learner_front),
        (check.pareto_front, lambda s, a: np.array(sorted(learner_front(s, a), reverse=True))),
        (check.within_points, lambda b, a, p: b - a <= p / 100 + 1e-9),
        (check.within_points, lambda b, a, p: np.round(100 * b - 100 * a, 3) <= p),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def averaged_by_torch(frame):
    ink = 1 - torch.from_numpy(frame.copy()).float()[None, None] / 255
    return torch.nn.functional.adaptive_avg_pool2d(ink, 32).numpy()


def asked_one_by_one(measured, limits):
    names = []
    for name, limit in limits.items():
        if name == "points":
            kept = 100 * measured["before"] - 100 * measured["after"] <= limit + 1e-9
        elif name == "p90_s":
            kept = len(measured["calls_s"]) > 0 and np.quantile(measured["calls_s"], 0.9) <= limit
        else:
            kept = measured[name] <= limit
        if not kept:
            names.append(name)
    return tuple(names)


def test_other_right_ways_to_feed_and_to_judge_a_file_pass():
    assert check.preprocess(averaged_by_torch), check.preprocess(averaged_by_torch)
    assert check.missed(asked_one_by_one), check.missed(asked_one_by_one)


def test_the_app_s_own_frame_is_not_written_to():
    frame = np.full((64, 64), 200, np.uint8)
    for wrong, _ in check.preprocess.mistakes.values():
        wrong(frame)
    assert (frame == 200).all() and (check.preprocess.solve(frame) == np.float32(55 / 255)).all()


def test_answers_of_the_wrong_form_are_told_so():
    mask = check.pareto_front(lambda s, a: [i in check.pareto_front.solve(s, a) for i in range(len(s))])
    assert "indices of the models on the front, not True or False" in mask.line
    assert not check.pareto_front.agree((), [0, 1], [True, False])
    assert "None" in check.speedup(lambda b, a, w: print(end="")).line


def test_published_example():
    """An article's 85.2 % to 84.7 %, within 0.5 points: a check that asks for it."""
    assert (0.852, 0.847, 0.5) in check.within_points.questions
    assert check.within_points.solve(0.852, 0.847, 0.5) is True


def test_a_loss_of_54_hundredths_is_not_within_half_a_point():
    assert check.within_points.solve(0.8524, 0.8470, 0.5) is False
    assert "0.54" in check.within_points(lambda b, a, p: round(100 * (b - a), 1) <= p).line


def missed_by(statistic, digits=6):
    def answer(measured, limits):
        calls = measured["calls_s"]
        found = {
            "bytes": measured["bytes"],
            "p90_s": statistic(calls) if calls else float("nan"),
            "peak_bytes": measured["peak_bytes"],
            "points": round(100 * (measured["before"] - measured["after"]), digits),
        }
        return [name for name in limits if not found[name] <= limits[name]]

    return answer


def test_other_percentiles_coarse_points_and_names_without_an_order_are_refused():
    assert check.missed(missed_by(lambda calls: np.quantile(calls, 0.9)))
    assert not check.missed(missed_by(lambda calls: np.quantile(calls, 0.95)))
    assert not check.missed(missed_by(lambda calls: np.quantile(calls, 0.9), digits=1))
    assert not check.missed(lambda *question: set(check.missed.solve(*question)))


def test_the_sum_of_a_large_block_needs_more_than_16_bits():
    def in_16_bits(frame):
        high, wide = frame.shape[0] // 32, frame.shape[1] // 32
        sums = frame.reshape(32, high, 32, wide).sum((1, 3), dtype=np.uint16)
        return np.float32(1 - sums / (high * wide * 255))[None, None]

    assert not check.preprocess(in_16_bits)
