"""The number of threads is set inside and restored, also after an error."""

import pytest
import torch

from edukit.training import threads


def test_the_number_is_set_and_restored():
    before = torch.get_num_threads()
    with pytest.raises(KeyError), threads(before + 1):
        assert torch.get_num_threads() == before + 1
        raise KeyError
    assert torch.get_num_threads() == before
