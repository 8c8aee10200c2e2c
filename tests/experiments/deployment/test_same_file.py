"""Two loads of a file are two sessions of the same answers, timed in turns; no ratio is asserted."""

from edukit.experiments.deployment import same_file
from edukit.experiments.deployment.same_file import FILES, pairs


def test_each_pair_is_two_loads_of_one_file(monkeypatch):
    loaded = []
    load = same_file.load
    monkeypatch.setattr(same_file, "load", lambda path: loaded.append(path) or load(path))
    found = pairs(FILES["8 channels, float"], 2, least_s=0.01)
    assert len(found) == 2 and len(loaded) == 4 and len(set(loaded)) == 1
    assert all(0 < pair.low <= pair.value <= pair.high for pair in found)
