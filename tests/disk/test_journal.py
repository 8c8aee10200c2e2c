"""Journals: what is known is not computed again, whoever computes it, and a kill loses one line at most."""

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from edukit.disk.journal import Journal

TASKS = {f"{n} squared": (n,) for n in range(-6, 6)}
SQUARES = {name: n * n for name, (n,) in TASKS.items()}


def square(n):
    time.sleep(0.002 * (n % 3))  # so that they do not end in the order in which they began
    return n * n


def refuse(n):
    raise AssertionError(f"{n} is known and must not be computed again")


def test_values_come_in_the_order_of_the_tasks():
    assert list(Journal().values(TASKS, square).items()) == list(SQUARES.items())


def test_a_file_is_read_back_and_only_what_is_missing_is_computed(tmp_path):
    path = tmp_path / "squares.jsonl"
    Journal(path, "squares").values(dict(list(TASKS.items())[:5]), square)
    asked = []
    again = Journal(path, "squares").values(TASKS, lambda n: asked.append(n) or n * n)
    assert again == SQUARES
    assert asked == list(range(-1, 6))
    assert Journal(path, "squares").values(TASKS, refuse) == SQUARES


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_executors_give_the_same(kind, tmp_path):
    pool = ThreadPoolExecutor(3) if kind == "threads" else ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    with pool as executor:
        assert list(Journal(tmp_path / "a").values(TASKS, square, executor).items()) == list(SQUARES.items())
    assert Journal(tmp_path / "a").values(TASKS, refuse) == SQUARES


def test_dask_gives_the_same(tmp_path):
    from distributed import Client

    with Client(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as client:
        assert Journal(tmp_path / "a").values(TASKS, square, client.get_executor()) == SQUARES
    assert Journal(tmp_path / "a").values(TASKS, refuse) == SQUARES


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_line_that_was_cut_is_computed_again(cut, tmp_path):
    path = tmp_path / "squares.jsonl"
    Journal(path).values(TASKS, square)
    content = path.read_bytes()
    path.write_bytes(content[:-cut])
    asked = []
    assert Journal(path).values(TASKS, lambda n: asked.append(n) or n * n) == SQUARES
    assert asked == [5]
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_journal(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b'{"abo')  # killed while the first line was written
    assert Journal(path, "squares").known == {}
    assert Journal(path, "squares").values(TASKS, square) == SQUARES
    assert Journal(path, "squares").values(TASKS, refuse) == SQUARES


def test_what_was_computed_before_an_error_stays(tmp_path):
    def fail_at_three(n):
        return 1 / (n - 3)

    with pytest.raises(ZeroDivisionError) as raised:
        Journal(tmp_path / "a").values(TASKS, fail_at_three)
    assert raised.value.__notes__ == ["while 3 squared was computed"]
    assert len(Journal(tmp_path / "a").known) == 9


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(2)])
def test_nan_is_refused(executor):
    with pytest.raises(ValueError, match="value of one must be finite"):
        Journal().values({"one": ()}, lambda: float("nan"), executor)


def test_another_search_is_refused(tmp_path):
    Journal(tmp_path / "a", "squares")
    with pytest.raises(ValueError, match="journal of 'squares', not of 'cubes'"):
        Journal(tmp_path / "a", "cubes")


@pytest.mark.parametrize("content", [b"hello\n", b"[1, 2]\n", b'{"name": 3}\n', b'{"about": ""}\nhello\n', b"3\n"])
def test_another_file_is_refused_and_stays(content, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="must be a journal"):
        Journal(path)
    assert path.read_bytes() == content


def test_a_killed_process_leaves_what_it_knew(tmp_path):
    """Killed in the middle, without a chance to tidy up."""
    code = (
        "import os, sys\n"
        "from edukit.disk.journal import Journal\n"
        "tasks = {f'{n} squared': (n,) for n in range(-6, 6)}\n"
        f"Journal({str(tmp_path / 'a')!r}).values(tasks, lambda n: os._exit(9) if n == 2 else n * n)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=os.environ)
    assert done.returncode == 9
    asked = []
    assert Journal(tmp_path / "a").values(TASKS, lambda n: asked.append(n) or n * n) == SQUARES
    assert asked == [2, 3, 4, 5]
