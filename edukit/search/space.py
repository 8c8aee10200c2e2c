"""Search space: a list of named choices; an architecture is one option for each of them.

    space = kernel {3, 5} x width {8, 16} x depth {1, 2}        2 · 2 · 2 = 8 architectures
    {"kernel": 5, "width": 8, "depth": 2}                       one of them, a plain dict
    encode                                                      0 1 | 1 0 | 0 1, a one for each option that is taken

Symbols   n choices · o_i options of choice i · o_1 · o_2 · … · o_n architectures
Shapes    encode: (o_1 + … + o_n,) float32
Cost      a space grows as a product: 20 choices of 3 options are 3.5 billion architectures
Assumes   every choice always counts; an option that changes nothing gives one network two names
Source    Elsken, Metzen, Hutter 2019, https://arxiv.org/abs/1808.05377, section 2
In production  ConfigSpace, optuna's trial.suggest_categorical, nni.mutable
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from numbers import Real

import numpy as np

from edukit.checked import checked
from edukit.refuse import check_whole


@dataclass(frozen=True)
class LayerChoice:
    """A name and the options it can take: numbers, text, True and False, or None.

    Raises ValueError for an empty name, no options, the same option twice; TypeError for an option of another kind.

    >>> LayerChoice("kernel", (3, 5))
    LayerChoice(name='kernel', options=(3, 5))
    """

    name: str
    options: tuple

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"name must be text that is not empty, got {self.name!r}")
        if isinstance(self.options, str) or not isinstance(self.options, Iterable):
            raise TypeError(f"options of {self.name} must be a list, got {self.options!r}")
        options = tuple(_plain(option, self.name) for option in self.options)
        if not options:
            raise ValueError(f"options of {self.name} must hold at least one option, got none")
        if len(set(options)) < len(options):
            raise ValueError(f"options of {self.name} must all differ, got {options}")
        object.__setattr__(self, "options", options)


class SearchSpace:
    """The choices, and how to build a network from one option of each.

    choices   LayerChoices, each with its own name
    builder   a function of an architecture, {name: option}, that returns a torch module; None where nothing is built

    Raises ValueError for no choices or a name that comes twice, TypeError for what is no LayerChoice.

    >>> space = SearchSpace([LayerChoice("kernel", (3, 5)), LayerChoice("width", (8, 16, 32))])
    >>> space
    SearchSpace(6 architectures: kernel 3, 5 · width 8, 16, 32)
    >>> space.encode({"kernel": 5, "width": 8}).tolist()
    [0.0, 1.0, 1.0, 0.0, 0.0]
    """

    @checked
    def __init__(self, choices: Iterable[LayerChoice], builder: Callable | None = None):
        self.choices = tuple(choices)
        strangers = [choice for choice in self.choices if not isinstance(choice, LayerChoice)]
        if strangers:
            raise TypeError(f"choices must be LayerChoices, got {strangers[0]!r}")
        names = [choice.name for choice in self.choices]
        if not names:
            raise ValueError("choices must hold at least one LayerChoice, got none")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"choices must have different names, got {', '.join(twice)} twice")
        if builder is not None and not callable(builder):
            raise TypeError(f"builder must be a function of an architecture, got {type(builder).__name__}")
        self._builder = builder

    def __repr__(self):
        words = (f"{choice.name} {', '.join(map(str, choice.options))}" for choice in self.choices)
        return f"SearchSpace({self.count():,} architectures: {' · '.join(words)})"

    def count(self) -> int:
        """How many architectures there are: the product of the numbers of options."""
        return math.prod(len(choice.options) for choice in self.choices)

    def listable(self, most: int) -> bool:
        """Whether the whole space, limits or not, has at most so many architectures."""
        return math.prod(len(choice.options) for choice in self.choices) <= most

    def enumerate(self) -> Iterator[dict]:
        """Every architecture, one after the other; the last choice changes fastest."""
        names = [choice.name for choice in self.choices]
        for options in product(*(choice.options for choice in self.choices)):
            yield dict(zip(names, options, strict=True))

    def check(self, architecture: dict) -> dict:
        """The architecture in the order of the space; ValueError for a name or an option that the space does not have.

        >>> SearchSpace([LayerChoice("kernel", (3, 5))]).check({"kernel": 7})
        Traceback (most recent call last):
        ValueError: kernel must be one of 3, 5, got 7
        """
        if not isinstance(architecture, dict):
            raise TypeError(f"architecture must be a dict such as {next(self.enumerate())}, got {architecture!r}")
        names = [choice.name for choice in self.choices]
        if set(architecture) != set(names):
            raise ValueError(
                f"architecture must have the names {', '.join(names)}, got {', '.join(map(str, architecture))}"
            )
        return {choice.name: choice.options[_index(choice, architecture[choice.name])] for choice in self.choices}

    def sample(self, seed: int | np.random.Generator = 0) -> dict:
        """An architecture drawn at random, each with the same chance; the same one for the same seed."""
        draw = generator(seed)
        return {choice.name: choice.options[draw.integers(len(choice.options))] for choice in self.choices}

    def mutate(self, architecture: dict, seed: int | np.random.Generator = 0, *, changes: int = 1) -> dict:
        """A neighbour: so many choices, drawn at random, take another option than before.

        Raises ValueError for more changes than choices that have a second option.
        """
        changed = self.check(architecture)
        open_choices = [choice for choice in self.choices if len(choice.options) > 1]
        changes = check_whole(changes, "changes", 1, len(open_choices))
        draw = generator(seed)
        for i in draw.choice(len(open_choices), changes, replace=False):
            choice = open_choices[i]
            step = 1 + draw.integers(len(choice.options) - 1)  # 1 to o - 1 places on, in a circle: never 0
            place = _index(choice, changed[choice.name]) + step
            changed[choice.name] = choice.options[place % len(choice.options)]
        return changed

    def cross(self, mother: dict, father: dict, seed: int | np.random.Generator = 0) -> dict:
        """A child: each choice is taken from one of its parents, with equal chance."""
        parents = self.check(mother), self.check(father)
        draw = generator(seed)
        return {choice.name: parents[draw.integers(2)][choice.name] for choice in self.choices}

    def encode(self, architecture: dict) -> np.ndarray:
        """The architecture as numbers that a predictor can read: a one for each option taken, zeros elsewhere."""
        architecture = self.check(architecture)
        parts = [np.eye(len(choice.options))[_index(choice, architecture[choice.name])] for choice in self.choices]
        return np.concatenate(parts).astype(np.float32)

    def key(self, architecture: dict) -> str:
        """The architecture as a short name, equal for equal architectures: the number of each option.

        >>> SearchSpace([LayerChoice("kernel", (3, 5)), LayerChoice("width", (8, 16))]).key({"width": 8, "kernel": 5})
        '1-0'
        """
        architecture = self.check(architecture)
        return "-".join(str(_index(choice, architecture[choice.name])) for choice in self.choices)

    def build(self, architecture: dict):
        """The network of the architecture, by the space's builder; ValueError where the space has none."""
        if self._builder is None:
            raise ValueError("space has no builder; give SearchSpace(choices, builder) a function of an architecture")
        return self._builder(self.check(architecture))


def generator(seed: int | np.random.Generator) -> np.random.Generator:
    """A numpy generator: the one that came, or a new one that begins at the seed.

    Raises ValueError for a seed that is neither a generator nor a whole number of at least 0.

    >>> generator(3).integers(100) == generator(3).integers(100)
    np.True_
    """
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(check_whole(seed, "seed", 0))


def _index(choice: LayerChoice, option) -> int:
    if option not in choice.options:
        allowed = ", ".join(map(str, choice.options))
        raise ValueError(f"{choice.name} must be one of {allowed}, got {option!r}")
    return choice.options.index(option)


def _plain(option, name: str):
    """The option as Python's own type, so that it can be written as JSON."""
    option = option.item() if isinstance(option, np.generic) else option
    if isinstance(option, float) and not math.isfinite(option):
        raise ValueError(f"options of {name} must be finite, got {option}")
    if not (option is None or isinstance(option, str | Real)):
        raise TypeError(f"options of {name} must be numbers, text, True, False or None, got {option!r}")
    return option
