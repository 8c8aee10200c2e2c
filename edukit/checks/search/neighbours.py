"""An exercise on mutation: neighbours(architecture, costs, limit) -> architectures one choice away, within the limit.

    costs   {choice: {option: cost}}; an architecture costs the sum over its choices, and may cost up to the limit

Well-known mistakes  the limit is looked at for the parent, for the new option alone, or never
"""

from edukit.checks.verdict import Exercise


def neighbours_by_hand(architecture, costs, limit):
    """Every architecture that differs from the given one in exactly one choice and costs at most the limit."""
    found = []
    for name, options in costs.items():
        for option in options:
            child = {**architecture, name: option}
            cost = sum(costs[choice][child[choice]] for choice in costs)
            if child != architecture and cost <= limit:
                found.append(child)
    return found


def _every(architecture, costs):
    """All neighbours, whatever they cost."""
    return neighbours_by_hand(architecture, costs, float("inf"))


def _cost(architecture, costs):
    return sum(costs[name][option] for name, option in architecture.items())


def _two_away(architecture, costs, limit):
    children = [grandchild for child in _every(architecture, costs) for grandchild in _every(child, costs)]
    unique = {tuple(child.items()): child for child in children}
    return [child for child in unique.values() if _cost(child, costs) <= limit]


def _with_parent(architecture, costs, limit):
    return [dict(architecture), *neighbours_by_hand(architecture, costs, limit)]


def _parent_again(architecture, costs, limit):
    """The parent once for each choice, as a loop over all options gives it."""
    own = [dict(architecture) for _ in costs] if _cost(architecture, costs) <= limit else []
    return [*neighbours_by_hand(architecture, costs, limit), *own]


def _sorted(architectures):
    return sorted(repr(sorted(architecture.items(), key=str)) for architecture in architectures)


def _agree(_, expected, got) -> bool:
    return isinstance(got, list | tuple) and _sorted(expected) == _sorted(got)


def _show(arguments, expected, got):
    architecture, costs, limit = arguments
    told = len(got) if isinstance(got, list | tuple) else repr(got)[:30]
    asked = ", ".join(f"{name} {option}" for name, option in architecture.items())
    return f"from {asked} with limit {limit} there are {len(expected)} neighbours, yours: {told}"


SMALL = {"kernel": {3: 9, 5: 25}, "width": {8: 10, 16: 20}}
LARGE = {"kernel": {3: 2, 5: 4, 7: 7}, "width": {8: 1, 16: 3, 32: 8}, "depth": {1: 1, 2: 2, 3: 3}}

NEIGHBOURS = Exercise(
    neighbours_by_hand,
    [
        ({"kernel": 3, "width": 8}, SMALL, 100),
        ({"kernel": 3, "width": 8}, SMALL, 30),
        ({"kernel": 3, "width": 16}, SMALL, 35),
        ({"kernel": 5, "width": 16}, SMALL, 35),
        ({"kernel": 5, "width": 16, "depth": 2}, LARGE, 9),
        ({"kernel": 7, "width": 32, "depth": 3}, LARGE, 13),
        ({"kernel": 3, "width": 8, "depth": 1}, LARGE, 4),
        ({"kernel": 3, "width": 8, "depth": 1}, LARGE, 3),
        ({"skip": True, "bits": 8}, {"skip": {True: 0, False: 0}, "bits": {4: 4, 8: 8, 2: 2}}, 8),
    ],
    {
        "no limit": (
            lambda a, costs, limit: _every(a, costs),
            "the limit is never looked at: each child must be asked what it costs",
        ),
        "the parent's cost": (
            lambda a, costs, limit: _every(a, costs) if _cost(a, costs) <= limit else [],
            "the limit is asked of the parent: it is the child that must keep it",
        ),
        "the option's cost alone": (
            lambda a, costs, limit: [
                {**a, name: option}
                for name in costs
                for option in costs[name]
                if option != a[name] and costs[name][option] <= limit
            ],
            "that compares the new option alone: an architecture costs the sum over all its choices",
        ),
        "below the limit": (
            lambda a, costs, limit: [c for c in _every(a, costs) if _cost(c, costs) < limit],
            "a child that costs exactly the limit keeps it",
        ),
        "the parent as well": (_with_parent, "the parent itself is among them: a neighbour differs in one choice"),
        "the parent again and again": (
            _parent_again,
            "the parent is among them, once for each choice: an option that does not change is no neighbour",
        ),
        "the first choice alone": (
            lambda a, costs, limit: [
                c for c in neighbours_by_hand(a, costs, limit) if c[next(iter(costs))] != a[next(iter(costs))]
            ],
            "only the first choice changes: every choice has its turn",
        ),
        "cheaper ones": (
            lambda a, costs, limit: [c for c in _every(a, costs) if _cost(c, costs) <= min(limit, _cost(a, costs))],
            "only cheaper children are there: a child may cost more than its parent, up to the limit",
        ),
        "two changes": (_two_away, "two choices change at a time: change one, and put it back"),
        "the next option alone": (
            lambda a, costs, limit: [
                child
                for name in costs
                for child in [{**a, name: [*costs[name], *costs[name]][[*costs[name]].index(a[name]) + 1]}]
                if _cost(child, costs) <= limit
            ],
            "only the next option of each choice is tried: all other options are neighbours too",
        ),
    },
    "every neighbour is within the limit, so a search that moves among them never leaves it",
    agree=_agree,
    show=_show,
    hints=(
        "How many choices differ between an architecture and its neighbour? Write a loop over the choices first.",
        "Inside it, a loop over the options of that choice: copy the dict, set the option. Is it a new architecture?",
        "What a child costs is a sum over all choices of costs[choice][its option]; keep it if that is at most limit.",
    ),
)
