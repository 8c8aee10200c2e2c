"""Exercise on mixed precision: the bits of each layer, with the least summed error that fits into a budget.

Well-known mistakes  sizes that forget the scales, or take all layers for equal; bits taken for bytes; taking the best
while it lasts; the worst layer instead of the sum
"""

import itertools

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.quantization.debug.mixed import layer_bytes

random = np.random.default_rng(5)


def cheapest_bits(errors, shapes, bits, budget_bytes):
    """The bits of each layer with the least summed error that fit, out of every combination: for a few layers."""

    def size(choice):
        return sum(layer_bytes(shape, bits[i]) for shape, i in zip(shapes, choice, strict=True))

    def error(choice):
        return sum(row[i] for row, i in zip(errors, choice, strict=True))

    every = itertools.product(range(len(bits)), repeat=len(shapes))
    best = min((choice for choice in every if size(choice) <= budget_bytes), key=error)
    return [bits[i] for i in best]


def _weights(shape):
    return int(np.prod(shape))


def _no_scales(shape, bits):
    return _weights(shape) * bits / 8


def _wrong_budget(size=layer_bytes, fits=lambda size, budget: size <= budget, worst=sum):
    """A wrong cheapest_bits: another size of a layer, another budget, or another sum; the least where nothing fits."""

    def choose(errors, shapes, bits, budget):
        every = list(itertools.product(range(len(bits)), repeat=len(shapes)))
        sizes = [sum(size(s, bits[i]) for s, i in zip(shapes, choice, strict=True)) for choice in every]
        fitting = [choice for choice, total in zip(every, sizes, strict=True) if fits(total, budget)] or every[:1]
        return [bits[i] for i in min(fitting, key=lambda c: worst([r[i] for r, i in zip(errors, c, strict=True)]))]

    return choose


def _in_turn(order):
    """Layer by layer, each takes the best that still leaves the fewest bits for the others."""

    def choose(errors, shapes, bits, budget):
        found = [bits[0]] * len(shapes)
        for i in order(errors, shapes):
            for b in bits:
                trial = [*found[:i], b, *found[i + 1 :]]
                if sum(map(layer_bytes, shapes, trial)) <= budget:
                    found = trial
        return found

    return choose


def _bit_by_bit(errors, shapes, bits, budget):
    """From the most bits down: the layer that loses least for a byte gives some away, until all fits."""
    places = [len(bits) - 1] * len(shapes)

    def price(i):
        saved = layer_bytes(shapes[i], bits[places[i]]) - layer_bytes(shapes[i], bits[places[i] - 1])
        return (errors[i][places[i] - 1] - errors[i][places[i]]) / saved

    while sum(layer_bytes(shape, bits[k]) for shape, k in zip(shapes, places, strict=True)) > budget:
        places[min((i for i, k in enumerate(places) if k), key=price)] -= 1
    return [bits[k] for k in places]


def _same_size_layers(errors, shapes, bits, budget):
    """Every layer counted as an average one."""
    channels = round(sum(shape[0] for shape in shapes) / len(shapes))
    average = channels, round(sum(map(_weights, shapes)) / len(shapes) / channels)
    return _wrong_budget()(errors, [average] * len(shapes), bits, budget)


def _uniform(errors, shapes, bits, budget):
    fitting = [b for b in bits if sum(layer_bytes(s, b) for s in shapes) <= budget]
    return [fitting[-1]] * len(shapes)


def _question(layers, bits=(2, 4, 8), chosen=None, axes=2):
    """Random layers; the budget is the size of a choice of bits, to the byte, a random one where none is given."""
    shapes = [tuple(int(n) for n in random.integers(4, 40, 2)) + (3, 3)[: axes - 2] for _ in range(layers)]
    sensitive = random.uniform(0.02, 3, (layers, 1))
    errors = sensitive * 4.0 ** -np.array(bits) * random.uniform(0.7, 1.4, (layers, len(bits)))
    chosen = random.choice(bits[:-1], layers) if chosen is None else chosen
    return errors, shapes, list(bits), sum(layer_bytes(s, int(b)) for s, b in zip(shapes, chosen, strict=True))


CHEAPEST_BITS = Exercise(
    cheapest_bits,
    [_question(n, bits) for n, bits in [(2, (2, 4, 8)), (3, (2, 4, 8)), (3, (4, 8, 16)), (4, (2, 3, 4, 8))] * 4]
    + [_question(2, (4, 8, 16), [16, 16]), _question(3, (2, 4, 8), axes=4), _question(2, (2, 4, 8), axes=4)],
    {
        "layers of one size": (
            _same_size_layers,
            "every layer is counted as if it had the average size: a bit in a large layer costs more bytes",
        ),
        "scales forgotten": (
            _wrong_budget(lambda s, b: _no_scales(s, b)),
            "over budget: each output channel stores a float32 scale, 4 bytes, unless the layer is float16",
        ),
        "one scale": (
            _wrong_budget(lambda s, b: _no_scales(s, b) + 4 * (b < 16)),
            "over budget: one scale is counted for each layer, but each output channel stores one",
        ),
        "bits for bytes": (
            _wrong_budget(lambda s, b: 8 * layer_bytes(s, b)),
            "the budget is in bytes and the sizes are in bits: eight times too strict",
        ),
        "strictly below": (
            _wrong_budget(fits=lambda size, budget: size < budget),
            "a choice that fills the budget to the last byte fits as well",
        ),
        "budget ignored": (
            _wrong_budget(fits=lambda size, budget: True),
            "over budget: these are the most bits for every layer",
        ),
        "scales in float16": (
            _wrong_budget(lambda s, b: _no_scales(s, b) + 4 * s[0]),
            "a float16 layer stores no codes, so it needs no scales either",
        ),
        "worst layer": (
            _wrong_budget(worst=max),
            "that makes the worst layer as good as possible; asked is the least sum over all layers",
        ),
        "in turn": (
            _in_turn(lambda errors, shapes: range(len(shapes))),
            "the first layers take what there is and the last ones get the rest: compare whole choices, not layers",
        ),
        "neediest first": (
            _in_turn(lambda errors, shapes: np.argsort(-errors[:, 0])),
            "the layer with the largest error takes what there is: it may be large, and others gain more for a byte",
        ),
        "bit by bit": (
            _bit_by_bit,
            "bits were given away one step at a time: the last step may save more bytes than it had to; compare whole "
            "choices",
        ),
        "the same everywhere": (
            _uniform,
            "the same bits everywhere: that fits, but some layers need them more than others",
        ),
    },
    "the least error that fits, to the byte, scales and all",
    show=lambda arguments, expected, got: (
        f"layers {arguments[1]} in {arguments[3]} bytes: {expected} has the least error, yours is {got}"
    ),
    hints=(
        "With few layers you can try everything: which choices are there, what does each weigh, and what is its error?",
        "`itertools.product(range(len(bits)), repeat=len(shapes))` gives a place in `bits` for each layer.",
        "First keep the combinations whose bytes fit, then take the one with the least summed error. Filling "
        "the budget to the last byte is allowed.",
    ),
)
