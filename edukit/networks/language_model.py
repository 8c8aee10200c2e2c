"""What a language model computes and keeps, by its published sizes: MACs to read and to write, bytes of its cache.

    MACs of a token     layers · (2 w h d + 2 w g d + 3 w f)                   linear layers, the same for every token
    MACs of a pair      layers · 2 h d                                         a score, and a part of a mean
    reading N tokens    N · (MACs of a token) + N (N + 1) / 2 · (MACs of a pair)        writing one: token + N pairs
    cache               layers · g · N · 2 d · bits / 8                        a key and a value for each KV head

Symbols   w width · h heads that ask · g heads with keys and values (KV heads) · d features of a head · f feed-forward
Assumes   causal attention, a gated feed-forward part (three matrices), no vocabulary layer, no biases
Source    Grattafiori et al. 2024, https://arxiv.org/abs/2407.21783, table 3 (Llama 3); Touvron et al. 2023,
          https://arxiv.org/abs/2302.13971, table 2, and 2307.09288, table 1 (Llama 2 7B, no shared heads)
In production  config.json of a model: num_hidden_layers, num_key_value_heads, head_dim, hidden_size
"""

from dataclasses import dataclass

from edukit.refuse import check_sizes, check_whole


@dataclass(frozen=True)
class LanguageModel:
    """The sizes of a model that reads and writes tokens one after the other.

    width of a token's vector · heads that ask · kv_heads that keep keys and values · features of a head · hidden width
    of the feed-forward part

    >>> LLAMA_3_8B.cache_bytes(8192)
    1073741824
    >>> round(LLAMA_3_8B.attention_share(1024), 3)
    0.019
    """

    layers: int
    width: int
    heads: int
    kv_heads: int
    features: int
    hidden: int

    def __post_init__(self):
        check_sizes(layers=self.layers, width=self.width, heads=self.heads, kv_heads=self.kv_heads)
        check_sizes(features=self.features, hidden=self.hidden)
        if self.heads % self.kv_heads:
            raise ValueError(f"kv_heads must divide the {self.heads} heads, got {self.kv_heads!r}")

    @property
    def token_macs(self) -> int:
        """MACs of all linear layers for one token; as many weights have to be read for it."""
        asking = 2 * self.width * self.heads * self.features
        keeping = 2 * self.width * self.kv_heads * self.features
        return self.layers * (asking + keeping + 3 * self.width * self.hidden)

    @property
    def pair_macs(self) -> int:
        """MACs of attention for one query that meets one key, in all layers and heads."""
        return self.layers * 2 * self.heads * self.features

    def reading_macs(self, tokens: int) -> int:
        """MACs of reading that many tokens at once (prefill): a token meets itself and those before it."""
        check_whole(tokens, "tokens")
        return tokens * self.token_macs + self.pair_macs * tokens * (tokens + 1) // 2

    def writing_macs(self, tokens: int) -> int:
        """MACs of one more token after that many (decode), with a cache of keys and values."""
        check_whole(tokens, "tokens", 0)
        return self.token_macs + self.pair_macs * (tokens + 1)

    def attention_share(self, tokens: int) -> float:
        """The share of attention in the MACs of reading that many tokens, 0 to 1."""
        return 1 - tokens * self.token_macs / self.reading_macs(tokens)

    def cache_bytes(self, tokens: int, bits: float = 16, *, kv_heads: int | None = None) -> int:
        """Bytes of the keys and values of that many tokens; kv_heads: how many keep them, the model's own if None."""
        check_whole(tokens, "tokens", 0)
        kept = self.kv_heads if kv_heads is None else kv_heads
        return round(self.layers * kept * tokens * 2 * self.features * bits / 8)


LLAMA_3_8B = LanguageModel(32, 4096, 32, 8, 128, 14_336)
LLAMA_2_7B = LanguageModel(32, 4096, 32, 32, 128, 11_008)
