"""What each score keeps: the shape of the table, and the findings that lesson 07 tells."""

import functools

import numpy as np

from edukit.experiments.pruning.channel_scores import scores_kept


@functools.cache
def kept():
    return scores_kept(seeds=[0, 1], ratios=[0, 0.25], draws=3, images=250)


def test_there_is_a_row_for_each_network_and_for_each_draw():
    old, new = kept()
    assert list(old) == list(new) and len(old) == 7
    assert {name: np.shape(rows) for name, rows in old.items()} == {n: (2, 2) for n in old} | {"random": (6, 2)}
    assert all(np.allclose(np.array(old[n])[:, 0], np.array(old["l1"])[[0, 1], 0]) for n in old if n != "random")


def test_every_score_beats_the_mean_random_draw_and_new_statistics_help_each():
    old, new = ({name: np.mean(rows, axis=0)[1] for name, rows in table.items()} for table in kept())
    assert all(old[name] > old["random"] + 0.05 for name in old if name != "random")
    assert all(new[name] > old[name] + 0.05 for name in old)


def test_random_draws_differ_from_each_other():
    draws = np.array(kept()[0]["random"])[:, 1]
    assert len(set(draws)) > 1
