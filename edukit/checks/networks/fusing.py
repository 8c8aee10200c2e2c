"""An exercise on fusion: three branches with their batch norms become one 3x3 convolution.

Well-known mistakes  a 1x1 filter in a corner or everywhere; an identity that mixes channels; factors on the wrong axis
"""

import numpy as np

from edukit.checks.verdict import Exercise


def one_kernel(three, one, factors, shifts):
    """The filters (N, N, 3, 3) and biases (N,) of one convolution; factors and shifts: (3, N), a row for a branch."""
    f = factors[:, :, None, None, None]
    weight = f[0] * three
    weight[:, :, 1:2, 1:2] += f[1] * one
    weight[:, :, 1, 1] += np.diag(factors[2])
    return weight, shifts.sum(axis=0)


def _question(channels, seed):
    drawn = np.random.default_rng(seed)
    three, one = (drawn.normal(size=(channels, channels, k, k)).round(1) for k in (3, 1))
    return three, one, drawn.uniform(0.5, 2, (3, channels)).round(1), drawn.normal(size=(3, channels)).round(1)


PLAIN = (
    np.zeros((2, 2, 3, 3)),
    np.array([[2.0, 3.0], [4.0, 5.0]])[:, :, None, None],
    np.array([[1.0, 1.0], [10.0, 100.0], [0.5, 0.25]]),
    np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]),
)


def _show(arguments, expected, got):
    weight, bias = got
    right, yours = ([np.shape(part) for part in pair] for pair in (expected, got))
    if right != yours:
        return f"right are the shapes {right}, yours are {yours}"
    if not np.allclose(bias, expected[1]):
        return f"right biases {_listed(expected[1])}, yours {_listed(bias)}"
    worst = np.unravel_index(np.argmax(np.abs(weight - expected[0])), expected[0].shape)
    place = tuple(int(i) for i in worst)
    return f"at {place} of the filters belongs {expected[0][place]:.4g}, yours has {weight[place]:.4g}"


def _listed(values):
    return ", ".join(f"{value:.3g}" for value in np.ravel(values)[:4])


def _wrong(one_at=(1, 1), axis=0, identity=np.eye, biases=lambda f, s: s.sum(0)):
    """A wrong answer: what differs from the right one."""

    def answer(three, one, factors, shifts):
        f = factors[:, :, None, None, None] if axis == 0 else factors[:, None, :, None, None]
        weight = f[0] * three
        add = f[1] * one[:, :, 0, 0][:, :, None, None]
        if one_at is None:
            weight = weight + add
        else:
            weight[:, :, one_at[0], one_at[1]] += add[:, :, 0, 0]
        weight[:, :, 1, 1] += factors[2][:, None] * identity(len(three))
        return weight, biases(factors, shifts)

    return answer


def _scaled_late(three, one, factors, shifts):
    weight = three + np.pad(one, ((0, 0), (0, 0), (1, 1), (1, 1)))
    weight[:, :, 1, 1] += np.eye(len(three))
    return weight * factors.sum(0)[:, None, None, None], shifts.sum(0)


def _without_factors(three, one, factors, shifts):
    return one_kernel(three, one, np.ones_like(factors), shifts)


FUSION = Exercise(
    one_kernel,
    [PLAIN, *(_question(channels, seed) for seed, channels in enumerate((2, 3, 1, 4, 8)))],
    {
        "no identity": (
            _wrong(identity=lambda n: np.zeros((n, n))),
            "the third branch is missing: the input itself is a filter too, 1 in the middle of a channel's own filter",
        ),
        "an identity that mixes": (
            _wrong(identity=lambda n: np.ones((n, n))),
            "the third branch mixes channels: output i takes its own input i alone",
        ),
        "the 1x1 in a corner": (
            _wrong(one_at=(0, 0)),
            "the 1x1 filter stands in a corner: it reads the place itself, which is the middle of a 3x3 filter",
        ),
        "the 1x1 everywhere": (
            _wrong(one_at=None),
            "the 1x1 filter was added at all nine places: it reads the middle only",
        ),
        "factors on the inputs": (
            _wrong(axis=1),
            "the factors belong to the outputs, axis 0 of the filters: a norm scales what the convolution made",
        ),
        "without factors": (
            _without_factors,
            "the factors are missing: each branch is scaled by its own norm before it is added",
        ),
        "scaled after the sum": (
            _scaled_late,
            "the filters were added first: each branch has its own factors, so scale before you add",
        ),
        "shifts scaled": (
            _wrong(biases=lambda f, s: (f * s).sum(0)),
            "the shifts were scaled: a norm multiplies first, and adds its shift to the result",
        ),
        "one shift": (
            _wrong(biases=lambda f, s: s[0]),
            "that is the shift of the first branch: the shifts of all three add up",
        ),
        "mean of the shifts": (
            _wrong(biases=lambda f, s: s.mean(0)),
            "that is the mean of the shifts: the branches are added, and so are their shifts",
        ),
        "all filters alike": (
            lambda three, one, f, s: one_kernel(three, one.swapaxes(0, 1), f, s),
            "rows and columns of the 1x1 filters changed places: axis 0 is the output in both kinds of filters",
        ),
    },
    "three branches, one convolution: nothing is lost, because a convolution is linear",
    show=_show,
    hints=(
        "A convolution is linear: filters of one size add up. How does a 1x1 filter look as a 3x3 filter?",
        "Scale each branch by its own factors along axis 0. Then the 1x1 filters go to the middle, `[:, :, 1, 1]`.",
        "The input itself is a 1x1 filter too: 1 for a channel's own input, 0 for all others. `np.diag` makes it.",
    ),
)
