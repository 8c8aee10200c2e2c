"""The script that made datasets/digits.npz makes the same arrays again."""

import numpy as np
import pytest

from edukit import bundled
from edukit.experiments.make_digits import main, stratified_split


@pytest.mark.parametrize("sizes", [(80, 20), (50, 30, 15, 5)])
def test_every_prefix_of_the_walk_keeps_the_shares(sizes):
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(4), 25))
    split = stratified_split(labels, sizes)
    assert np.bincount(split).tolist() == list(sizes)
    for label in range(4):
        counts = np.bincount(split[labels == label], minlength=len(sizes))
        assert np.abs(counts - np.array(sizes) / 4).max() < 2
    assert not np.array_equal(split, stratified_split(labels, sizes, seed=1))


def test_the_script_makes_the_bundled_arrays(tmp_path, capsys):
    main(str(tmp_path / "digits.npz"))
    assert "sha256" in capsys.readouterr().out
    made, bundle = np.load(tmp_path / "digits.npz"), np.load(bundled.path("datasets/digits.npz"))
    assert made.files == bundle.files
    assert all(np.array_equal(made[name], bundle[name]) for name in made.files)
