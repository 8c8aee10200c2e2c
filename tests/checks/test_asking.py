"""Whatever a learner's function does, asking it ends in a value or in one sentence."""

import sys
import threading
import time

import numpy as np
import pytest
import torch

from edukit.checks import Exercise, asking
from edukit.checks.asking import Asked, Failure, ask, named, stopped_after

DOUBLE = Exercise(lambda x: 2 * x, [(np.array([2.0, 1.0]),), (np.array([3.0, -1.0]),)], {}, "twice")


class Hidden:
    """An object that cannot even be shown."""

    def __repr__(self):
        raise RuntimeError("no picture")


def numbers(x):
    yield from 2 * x


async def later(x):
    return 2 * x


def endless(x):
    while True:
        pass


def with_a_long_error(x):
    raise ValueError("x\n" * 5000)


def deep(x):
    return deep(x)


def leaves(x):
    sys.exit(3)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: Hidden(), "yours is an object of the type Hidden"),
        (lambda x: {"y": 2 * x}, "asked is an array of numbers, yours is {'y'"),
        (numbers, "yours is a generator"),
        (later, "yours is a coroutine"),
        (lambda x: Exercise, "yours is the class Exercise"),
        (lambda x: numbers, "yours is a function"),
        (lambda x: torch.tensor([1.0, 1.0], requires_grad=True), "yours is"),
        (lambda x: 2 * x + 0j, "yours is an array of shape (2,) of complex128"),
        (lambda x: np.array(2 * x, object), "of object"),
        (lambda x: np.array([4, 2]) > 3, "asked are floats, yours are bool"),
        (lambda x: [[[4.0]]], "yours is"),
        (lambda x: [], "yours is"),
        (leaves, "your function raised SystemExit: 3 in the line `sys.exit(3)` (asked for [2, 1])"),
        (deep, "raised RecursionError"),
        (with_a_long_error, "raised ValueError: x x x"),
    ],
)
def test_every_answer_ends_in_one_short_line(answer, said):
    verdict = DOUBLE(answer)
    assert not verdict and said in verdict.line
    assert "\n" not in verdict.line and len(verdict.line) < 400 and " at 0x" not in verdict.line


def test_a_tensor_with_a_gradient_is_right_where_its_values_are():
    assert DOUBLE(lambda x: 2 * torch.tensor(x, requires_grad=True))


def test_starter_code_that_raises_not_implemented_is_no_attempt():
    def starter(x):
        raise NotImplementedError

    assert DOUBLE(starter).line == "· not attempted yet"


@pytest.mark.parametrize("answer", [endless, lambda x: time.sleep(60)])
def test_what_does_not_end_is_stopped(answer, monkeypatch):
    monkeypatch.setattr(asking, "LIMIT_S", 0.2)
    start = time.monotonic()
    assert "was stopped after 0.2 seconds" in DOUBLE(answer).line
    assert time.monotonic() - start < 30


def test_in_another_thread_nothing_is_stopped_and_answers_are_the_same():
    found = []
    worker = threading.Thread(target=lambda: found.append(DOUBLE(lambda x: x + x)))
    worker.start()
    worker.join()
    assert found[0]


def test_a_key_of_the_user_still_interrupts():
    import signal

    with pytest.raises(KeyboardInterrupt), stopped_after(60):
        signal.raise_signal(signal.SIGINT)


def test_what_it_prints_is_shown_once(capsys):
    def talks(x):
        print("hello", x)
        return 2 * x

    assert DOUBLE(talks)
    assert capsys.readouterr().out == "hello [2. 1.]\n"


def test_each_question_is_put_once():
    calls = []
    asked = Asked(lambda x: calls.append(x) or x, [(1,), (2,)])
    assert [asked[0], asked[0], asked[1]] == [1, 1, 2] and calls == [1, 2]


def test_an_answer_that_shares_memory_with_the_question_can_be_refused():
    question = (np.arange(3.0),)
    assert isinstance(ask(lambda w: w[:], question, new=True), Failure)
    assert ask(lambda w: w.copy(), question, new=True).tolist() == [0, 1, 2]


def test_values_are_named_in_few_words():
    assert named(np.zeros((9, 9))) == "an array of shape (9, 9)"
    assert named(torch.ones(2, requires_grad=True)) == "[1, 1]"
    assert len(named("x" * 5000)) == 200


def test_a_hint_is_given_only_where_the_mistake_gives_every_answer():
    known = {"square": (lambda x: x * x, "x + x, not x times x")}
    exercise = Exercise(lambda x: 2 * x, [(2,), (3,), (5,)], known, "twice")
    assert "x + x" in exercise(lambda x: x**2).line
    assert "x + x" not in exercise(lambda x: x**2 if x < 5 else 0).line


def test_numbers_that_look_alike_are_told_so():
    exercise = Exercise(lambda x: x / 3, [(1,)], {}, "a third", show=lambda a, e, g: f"right is {e:.2f}, yours {g:.2f}")
    assert exercise(lambda x: 0.3334).line.endswith("yours 0.33, and they differ in digits that are not shown")
