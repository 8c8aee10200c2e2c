"""The panels of lesson 10: where a place looks, scores by blocks, costs against length, the weight on one key."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.networks.attention_fill import AttentionFillPlot
from edukit.plots.drawings.networks.block_fill import BlockFillPlot
from edukit.plots.networks.attention import (
    FEATURES,
    SHARPNESS,
    SHORTEST,
    CostPlot,
    RecallPlot,
    WhereItLooksPlot,
)
from edukit.plots.networks.language_model import MOST_DOUBLINGS, CachePlot, SharePlot
from edukit.plots.networks.sinks import MOST, SinksPlot
from edukit.plots.networks.written import WrittenPlot


def where_it_looks(encoder, images, *, layer: int = 1) -> Panel:
    """One place of an image, and the weights it lays on all others: by softmax, and by φ(q)·φ(k) of the same q and k.

    encoder   an EncoderClassifier for images of 32x32 · images (B, 3, 32, 32) · layer 0 or 1

    >>> import torch
    >>> from edukit.networks import EncoderClassifier
    >>> where_it_looks(EncoderClassifier(), torch.zeros(2, 3, 32, 32)).description[:38]
    'Image 1, row 4, column 4, head 1: soft'
    """
    plot = partial(WhereItLooksPlot, encoder=encoder, images=images, layer=layer)
    controls = dict(image=(1, len(images), 1), row=(1, 8, 4), column=(1, 8, 4), head=(1, 4, 1))
    return Panel(plot, **controls, figsize=(8.0, 3.1))


def cost(costs, *, d: int = 64) -> Panel:
    """Multiply-adds, time and memory against the length; costs as from `measure_cost`.

    >>> from edukit.experiments.networks.attention_cost import measure_cost
    >>> cost(measure_cost([16, 32], d=8), d=8).description[:50]
    'N = 16: softmax 4,096 multiply-adds and linear 2,0'
    """
    doublings = (max(next(iter(costs.values()))) // SHORTEST).bit_length() - 1
    return Panel(
        partial(CostPlot, costs=costs, d=d), doublings=(0, doublings, max(0, doublings - 1)), figsize=(8.5, 3.3)
    )


def recall() -> Panel:
    """The weight on the one key that is meant, among more and more keys.

    >>> recall().description[:34]
    'Sharpness 2, 8 features: among 1,0'
    """
    low, high = min(SHARPNESS), max(SHARPNESS)
    return Panel(RecallPlot, sharpness=(low, high, 2), features=FEATURES, still={"sharpness": 6}, figsize=(7.5, 3.6))


def two_ways() -> Panel:
    """What softmax attention and linear attention hold of a sequence, position by position.

    >>> two_ways().description[:8]
    'Position'
    """
    return Panel(AttentionFillPlot, step=(0, 12, 0), play="step", still={"step": 9})


def block_by_block() -> Panel:
    """Softmax attention by blocks: what is held of a row of blocks, step by step.

    >>> block_by_block().description[:26]
    '0 of 6 blocks seen. All sc'
    """
    return Panel(BlockFillPlot, step=(0, 6, 0), play="step", still={"step": 5})


def share_of_attention() -> Panel:
    """How much of a language model's work is attention, against the length of the text.

    >>> share_of_attention().description[:36]
    '1,024 tokens: attention takes 1.9% o'
    """
    return Panel(SharePlot, doublings=(0, MOST_DOUBLINGS, 2), figsize=(7.0, 3.0))


def cache() -> Panel:
    """The bytes of the KV cache against the length of a conversation, beside a phone's memory.

    >>> cache().description[:42]
    '8,192 tokens, KV heads: 8, 16 bits: the ca'
    """
    controls = dict(doublings=(0, MOST_DOUBLINGS, 5), kv_heads=[8, 32, 1], bits=[16, 8, 4])
    return Panel(CachePlot, **controls, figsize=(7.0, 3.2))


def written(model, texts, *, prompt: int) -> Panel:
    """Digits as a model writes them, token by token, and the growing cache.

    model   a Writer · texts (B, 65) as `write` gives them · prompt: how many tokens were given

    >>> import torch
    >>> from edukit.networks.writer import Writer
    >>> written(Writer(1), torch.zeros(2, 65), prompt=33).description[:15]
    '33 of 65 tokens'
    """
    plot = partial(WrittenPlot, model=model, texts=texts, prompt=prompt)
    return Panel(plot, tokens=(prompt, 65, prompt), play="tokens", still={"tokens": 65}, figsize=(7.0, 2.5))


def sinks(model, texts) -> Panel:
    """The weights of one head with a window of recent tokens, and with first tokens that stay.

    model   a reader as `edukit.experiments.networks.back_copy.reader` gives · texts (B, 65), of which one is shown

    >>> from edukit.experiments.networks.back_copy import reader, texts
    >>> sinks(reader(0, epochs=1), texts(2)).description[:50]
    'Cache: a window of 4, first tokens kept: 0. The re'
    """
    plot = partial(SinksPlot, model=model, texts=texts)
    return Panel(plot, window=(1, MOST, 4), sinks=(0, 2, 0), still={"sinks": 1}, figsize=(7.0, 4.2))
