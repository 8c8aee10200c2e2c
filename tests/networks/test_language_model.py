"""Language models by their sizes: counted on a real block of layers, published figures, what is refused."""

import pytest
import torch
from torch import nn

from edukit.measure import count_macs
from edukit.networks.language_model import LLAMA_2_7B, LLAMA_3_8B, LanguageModel

SMALL = LanguageModel(layers=1, width=12, heads=4, kv_heads=2, features=3, hidden=20)


class Layer(nn.Module):
    """The linear layers of one layer of SMALL, without what lies between them."""

    def __init__(self):
        super().__init__()
        self.q, self.o = nn.Linear(12, 12, bias=False), nn.Linear(12, 12, bias=False)
        self.k, self.v = nn.Linear(12, 6, bias=False), nn.Linear(12, 6, bias=False)
        self.gate, self.up = nn.Linear(12, 20, bias=False), nn.Linear(12, 20, bias=False)
        self.down = nn.Linear(20, 12, bias=False)

    def forward(self, x):
        kept = torch.cat([self.k(x), self.v(x)], -1)
        return self.down(self.gate(x) * self.up(x)) + self.o(self.q(x)) + kept


def test_macs_of_a_token_are_those_of_the_layers():
    assert count_macs(Layer(), (1, 12)) == SMALL.token_macs


def test_reading_at_once_costs_what_writing_one_by_one_with_a_cache_costs():
    assert SMALL.reading_macs(9) == sum(SMALL.writing_macs(n) for n in range(9))


def test_published_sizes_give_the_published_number_of_weights():
    """Llama 3 8B has 8.03 billion weights with two vocabulary matrices of 128,256 rows; Llama 2 7B 6.74, 32,000."""
    assert LLAMA_3_8B.token_macs + 2 * 128_256 * 4096 == pytest.approx(8.03e9, rel=1e-3)
    assert LLAMA_2_7B.token_macs + 2 * 32_000 * 4096 == pytest.approx(6.74e9, rel=1e-3)


def test_attention_is_a_small_part_of_a_short_text():
    assert [round(100 * LLAMA_3_8B.attention_share(n), 1) for n in (1024, 4096)] == [1.9, 7.1]
    growth = [LLAMA_3_8B.reading_macs(2 * n) / LLAMA_3_8B.reading_macs(n) for n in (1024, 131_072)]
    assert [round(g, 2) for g in growth] == [2.04, 3.42]


def test_the_cache_has_a_key_and_a_value_for_each_kv_head():
    keys = torch.zeros(32, 8, 100, 128, dtype=torch.float16)
    assert LLAMA_3_8B.cache_bytes(100) == 2 * keys.nbytes
    assert LLAMA_3_8B.cache_bytes(100, 4) * 4 == LLAMA_3_8B.cache_bytes(100)
    assert LLAMA_2_7B.cache_bytes(100) == 4 * LLAMA_3_8B.cache_bytes(100) == LLAMA_3_8B.cache_bytes(100, kv_heads=32)
    assert LLAMA_3_8B.cache_bytes(0) == 0


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match="kv_heads must divide the 32 heads, got 5"):
        LanguageModel(32, 4096, 32, 5, 128, 14_336)
    with pytest.raises(ValueError, match="layers"):
        LanguageModel(0, 4096, 32, 8, 128, 14_336)
    with pytest.raises(ValueError, match="tokens must be a whole number"):
        LLAMA_3_8B.reading_macs(1.5)
