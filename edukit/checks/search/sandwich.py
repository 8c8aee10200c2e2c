"""An exercise on the sandwich rule: sandwich(options, small, drawn) -> the networks that train in one step.

    largest, smallest, and those that were drawn; what may not be small yet is as large as it can be

Well-known mistakes  an end is missing; a choice is small before its phase has begun
"""

from edukit.checks.verdict import Exercise


def sandwich_by_hand(options, small, drawn):
    """The choices of one step: the largest, the smallest, the drawn ones, each only as small as it may be."""
    largest = {name: max(values) for name, values in options.items()}
    smallest = {name: min(values) for name, values in options.items()}
    networks = [largest]
    for choice in [smallest, *drawn]:
        networks.append({name: choice[name] if name in small else largest[name] for name in options})
    return networks


def _first_and_last(options, small, drawn):
    """The order of the options, taken for their size."""
    largest = {name: values[-1] for name, values in options.items()}
    smallest = {name: values[0] for name, values in options.items()}
    bound = [{n: c[n] if n in small else largest[n] for n in options} for c in [smallest, *drawn]]
    return [largest, *bound]


def _smallest_unbound(options, small, drawn):
    largest, _, *others = sandwich_by_hand(options, small, drawn)
    return [largest, {name: min(values) for name, values in options.items()}, *others]


def _sorted(networks):
    return sorted(repr(sorted(network.items())) for network in networks)


def _agree(_, expected, got) -> bool:
    return isinstance(got, list | tuple) and _sorted(expected) == _sorted(got)


def _show(arguments, expected, got):
    _, small, drawn = arguments
    told = [_short(network) for network in got] if _networks(got) else repr(got)[:40]
    return f"{' and '.join(small)} may be small: {' '.join(map(_short, expected))}, yours {' '.join(told)}"


def _networks(got):
    return isinstance(got, list | tuple) and all(isinstance(network, dict) for network in got)


def _short(network):
    return "(" + " ".join(str(value) for value in network.values()) + ")"


OPTIONS = {"kernel": (3, 5), "width": (2, 4, 6), "depth": (1, 2)}
TURNED = {"kernel": (7, 3, 5), "width": (4, 6, 3), "depth": (2, 1)}
ONE = {"kernel": 3, "width": 4, "depth": 1}
TWO = {"kernel": 5, "width": 2, "depth": 2}
THREE = {"kernel": 5, "width": 4, "depth": 1}

SANDWICH = Exercise(
    sandwich_by_hand,
    [
        (OPTIONS, ("kernel", "width", "depth"), [ONE]),
        (OPTIONS, ("kernel", "width", "depth"), [ONE, TWO]),
        (OPTIONS, ("kernel",), [ONE]),
        (OPTIONS, ("kernel", "depth"), [TWO, ONE]),
        (OPTIONS, ("kernel",), []),
        (TURNED, ("kernel", "width", "depth"), [THREE]),
        (TURNED, ("kernel", "depth"), [THREE]),
        (OPTIONS, (), [TWO]),
    ],
    {
        "no phases": (
            lambda options, small, drawn: sandwich_by_hand(options, tuple(options), drawn),
            "a choice is small before its phase: only those in `small` may be",
        ),
        "the smallest unbound": (
            _smallest_unbound,
            "the smallest network is smaller than it may be: the phase binds it as well",
        ),
        "the drawn unbound": (
            lambda options, small, drawn: [*sandwich_by_hand(options, small, []), *drawn],
            "a drawn network is smaller than it may be: the phase binds it as well",
        ),
        "without the largest": (
            lambda options, small, drawn: sandwich_by_hand(options, small, drawn)[1:],
            "the largest network is missing: it is the only one that learns the labels",
        ),
        "without the smallest": (
            lambda options, small, drawn: (
                sandwich_by_hand(options, small, drawn)[::2] + sandwich_by_hand(options, small, drawn)[3::2]
            ),
            "the smallest network is missing: it is one end of the sandwich",
        ),
        "the ends alone": (
            lambda options, small, drawn: sandwich_by_hand(options, small, []),
            "the drawn networks are missing: without them, nothing between the ends is trained",
        ),
        "the drawn alone": (
            lambda options, small, drawn: sandwich_by_hand(options, small, drawn)[2:],
            "both ends are missing: every step trains the largest and the smallest network",
        ),
        "first and last": (
            _first_and_last,
            "options may stand in any order: take the smallest and the largest value, not the first and the last",
        ),
        "the other choices": (
            lambda options, small, drawn: sandwich_by_hand(options, [n for n in options if n not in small], drawn),
            "`small` names what may be small: you shrink all others",
        ),
        "one drawn": (
            lambda options, small, drawn: sandwich_by_hand(options, small, drawn[:1]),
            "only one drawn network is there: all of `drawn` train",
        ),
    },
    "both ends learn in every step, and what lies between them comes by turns",
    agree=_agree,
    show=_show,
    hints=(
        "A sandwich has two ends, and something between them. Which networks are the ends?",
        "Build the largest from the largest option of each choice. Where may the others differ from it?",
        "For the smallest and each drawn one: its own option where the name is in `small`, else that of the largest.",
    ),
)
