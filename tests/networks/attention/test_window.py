"""A window and its sinks: the rows by hand, the whole text as a limit, and attention that sees nothing else."""

import pytest
import torch

from edukit.networks.attention import grouped_attention, window_mask


@pytest.mark.parametrize(("window", "sinks"), [(1, 0), (3, 0), (3, 2), (1, 1), (20, 0), (20, 5)])
def test_a_row_holds_the_first_and_the_recent_tokens(window, sinks):
    seen = window_mask(12, window, sinks)
    for i, row in enumerate(seen):
        expected = {j for j in range(i + 1) if j < sinks or i - j < window}
        assert set(row.nonzero().flatten().tolist()) == expected
    assert seen.sum(1).max() <= window + sinks and bool(seen.diagonal().all())


def test_a_long_window_is_causal_attention():
    q, k, v = torch.randn(3, 2, 9, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(grouped_attention(q, k, v, visible=window_mask(9, 9)), grouped_attention(q, k, v))


def test_a_token_outside_the_window_does_not_matter():
    q, k, v = torch.randn(3, 2, 9, 4, generator=torch.Generator().manual_seed(0))
    other = v.clone()
    other[:, 3] = 99
    before, after = (grouped_attention(q, k, part, visible=window_mask(9, 3, 1)) for part in (v, other))
    torch.testing.assert_close(before[:, 6:], after[:, 6:])
    assert not torch.allclose(before[:, 3:6], after[:, 3:6])


@pytest.mark.parametrize("sizes", [(0, 1, 0), (4, 0, 1), (4, 1, -1), (4, 1.5, 0)])
def test_other_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="(tokens|window|sinks) must be a whole number"):
        window_mask(*sizes)
