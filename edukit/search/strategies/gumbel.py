"""A choice that gradients can make: all options run, and weights that sum to one mix them.

    w = softmax((l + g) / τ)        g = -log(-log u), u drawn evenly from 0 to 1        y = Σ w_i · option_i(x)
    loss = cross-entropy + price · Σ softmax(l)_i · cost_i

With the noise g, the largest of l + g is option i with the chance softmax(l)_i: the mixture is a sample that has a
gradient. As τ falls, one weight goes to 1. One training finds weights and choice, at the price of running all options.

Symbols   l preferences · g Gumbel noise · τ temperature · cost such as the seconds of a latency table
Assumes   that who learns fast beside the others is best alone: the options share the layers around them
Source    Jang, Gu, Poole 2017, https://arxiv.org/abs/1611.01144; Wu et al. 2019, FBNet,
          https://arxiv.org/abs/1812.03443 (with latency); Liu et al. 2019, DARTS, https://arxiv.org/abs/1806.09055
In production  nni.nas.strategy.GumbelDARTS
"""

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from edukit.refuse import check_model, check_positive
from edukit.signatures import passes_on
from edukit.training import Recipe, cross_entropy, fit

RATE = 10.0  # preferences move so many times faster than weights
HOT, COLD = 3.0, 0.3


class MixedChoice(nn.Module):
    """One of several modules: a mixture while it trains, the preferred one alone when it is evaluated.

    options   {name: module}; all take the same input and answer in the same shape
    costs     of the options, in their order and in any unit; 0 for all by default

    >>> choice = MixedChoice({"3x3": nn.Conv2d(1, 2, 3, padding=1), "5x5": nn.Conv2d(1, 2, 5, padding=2)})
    >>> choice(torch.zeros(4, 1, 8, 8)).shape, choice.chances().tolist()
    (torch.Size([4, 2, 8, 8]), [0.5, 0.5])
    """

    def __init__(self, options: Mapping[str, nn.Module], costs: Sequence[float] | None = None):
        super().__init__()
        if len(options) < 2:
            raise ValueError(f"options must be at least two, got {len(options)}")
        for name, module in options.items():
            check_model(module, f"option {name}")
        costs = [0.0] * len(options) if costs is None else costs
        if len(costs) != len(options):
            raise ValueError(f"costs must be as many as the {len(options)} options, got {len(costs)}")
        self.names = [*options]
        self.options = nn.ModuleList(options.values())
        self.preferences = nn.Parameter(torch.zeros(len(options)))
        self.temperature = HOT
        self.register_buffer("costs", torch.tensor(costs, dtype=torch.float32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return self.options[self.names.index(self.chosen)](x)
        weights = gumbel_softmax(RATE * self.preferences, self.temperature)
        return sum(weight * option(x) for weight, option in zip(weights, self.options, strict=True))

    def chances(self) -> torch.Tensor:
        """The chance of each option, (options,)."""
        return torch.softmax(RATE * self.preferences.detach(), 0)

    def expected_cost(self) -> torch.Tensor:
        """The cost of the options, each times its chance."""
        return (torch.softmax(RATE * self.preferences, 0) * self.costs).sum()

    @property
    def chosen(self) -> str:
        """The name of the option with the highest preference."""
        return self.names[int(self.preferences.argmax())]


def gumbel_softmax(preferences: torch.Tensor, temperature: float) -> torch.Tensor:
    """Weights that sum to one, drawn by torch's generator; near a single one where the temperature is low.

    preferences   (options,), any real numbers; temperature above 0

    >>> bool(gumbel_softmax(torch.zeros(5), 1.0).sum().isclose(torch.tensor(1.0)))
    True
    """
    check_positive(temperature, "temperature")
    uniform = torch.rand_like(preferences).clamp(1e-9, 1 - 1e-7)
    noise = -torch.log(-torch.log(uniform))
    return torch.softmax((preferences + noise) / temperature, 0)


@passes_on(Recipe)
def differentiable_search(model: nn.Module, split, *, epochs: int, price: float = 0.0, seed: int = 0, **recipe):
    """Train weights and preferences together: ({name of the MixedChoice: chosen option}, trained copy of the model).

    model      holds one MixedChoice or more
    price      what a unit of cost adds to the loss
    **recipe   the fields of `Recipe`
    Raises ValueError for a model without a MixedChoice, and a price below 0.
    """
    check_model(model)
    if not _choices(model):
        raise ValueError("model must hold at least one MixedChoice, got none")
    if not 0 <= price < float("inf"):
        raise ValueError(f"price must be 0 or more and finite, got {price!r}")
    how = Recipe(**recipe)
    steps = epochs * -(-len(split.y) // how.batch_size)
    taken = iter(range(steps))

    def loss(model, x, y):
        share = next(taken) / steps
        for choice in _choices(model).values():
            choice.temperature = HOT * (COLD / HOT) ** share
        cost = sum(choice.expected_cost() for choice in _choices(model).values())
        return cross_entropy(model, x, y) + price * cost

    trained = fit(model, split, epochs=epochs, loss=loss, seed=seed, **recipe)
    return {name: choice.chosen for name, choice in _choices(trained).items()}, trained


def _choices(model: nn.Module) -> dict[str, MixedChoice]:
    return {name: module for name, module in model.named_modules() if isinstance(module, MixedChoice)}
