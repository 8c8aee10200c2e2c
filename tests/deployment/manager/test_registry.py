"""The registry: whole after every fault, read by people, shared by processes."""

import errno
import json
import multiprocessing
import os
import signal
import time

import numpy as np
import pytest
from fake_models import file_of

from edukit.deployment.manager.measured import Measured
from edukit.deployment.manager.registry import Registry

FORK = multiprocessing.get_context("fork")
MEASURED = Measured(1000, 0.001, {"x": ["batch"]}, {"y": ["batch"]})


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "models")


def left_over(registry):
    named = {entry.folder for entry in registry.entries().values()} | {"registry.json", "registry.lock"}
    return {path.name for path in registry.folder.iterdir()} - named


def test_what_was_registered_is_read_by_another_and_by_people(registry, source):
    entry = registry.register(file_of(source, 3), "three", MEASURED, accuracy=0.9, version="2")
    again = Registry(registry.folder).entries()["three"]
    assert again == entry and again.size_bytes == 1 and again.memory_bytes == 1000
    lines = (registry.folder / "registry.json").read_text().splitlines()
    assert len(lines) == 3 and json.loads("".join(lines))["three"]["accuracy"] == 0.9
    assert registry.intact(entry).read_text() == "3"
    file_of(source, 3).unlink()
    assert registry.intact(entry).exists()  # a copy: the original may go


def test_several_files_belong_together(registry, source):
    files = [file_of(source, 1), file_of(source, 2)]
    entry = registry.register(files, "both", MEASURED)
    assert registry.intact(entry).name == "times1.onnx" and entry.size_bytes == 2
    (registry.folder / entry.folder / "times2.onnx").write_text("3")
    with pytest.raises(ValueError, match="times2.onnx does not hold what was registered"):
        registry.intact(entry)


def test_a_name_is_taken_until_it_is_replaced_or_removed(registry, source):
    registry.register(file_of(source, 1), "m", MEASURED)
    with pytest.raises(ValueError, match="'m' is registered: replace=True"):
        registry.register(file_of(source, 2), "m", MEASURED)
    two = registry.register(file_of(source, 2), "m", MEASURED, replace=True)
    assert registry.entries()["m"] == two and not left_over(registry)
    registry.register(file_of(source, 2), "same", MEASURED)
    registry.remove("m")
    assert registry.intact(registry.entries()["same"]).read_text() == "2"
    with pytest.raises(ValueError, match=r"registered model \(same\), got 'm'"):
        registry.remove("m")


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a\nb", None, "x" * 99])
def test_names_that_are_none_are_refused(registry, source, name):
    with pytest.raises(ValueError, match="name must be a short word"):
        registry.register(file_of(source, 1), name, MEASURED)
    assert not registry.entries() and not left_over(registry)


def test_files_that_are_missing_or_of_one_name_are_refused(registry, source, tmp_path):
    for paths in (source / "nothing.onnx", [], [file_of(source, 1), file_of(tmp_path, 1)]):
        with pytest.raises(ValueError, match="paths must be"):
            registry.register(paths, "m", MEASURED)


def test_damage_is_seen_before_anything_is_parsed(registry, source):
    """60 flipped bits, 20 cut files, 5 of equal length with other content, a missing file: each refused."""
    content = np.random.default_rng(0).bytes(5000)
    path = source / "m.onnx"
    path.write_bytes(content)
    entry = registry.register(path, "m", MEASURED)
    stored = registry.intact(entry)
    drawn = np.random.default_rng(1)
    refused = 0
    for bit in drawn.choice(8 * len(content), 60, replace=False):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        stored.write_bytes(damaged)
        refused += is_refused(registry, entry, "does not hold what was registered")
    assert refused == 60
    assert all(is_refused(registry, entry, "bytes of 5000", content[:n]) for n in drawn.integers(0, 4999, 20))
    assert all(is_refused(registry, entry, "SHA-256", drawn.bytes(5000)) for _ in range(5))
    stored.unlink()
    assert is_refused(registry, entry, "is missing")
    assert registry.register(path, "m", MEASURED, replace=True) == entry and registry.intact(entry)


def is_refused(registry, entry, words, content=None):
    if content is not None:
        (registry.folder / entry.folder / "m.onnx").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        registry.intact(entry)
    return True


def test_swapped_files_are_refused(registry, source):
    one, two = (registry.register(file_of(source, n), f"m{n}", MEASURED) for n in (1, 2))
    paths = registry.intact(one), registry.intact(two)
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, reversed(contents), strict=True):
        path.write_bytes(content)
    for entry in (one, two):
        with pytest.raises(ValueError, match="does not hold what was registered"):
            registry.intact(entry)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"m": 1}', '{"m": {"no": 1}}', "null"])
def test_a_file_that_is_no_registry_is_named(registry, text):
    (registry.folder / "registry.json").write_text(text)
    with pytest.raises(ValueError, match="registry.json is no registry of models"):
        registry.entries()


@pytest.mark.parametrize("call", [1, 2])
def test_a_full_disk_changes_nothing(registry, source, monkeypatch, call):
    """The first fsync is that of the model's file, the second that of registry.json."""
    registry.register(file_of(source, 1), "one", MEASURED)
    before = (registry.folder / "registry.json").read_bytes()
    calls = []

    def full(number):
        calls.append(number)
        if len(calls) == call:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        registry.register(file_of(source, 2), "two", MEASURED)
    monkeypatch.undo()
    assert (registry.folder / "registry.json").read_bytes() == before and not left_over(registry)
    registry.register(file_of(source, 2), "two", MEASURED)
    assert set(registry.entries()) == {"one", "two"}


def register_many(folder, source, start, count, log=None):
    registry = Registry(folder)
    for number in range(start, start + count):
        registry.register(file_of(source, number), f"m{number}", MEASURED)
        if log:
            os.write(log, f"m{number}\n".encode())


def test_kill_9_fifty_times_in_the_middle_of_registering(registry, source):
    """After each kill the registry is readable and holds what was promised; the next writer leaves nothing behind."""
    drawn = np.random.default_rng(0)
    kills = 0
    promised = set()
    for attempt in range(50):
        reader, writer = os.pipe()
        process = FORK.Process(target=register_many, args=(registry.folder, source, 1000 * attempt, 900, writer))
        process.start()
        os.close(writer)
        with os.fdopen(reader) as said:
            promised |= {said.readline().strip() for _ in range(attempt % 3)}
            time.sleep(drawn.uniform(0, 0.02))
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            kills += process.exitcode == -signal.SIGKILL
            promised |= {line.strip() for line in said if line.endswith("\n")}
        entries = Registry(registry.folder).entries()
        assert promised <= set(entries)
    for entry in entries.values():
        registry.intact(entry)
    registry.register(file_of(source, 1), "last", MEASURED)
    assert kills == 50 and len(promised) >= 49 and not left_over(registry)


def test_two_processes_register_a_thousand_models_and_none_is_lost(registry, source, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda number: None)  # a thousand waits for the disk would prove nothing more
    workers = [FORK.Process(target=register_many, args=(registry.folder, source, 500 * i, 500)) for i in (0, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    entries = registry.entries()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert set(entries) == {f"m{number}" for number in range(1000)} and not left_over(registry)
    assert all(registry.intact(entries[f"m{n}"]).read_text() == str(n) for n in range(1000))
