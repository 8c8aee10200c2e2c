"""Each fix is one change that quantize_model takes."""

import pytest
import torch
from unseen import followed

from edukit.quantization import mse, percentile, quantize_model
from edukit.quantization.debug.fixes import better_rounding, other_calibration, other_calibrators, other_channels

X = torch.rand(48, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def test_every_remedy_quantizes():
    model = followed("vgg")
    fixes = other_calibration((X,), (X[:20],), [3, 5]) | other_calibrators() | better_rounding()
    fixes |= other_channels(model, (X,), per_channel=False)
    assert len(fixes) == 7
    plain = quantize_model(model, X, per_channel=False)(X)
    for fix in fixes.values():
        changed = quantize_model(**{"model": model, "calibration": X, "per_channel": False, **fix.changes})
        assert changed(X).shape == plain.shape and not torch.equal(changed(X), plain)


def test_wild_rows_are_left_out():
    (kept,) = other_calibration((X,), (), [0, 47])["without wild inputs"].changes["calibration"]
    assert torch.equal(kept, X[1:47])
    assert other_calibration((X,), (), []) == {}


@pytest.mark.parametrize(
    ("used", "left"), [(percentile, ["mse"]), (mse, ["percentile"]), (None, ["percentile", "mse"])]
)
def test_what_was_done_already_is_not_tried_again(used, left):
    assert list(other_calibrators(used)) == left
    assert "per channel" not in other_channels(followed("vgg"), (X,), per_channel=True)
