"""Make datasets/writers/: train models that write digits pixel by pixel, with four, two and one KV heads.

    python -m edukit.experiments.networks.make_writers datasets/writers        (about five minutes on one thread)

The recipe was chosen on validation digits; the bits of the test digits are measured once, with the weights as stored.
"""

import hashlib
import sys
from pathlib import Path

from safetensors.torch import save

from edukit.data import digits
from edukit.experiments.networks.make_trained import rounded
from edukit.networks.trained_writer import KV_HEADS, SEEDS
from edukit.networks.writer import Writer, as_tokens, bits_per_token, next_token_loss
from edukit.training import fit, seeded, threads

RECIPE = dict(epochs=20, batch_size=50, learning_rate=0.004)


def main(folder: str) -> None:
    """Every number of KV heads from every seed; one row of the card each."""
    data = digits()
    for kv_heads in KV_HEADS:
        for seed in SEEDS:
            model = make(kv_heads, seed, data)
            name = f"writer_{kv_heads}_{seed}.safetensors"
            print(card_row(model, Path(folder) / name, as_tokens(data.test.x)))


def make(kv_heads: int, seed: int, data, **recipe) -> Writer:
    """One model, trained, with its weights rounded to float16 as the file will hold them."""
    tokens = as_tokens(data.train.x)
    with seeded(seed), threads(1):
        split = (tokens[:, :-1], tokens[:, 1:])
        return rounded(fit(Writer(kv_heads), split, loss=next_token_loss, seed=seed, **{**RECIPE, **recipe}))


def card_row(model: Writer, path: Path, tokens) -> str:
    """Write the weights as float16, and say what they are worth."""
    content = save({name: tensor.half().contiguous() for name, tensor in model.state_dict().items()})
    path.write_bytes(content)
    bits = bits_per_token(model, tokens)
    return f"| {path.name} | {len(content):,} | {bits:.3f} | `{hashlib.sha256(content).hexdigest()}` |"


if __name__ == "__main__":
    main(*sys.argv[1:])
