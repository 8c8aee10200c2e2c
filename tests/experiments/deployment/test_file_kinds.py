"""Every kind of file gives back what was written into it, and another network's file holds other numbers."""

import numpy as np
import pytest

from edukit.experiments.deployment.file_kinds import kinds

KINDS = kinds()


def equal(one, other):
    return set(one) == set(other) and all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("name", KINDS)
def test_what_is_written_is_read_and_another_seed_gives_another_file(name, tmp_path):
    write, read, suffix = KINDS[name]
    one, again = (write(tmp_path / f"{place}{suffix}", 0) for place in ("one", "again"))
    other = write(tmp_path / f"other{suffix}", 1)
    assert equal(read(one), read(again)) and read(one)
    assert other.read_bytes() != one.read_bytes()
