"""Exercises on counting: the multiply-adds of a separable convolution, the parameters of a Fire module.

Well-known mistakes  a stride that divides once instead of twice; groups that nobody counted; FLOPs sold as MACs;
biases forgotten, filters that read the wrong number of channels
"""

import math

from edukit.checks.verdict import Exercise


def separable_macs(shape, out_channels, kernel, stride, groups):
    """Multiply-adds of a depthwise convolution with that stride, then a 1x1 convolution in groups; shape (M, H, W)."""
    M, H, W = shape
    places = math.ceil(H / stride) * math.ceil(W / stride)
    return places * (kernel**2 * M + M * out_channels // groups)


def fire_parameters(in_channels, squeeze, expand1, expand3):
    """Weights and biases: 1x1 to `squeeze`, then 1x1 and 3x3 side by side, each reading the squeezed channels."""
    weights = in_channels * squeeze + squeeze * expand1 + 9 * squeeze * expand3
    return weights + squeeze + expand1 + expand3


def _show_macs(arguments, expected, got):
    shape, out_channels, kernel, stride, groups = arguments
    job = f"{shape} to {out_channels} channels, {kernel}x{kernel}, stride {stride}, {groups} group{'s' * (groups > 1)}"
    return f"{job}: {expected:,} MACs, yours {got:,.10g}"


def _counted(rule, places=lambda H, W, s: math.ceil(H / s) * math.ceil(W / s)):
    """A wrong separable_macs: a rule for each place of the output, or another number of places."""

    def macs(shape, out_channels, kernel, stride, groups):
        M, H, W = shape
        return places(H, W, stride) * rule(M, out_channels, kernel, groups)

    return macs


def _right(M, N, k, g):
    return k * k * M + M * N // g


def _depthwise_before_the_stride(shape, out_channels, kernel, stride, groups):
    M, H, W = shape
    return H * W * kernel**2 * M + math.ceil(H / stride) * math.ceil(W / stride) * M * out_channels // groups


SEPARABLE = Exercise(
    separable_macs,
    [
        ((8, 10, 10), 16, 3, 1, 1),
        ((8, 10, 10), 16, 5, 2, 1),
        ((12, 9, 7), 18, 3, 2, 3),
        ((32, 28, 28), 64, 3, 1, 4),
        ((6, 11, 11), 12, 7, 3, 2),
        ((240, 14, 14), 240, 3, 2, 3),
    ],
    {
        "standard": (
            _counted(lambda M, N, k, g: k * k * M * N),
            "that is one standard convolution: here k x k sees one channel at a time, and a 1x1 mixes them",
        ),
        "product": (
            _counted(lambda M, N, k, g: k * k * M * M * N // g),
            "the two layers run one after the other: add their costs, do not multiply them",
        ),
        "depthwise as standard": (
            _counted(lambda M, N, k, g: k * k * M * M + M * N // g),
            "the depthwise layer is counted as a standard one: each of its filters reads one channel, not M",
        ),
        "depthwise out": (
            _counted(lambda M, N, k, g: k * k * N + M * N // g),
            "the depthwise layer has M channels, those that come in: N exist only behind the 1x1",
        ),
        "k not squared": (
            _counted(lambda M, N, k, g: k * M + M * N // g),
            "a filter of k x k multiplies k² times at each place",
        ),
        "stride ignored": (
            _counted(_right, lambda H, W, s: H * W),
            "the stride is ignored: only every so many-th row and column is computed",
        ),
        "stride once": (
            _counted(_right, lambda H, W, s: math.ceil(H * W / s)),
            "the stride divides once: it skips rows and columns, so it divides height and width",
        ),
        "rounded down": (
            _counted(_right, lambda H, W, s: (H // s) * (W // s)),
            "an odd image at stride 2 keeps its last row and column: round H / stride and W / stride up",
        ),
        "depthwise before the stride": (
            _depthwise_before_the_stride,
            "the depthwise layer is counted on the large image: the stride is its own, it computes the small one",
        ),
        "groups ignored": (
            _counted(lambda M, N, k, g: k * k * M + M * N),
            "the groups are ignored: an output of the 1x1 reads only the M / groups channels of its group",
        ),
        "groups squared": (
            _counted(lambda M, N, k, g: k * k * M + M * N // g**2),
            "the groups divide twice: each has M / g by N / g weights, but there are g of them",
        ),
        "groups everywhere": (
            _counted(lambda M, N, k, g: (k * k * M + M * N) // g),
            "the groups divide the depthwise layer too: it is in M groups already, these are those of the 1x1",
        ),
        "FLOPs": (
            _counted(lambda M, N, k, g: 2 * _right(M, N, k, g)),
            "twice too many: a MAC is a multiplication with its addition, two FLOPs",
        ),
        "weights": (
            _counted(_right, lambda H, W, s: 1),
            "these are the weights: each of them multiplies once at every place of the output",
        ),
    },
    "every stride, group and odd image counted: so does count_macs, by watching the layers run",
    show=_show_macs,
    hints=(
        "How many places does the depthwise layer make? Both layers work at exactly these.",
        "At each place: k² for each of the M channels, and for each output as many as it reads.",
        "`-(-H // stride)` rounds up. In `groups` groups, each output reads M / groups channels.",
    ),
)


def _show_fire(arguments, expected, got):
    M, S, E1, E3 = arguments
    return f"{M} channels, squeezed to {S}, expanded to {E1} + {E3}: {expected:,} parameters, yours {got:,.10g}"


def _wrong_fire(weights, biases=lambda M, S, E1, E3: S + E1 + E3):
    return lambda *sizes: weights(*sizes) + biases(*sizes)


def _fire_weights(M, S, E1, E3):
    return M * S + S * E1 + 9 * S * E3


FIRE = Exercise(
    fire_parameters,
    [(96, 16, 64, 64), (128, 16, 64, 64), (8, 3, 5, 7), (512, 64, 256, 256), (10, 1, 20, 4), (7, 7, 3, 11)],
    {
        "biases forgotten": (
            _wrong_fire(_fire_weights, lambda M, S, E1, E3: 0),
            "the biases are missing: SqueezeNet has no batch norm, each of its filters has a bias",
        ),
        "squeeze without bias": (
            _wrong_fire(_fire_weights, lambda M, S, E1, E3: E1 + E3),
            "the squeezed channels have biases too, one each",
        ),
        "batch norm": (
            _wrong_fire(_fire_weights, lambda M, S, E1, E3: 2 * (S + E1 + E3)),
            "two numbers for each channel are those of a batch norm: SqueezeNet has biases instead, one each",
        ),
        "in series": (
            _wrong_fire(lambda M, S, E1, E3: M * S + S * E1 + 9 * E1 * E3),
            "the 3x3 filters read the squeezed channels, side by side with the 1x1 filters, not behind them",
        ),
        "in series, no biases": (
            _wrong_fire(lambda M, S, E1, E3: M * S + S * E1 + 9 * E1 * E3, lambda *sizes: 0),
            "two things are wrong: the 3x3 filters read the squeezed channels, and the biases are missing",
        ),
        "not squeezed": (
            _wrong_fire(lambda M, S, E1, E3: M * S + S * E1 + 9 * M * E3),
            "the 3x3 filters read the squeezed channels only: that is what the squeeze is for",
        ),
        "all 3x3": (
            _wrong_fire(lambda M, S, E1, E3: M * S + 9 * S * (E1 + E3)),
            "half of the expanding filters are 1x1: E1 of them have one weight for each squeezed channel",
        ),
        "squeeze 3x3": (
            _wrong_fire(lambda M, S, E1, E3: 9 * M * S + S * E1 + 9 * S * E3),
            "the squeeze is a 1x1 convolution",
        ),
        "k not squared": (
            _wrong_fire(lambda M, S, E1, E3: M * S + S * E1 + 3 * S * E3),
            "a 3x3 filter has nine weights for each channel that it reads",
        ),
    },
    "weights and biases: eight of these, a stem and a last 1x1 are SqueezeNet's 1,248,424",
    show=_show_fire,
    hints=(
        "Which channels do the 3x3 filters read? Look at *side by side* in the table of formulas.",
        "SqueezeNet has no batch norm. What does each of its filters have instead?",
        "There are three convolutions, and each filter of them has a bias.",
    ),
)
