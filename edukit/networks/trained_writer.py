"""Trained writers, bundled: models that write digits pixel by pixel, whose four heads keep 4, 2 or 1 keys and values.

    trained_writer(kv_heads, seed) ─ SHA-256 on the card? ─> Writer in evaluation mode, weights in float32

Each was trained three times, from seeds 0, 1 and 2. The files hold float16; the bits on datasets/writers.md are those
after that rounding.

In production  the Hugging Face Hub holds trained weights; safetensors is their format
"""

import torch
from safetensors.torch import load

from edukit import bundled
from edukit.checked import checked
from edukit.networks.writer import Writer

KV_HEADS = (4, 2, 1)
SEEDS = (0, 1, 2)


@checked
def trained_writer(kv_heads: int = 4, seed: int = 0) -> Writer:
    """The trained writer with that many KV heads.

    Raises ValueError for what is not bundled, and for a file whose SHA-256 is not the one on its card.

    >>> sum(weight.numel() for weight in trained_writer(1).parameters()) < 45_000
    True
    """
    if kv_heads not in KV_HEADS:
        raise ValueError(f"kv_heads must be one of {', '.join(map(str, KV_HEADS))}, got {kv_heads!r}")
    if seed not in SEEDS:
        raise ValueError(f"seed must be one of {', '.join(map(str, SEEDS))}, got {seed!r}")
    content = bundled.intact(f"datasets/writers/writer_{kv_heads}_{seed}.safetensors", "datasets/writers.md")
    with torch.random.fork_rng(devices=[]):  # the first weights are drawn only to be replaced
        model = Writer(kv_heads)
    model.load_state_dict(load(content))
    return model.eval()
