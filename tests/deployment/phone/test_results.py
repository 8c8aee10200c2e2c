"""Results: the latest of each phone and model, accuracy from the labels, room for so many, and nothing lost."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.results import PHONES, PHONES_OF_ONE, Results
from edukit.deployment.phone.schema import Posted

ONE = Posted("Ana", "0" * 16, "FP32", "litert", "2.5", 2e-3, 3e-3, 0.1, 0.01, 300, (3, 4, 5, 6), 0)


def phone(number: int, **changed) -> Posted:
    return replace(ONE, id=f"{number:016x}", **changed)


def test_accuracy_is_the_share_that_the_labels_name():
    generator = np.random.default_rng(0)
    labels, found = generator.integers(0, 3, (2, 64))
    results = Results(labels, {"FP32": found})
    results.add(replace(ONE, predictions=tuple(found.tolist())), "a")
    (row,) = results.rows()
    assert row.accuracy == sum(labels == found) / 64 and row.same == 1.0


def test_without_labels_or_answers_nothing_is_said_of_them():
    results = Results()
    results.add(ONE, "a")
    assert (results.rows()[0].accuracy, results.rows()[0].same) == (None, None)


def test_a_later_result_of_the_same_phone_and_model_replaces_the_earlier_one():
    results = Results()
    assert [results.add(each, "a") for each in (ONE, replace(ONE, model="INT8"), replace(ONE, median_s=1.0))] == [1] * 3
    assert [(row.posted.model, row.posted.median_s) for row in results.rows()] == [("FP32", 1.0), ("INT8", 2e-3)]


def test_phones_of_one_name_are_told_apart_and_numbers_stay():
    results = Results()
    for number, name in enumerate(("Ana", "Ana 2", "Ana", "Ben")):
        results.add(phone(number, phone=name), "a")
    assert [row.phone for row in results.rows()] == ["Ana", "Ana 2", "Ana 3", "Ben"]
    results.remove(2)
    assert [(row.number, row.phone) for row in results.rows()] == [(1, "Ana"), (3, "Ana 2"), (4, "Ben")]


def test_a_phone_that_was_removed_cannot_come_back_until_all_is_cleared():
    results = Results()
    results.add(ONE, "a")
    results.remove("Ana")
    with pytest.raises(Refused, match="taken off"):
        results.add(ONE, "a")
    results.clear()
    assert results.add(ONE, "a") == 1


def test_who_is_not_there_cannot_be_removed():
    results = Results()
    with pytest.raises(ValueError, match="empty; got 'Ana'"):
        results.remove("Ana")
    results.add(ONE, "a")
    with pytest.raises(ValueError, match="1 Ana; got 2"):
        results.remove(2)
    assert results.phones == 1


def test_a_locked_board_keeps_what_it_has():
    results = Results()
    results.add(ONE, "a")
    results.lock()
    with pytest.raises(Refused, match="locked"):
        results.add(phone(1), "a")
    with pytest.raises(Refused, match="locked"):
        results.add(replace(ONE, median_s=9.0), "a")
    results.lock(False)
    assert results.add(phone(1), "a") == 2 and results.rows()[0].posted.median_s == 2e-3


def test_one_address_fills_its_own_room_and_no_more():
    results = Results()
    for number in range(PHONES_OF_ONE):
        results.add(phone(number), "a")
    with pytest.raises(Refused) as error:
        results.add(phone(PHONES_OF_ONE), "a")
    assert error.value.status == 429
    assert results.add(phone(0), "a") == PHONES_OF_ONE and results.add(phone(999), "b") == PHONES_OF_ONE + 1


def test_a_board_is_full_at_some_time():
    results = Results()
    for number in range(PHONES):
        results.add(phone(number), f"{number}")
    with pytest.raises(Refused, match="full"):
        results.add(phone(PHONES), "new")


def test_thirty_threads_lose_nothing_and_every_change_is_told():
    results, told = Results(), []
    results.watch(lambda: told.append(1))
    threads = [
        threading.Thread(target=lambda n=n: [results.add(phone(n, model=f"{m}"), f"{n}") for m in range(20)])
        for n in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results.rows()) == len(told) == 600 and {row.number for row in results.rows()} == set(range(1, 31))
