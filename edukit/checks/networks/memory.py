"""An exercise on peak memory: the values that an inverted residual block holds at a time.

Well-known mistakes  one value instead of two; all values at once; an input that the residual addition still needs
"""

from edukit.checks.verdict import Exercise


def peak_values(channels, expansion, out_channels, size, stride):
    """The most numbers alive at a time: widen, depthwise with that stride, narrow, and an addition where shapes fit."""
    small = -(-size // stride)
    given = channels * size**2
    wide = channels * expansion * size**2
    filtered = channels * expansion * small**2
    made = out_channels * small**2
    held = given if stride == 1 and channels == out_channels else 0
    return max(given + wide, held + wide + filtered, held + filtered + made)


def _show(arguments, expected, got):
    channels, expansion, out_channels, size, stride = arguments
    block = f"{channels} to {out_channels} channels, widened {expansion} times, {size}x{size}, stride {stride}"
    return f"{block}: {expected:,} values, yours {got:,.10g}"


def _wrong(rule, small=lambda size, stride: -(-size // stride), area=lambda size: size**2):
    """A wrong answer: a rule for the sizes of the four values and what the addition holds."""

    def peak(channels, expansion, out_channels, size, stride):
        after = area(small(size, stride))
        before = area(size)
        wide = channels * expansion
        held = channels * before if stride == 1 and channels == out_channels else 0
        return rule(channels * before, wide * before, wide * after, out_channels * after, held)

    return peak


def _right(given, wide, filtered, made, held):
    return max(given + wide, held + wide + filtered, held + filtered + made)


PEAK = Exercise(
    peak_values,
    [
        (8, 6, 16, 10, 1),
        (8, 6, 8, 10, 1),
        (8, 6, 16, 10, 2),
        (16, 6, 24, 7, 2),
        (8, 2, 16, 12, 2),
        (4, 2, 40, 6, 1),
        (24, 6, 24, 56, 1),
        (3, 4, 3, 5, 3),
        (2, 2, 40, 5, 3),
    ],
    {
        "the largest value": (
            _wrong(lambda given, wide, filtered, made, held: max(given, wide, filtered, made)),
            "that is the largest value alone: while a layer writes its output, its input is still there",
        ),
        "all at once": (
            _wrong(lambda given, wide, filtered, made, held: given + wide + filtered + made),
            "those are all four values: a value that nobody reads any more has left the memory",
        ),
        "residual forgotten": (
            _wrong(lambda given, wide, filtered, made, held: _right(given, wide, filtered, made, 0)),
            "the addition at the end needs the input of the block: until then the input stays alive",
        ),
        "residual always": (
            _wrong(lambda given, wide, filtered, made, held: _right(given, wide, filtered, made, given)),
            "here no input is added, because the shapes differ: then the input goes as soon as it has been widened",
        ),
        "only the depthwise layer": (
            _wrong(lambda given, wide, filtered, made, held: held + wide + filtered),
            "that is the depthwise layer alone: another of the three layers can hold more",
        ),
        "only the first layer": (
            _wrong(lambda given, wide, filtered, made, held: given + wide),
            "that is the first layer alone: ask all three, and take the largest sum",
        ),
        "the depthwise layer in place": (
            _wrong(lambda given, wide, filtered, made, held: max(given + wide, held + wide, held + filtered + made)),
            "that lets the depthwise layer write over its input: here it has an output of its own",
        ),
        "stride ignored": (
            _wrong(_right, small=lambda size, stride: size),
            "the stride is ignored: what the depthwise layer makes is smaller than what it reads",
        ),
        "rounded down": (
            _wrong(_right, small=lambda size, stride: size // stride),
            "an odd image at stride 2 keeps its last row and column: round size / stride up",
        ),
        "not squared": (
            _wrong(_right, area=lambda size: size),
            "an image of this size has size times size places",
        ),
        "bytes": (
            lambda *sizes: 4 * peak_values(*sizes),
            "four times too many: asked are values, yours are bytes of float32",
        ),
        "weights": (
            lambda M, t, N, size, stride: M * M * t + 9 * M * t + M * t * N,
            "those are the weights: asked are the values that the layers read and write",
        ),
    },
    "two values at a time, three where the input waits: so says peak_bytes, by following every value",
    show=_show,
    hints=(
        "Three layers run. What does each of them read, and what does it write?",
        "At each layer two values are alive. Where the input is added at the end, it is a third one from layer 2 on.",
        "Input + widened, widened + filtered, filtered + output: the last two plus what the addition holds.",
    ),
)
