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


@pytest.mark.parametrize("count", [0, -1, 1.0, None, "1", True, 2**40])
def test_a_number_of_threads_that_cannot_be_is_refused(count):
    with pytest.raises(ValueError, match="^threads must be a whole number"), threads(count):
        pass
