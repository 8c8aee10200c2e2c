"""What goes through a network, counted: against numpy on the same values."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.quantization import quantize_model
from edukit.quantization.debug.activation_use import Listener, outlying_rows, typical_range
from edukit.quantization.debug.partial import Parts
from edukit.quantization.ptq.fold import float_network


def listen(model, calibration, *batches):
    listener = Listener(Parts(float_network(model, calibration), quantize_model(model, calibration)))
    with torch.no_grad():
        for batch in batches:
            listener(batch)
    return listener


def test_shares_are_those_of_numpy():
    random = torch.Generator().manual_seed(0)
    x = torch.randn(2000, 6, generator=random)
    narrow = x.clamp(-1, 1)
    use = listen(nn.Sequential(nn.Linear(6, 2)), narrow, x[:500], x[500:]).uses()["input of 0"]
    assert use.outside == pytest.approx(float((x.abs() > 1).double().mean()), abs=0.01)
    assert use.used > 0.99


@pytest.mark.parametrize("times", [1, 4, 32])
def test_codes_in_use_shrink_with_the_data(times):
    x = torch.rand(2000, 6, generator=torch.Generator().manual_seed(0))
    use = listen(nn.Sequential(nn.Linear(6, 2)), x, x / times).uses()["input of 0"]
    assert use.used == pytest.approx(1 / times, abs=0.01) and use.outside == 0
    assert use.kurtosis == pytest.approx(1.8, abs=0.15)  # of a uniform distribution: 9/5


def test_a_value_that_stays_at_one_place_uses_one_code():
    x = torch.rand(50, 3)
    use = listen(nn.Sequential(nn.Linear(3, 2)), x, torch.full((9, 3), 0.5)).uses()["input of 0"]
    assert use.used == pytest.approx(1 / 256) and use.kurtosis == 1


def test_the_largest_channel_over_the_middle_one():
    x = torch.ones(4, 5, 3, 3)
    x[:, 2] = 40
    net = nn.Sequential(nn.Conv2d(5, 2, 1), nn.Flatten(), nn.Linear(18, 2))
    assert listen(net, x, x).uses()["input of 0"].channels == 40
    tokens = torch.ones(4, 7, 5)
    tokens[..., 1] = 9
    assert listen(nn.Sequential(nn.Linear(5, 2)), tokens, tokens).uses()["input of 0"].channels == 9


def test_the_first_rows_are_kept_and_outputs_are_the_networks():
    net, x = nn.Sequential(nn.Linear(3, 2)), torch.rand(400, 3)
    listener = listen(net, x, x[:200], x[200:])
    assert torch.equal(listener.rows[0], x[:256])
    torch.testing.assert_close(listener(x), net(x))
    assert listen(net, x).uses() == {} and listen(net, x).rows == ()


def test_a_typical_row_does_not_know_of_wild_ones():
    x = torch.linspace(0, 1, 30).repeat(9, 1)
    x[4] *= 50
    assert typical_range((x,)) == (0, 1) and outlying_rows((x,)) == [4]
    assert outlying_rows((x[:4],)) == [] and outlying_rows((-x,)) == [4]
    assert outlying_rows((torch.rand(20),)) == []
    two = (x, torch.zeros(9, 2))
    assert outlying_rows(two) == [4] and typical_range((torch.zeros(9, 2, dtype=torch.int64),)) == (0, 0)
    assert np.isfinite(typical_range((torch.zeros(3),))).all()
