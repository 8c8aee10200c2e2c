"""The three experiments of lesson 06: their shapes, and the findings that the lesson tells."""

import numpy as np
import pytest

from edukit.experiments.pruning.small_networks import (
    accuracy_by_pass,
    linear_layers,
    on_a_new_task,
    same_bytes,
    tickets,
)


@pytest.fixture(scope="module")
def passes():
    return accuracy_by_pass({"deep": ((64, *6 * [32], 10), 40)}, seeds=[0], passes=20)["deep"]


def test_all_schedules_start_from_one_network_and_linear_falls_last(passes):
    rows = {name: np.ravel(row) for name, row in passes.items()}
    assert {len(row) for row in rows.values()} == {21} and len({row[0] for row in rows.values()}) == 1
    falls = {name: int(np.argmin(np.diff(row))) + 1 for name, row in rows.items()}
    assert falls["one_shot"] == 1 and falls["linear"] == 20
    assert rows["cubic"][-1] > max(rows["linear"][-1], rows["one_shot"][-1])


def test_the_ticket_needs_its_places_and_its_first_weights():
    found = {name: np.mean(values) for name, values in tickets().items()}
    assert found["the ticket"] > max(found["other first weights"], found["other places"]) + 10


def test_movement_lets_the_old_task_go():
    found = on_a_new_task()
    read = {rule: np.mean(values) for rule, (values, _) in found.items()}
    assert min(found["magnitude"][1]) > 70 and max(found["movement"][1]) < 60
    assert read["movement"] > read["magnitude"] + 15


def test_at_the_same_bytes_nine_of_ten_zeros_read_less_than_a_small_network():
    rows = same_bytes()
    assert all(0.95 * row.sparse_bytes < row.small_bytes <= row.sparse_bytes for row in rows)
    assert np.mean([row.small - row.sparse for row in rows]) > 1


def test_the_same_seed_makes_the_same_network():
    one, again, other = (linear_layers(seed, 8, 4, 2)[1].weight for seed in (0, 0, 1))
    assert (one == again).all() and (one != other).any()
