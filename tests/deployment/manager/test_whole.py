"""Files that are whole: digests, copies that appear at once, and what is wrong with the others."""

import errno
import os

import pytest

from edukit.deployment.manager.whole import copy_together, sha256, why_not_whole


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / name).write_bytes(name.encode() * 9)
    return [folder / "a", folder / "b"]


def test_a_digest_is_the_published_one(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_copies_are_whole_and_damage_is_named(files, tmp_path):
    place = tmp_path / "place"
    copy_together(files, place)
    about = {path.name: [9, sha256(path)] for path in files}
    assert why_not_whole(place, about) == ""
    (place / "b").write_bytes(b"b" * 8 + b"c")
    assert "b does not hold what was registered" in why_not_whole(place, about)
    (place / "a").write_bytes(b"a")
    assert "a has 1 bytes of 9" in why_not_whole(place, about)
    (place / "a").unlink()
    assert "a is missing" in why_not_whole(place, about)
    copy_together(files, place)
    assert why_not_whole(place, about) == ""


def test_a_full_disk_leaves_nothing(files, tmp_path, monkeypatch):
    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        copy_together(files, tmp_path / "place")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
