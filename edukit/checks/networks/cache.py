"""Exercises on the KV cache: one step that reads it, and how many bytes it takes.

Well-known mistakes  a cache that is read before the new token is in it; keys that grow and values that do not; a cache
of keys alone; heads that ask counted instead of heads that keep; bits taken for bytes
"""

import numpy as np

from edukit.checks.verdict import Exercise, alike, first_difference

random = np.random.default_rng(13)


def cached_step(keys, values, q, k, v):
    """One more token of one head: its output, and the cache with its key and its value."""
    keys = np.concatenate([keys, k[None]])
    values = np.concatenate([values, v[None]])
    scores = keys @ q / np.sqrt(len(q))
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values, keys, values


def cache_bytes(layers, kv_heads, features, tokens, bits):
    """Bytes of all keys and values: in each layer a key and a value for each KV head and token."""
    return layers * kv_heads * tokens * 2 * features * bits / 8


def _out(q, keys, values, *, scale=np.sqrt):
    scores = keys @ q / scale(len(q))
    weights = np.exp(scores - scores.max())
    return weights / weights.sum() @ values


def _steps():
    """A cache that is empty, one of one token, others of more; scores beyond every exponential at last."""
    for d, e, seen, scale in ((2, 2, 0, 1.0), (2, 2, 1, 1.0), (4, 3, 3, 1.0), (9, 2, 6, 1.0), (4, 2, 3, 45.0)):
        sizes = ((seen, d), (seen, e), (d,), (d,), (e,))
        yield tuple(scale * random.normal(size=size) for size in sizes)


def _with(output):
    """The right cache, with another output."""
    return lambda keys, values, q, k, v: (output(keys, values, q, k, v), *cached_step(keys, values, q, k, v)[1:])


def _raw_exponentials(q, keys, values):
    weights = np.exp(keys @ q / np.sqrt(len(q)))
    return weights / weights.sum() @ values


def _show_step(arguments, expected, got):
    for name, right, own in zip(("the output", "keys", "values"), expected, got, strict=True):
        own = np.asarray(own, float)
        if right.shape != own.shape:
            return f"after {len(arguments[0])} tokens: {name} has the shape {right.shape}, yours has {own.shape}"
        if not alike(right, own):
            at = first_difference(right, own)
            return f"{name}: at {[int(i) for i in at]} right is {right[at]:.4g}, yours is {own[at]:.4g}"
    return "the cache"


CACHED = Exercise(
    cached_step,
    list(_steps()),
    {
        "read before written": (
            _with(lambda K, V, q, k, v: _out(q, K, V) if len(K) else 0 * v),
            "the output was read before this token was in the cache: a token sees itself",
        ),
        "no past": (
            _with(lambda K, V, q, k, v: v),
            "that is the value of the new token alone: its query meets all keys of the cache",
        ),
        "cache as it was": (
            lambda K, V, q, k, v: (cached_step(K, V, q, k, v)[0], K, V),
            "the output is right, and the cache did not grow: return it with the new key and the new value",
        ),
        "values forgotten": (
            lambda K, V, q, k, v: (*cached_step(K, V, q, k, v)[:2], V),
            "the keys grew and the values did not: a token leaves both",
        ),
        "new token first": (
            lambda K, V, q, k, v: (cached_step(K, V, q, k, v)[0], np.r_[k[None], K], np.r_[v[None], V]),
            "the new token went in first: append it at the end",
        ),
        "keys and values exchanged": (
            lambda K, V, q, k, v: cached_step(K, V, q, k, v)[::2] + cached_step(K, V, q, k, v)[1:2],
            "keys and values are exchanged in what you return: output, keys, values",
        ),
        "no scale": (
            _with(lambda K, V, q, k, v: _out(q, np.r_[K, k[None]], np.r_[V, v[None]], scale=lambda d: 1)),
            "the division by √d is missing",
        ),
        "divided by d": (
            _with(lambda K, V, q, k, v: _out(q, np.r_[K, k[None]], np.r_[V, v[None]], scale=lambda d: d)),
            "divided by d: it is the square root of d",
        ),
        "the key asks": (
            _with(lambda K, V, q, k, v: _out(k, np.r_[K, k[None]], np.r_[V, v[None]])),
            "the new key was compared with the keys: the query asks",
        ),
        "exponentials too large": (
            _with(lambda K, V, q, k, v: _raw_exponentials(q, np.r_[K, k[None]], np.r_[V, v[None]])),
            "right for small scores, but e^710 is beyond every float: take the largest score away first",
        ),
        "only the output": (
            lambda K, V, q, k, v: cached_step(K, V, q, k, v)[0],
            "return three things: the output, the keys and the values",
        ),
    },
    "the last row of causal attention, and no earlier token was computed again",
    show=_show_step,
    hints=(
        "What does the new token leave behind for the tokens after it? Append that first.",
        "No mask is needed: the future is not in the cache.",
        "`np.concatenate([keys, k[None]])` has one row more. The scores are the rows times q, divided by √d.",
    ),
)


def _show_bytes(arguments, expected, got):
    layers, kv_heads, features, tokens, bits = arguments
    model = f"{layers} layers, {kv_heads} KV heads of {features} features, {tokens:,} tokens, {bits} bits"
    return f"{model}: {expected:,.0f} bytes, yours {got:,.10g}"


BYTES = Exercise(
    cache_bytes,
    [(1, 1, 4, 3, 16), (2, 4, 12, 64, 32), (32, 8, 128, 8192, 16), (32, 32, 128, 1000, 8), (5, 3, 7, 11, 4)],
    {
        "keys alone": (
            lambda L, g, d, n, bits: L * g * n * d * bits / 8,
            "half of it: a key *and* a value of so many features are kept",
        ),
        "one layer": (
            lambda L, g, d, n, bits: g * n * 2 * d * bits / 8,
            "that is one layer: each layer has keys and values of its own",
        ),
        "one head": (
            lambda L, g, d, n, bits: L * n * 2 * d * bits / 8,
            "that is one KV head: each keeps keys and values of its own",
        ),
        "bits": (lambda L, g, d, n, bits: L * g * n * 2 * d * bits, "those are bits: a byte has 8"),
        "numbers": (
            lambda L, g, d, n, bits: L * g * n * 2 * d,
            "that is how many numbers are kept: each takes so many bits",
        ),
        "bytes for bits": (
            lambda L, g, d, n, bits: L * g * n * 2 * d * 2,
            "you took 16 bits for each number: the number of bits is given",
        ),
        "a matrix of scores": (
            lambda L, g, d, n, bits: L * g * n * n * bits / 8,
            "that is a score for each pair of tokens: scores are not kept, keys and values are",
        ),
        "squared": (
            lambda L, g, d, n, bits: L * g * n * d * d * bits / 8,
            "that has d² numbers for each token: a key has d features, a value too",
        ),
        "1,024 for 1,000": (
            lambda L, g, d, n, bits: L * g * n * 2 * d * bits / 8 / 1024,
            "those are units of 1,024 bytes: asked are bytes",
        ),
    },
    "it grows with the text, the layers and the heads that keep, and not with the heads that ask",
    show=_show_bytes,
    hints=(
        "How many numbers does one KV head of one layer keep for one token?",
        "A key of d features and a value of d features. How often does the model have that?",
        "layers · KV heads · tokens · 2 · features numbers, and each takes bits / 8 bytes.",
    ),
)
