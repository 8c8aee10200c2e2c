"""Feature distillation: the student also learns from what the teacher's layers see.

    hint               mean (A s - t)²                     A a 1x1 adapter from the student's channels to the teacher's
    attention transfer mean ‖a(s) - a(t)‖²                 a(f) = Σ_c f_c² / ‖Σ_c f_c²‖, a map of where a layer looks

The adapter A learns with the student and is thrown away afterwards: the finished student is no larger for it.

Symbols   s, t features of student and teacher at one layer each · c channels
Shapes    s (B, C, H, W), t (B, D, H', W'): the larger is pooled to the smaller height and width; s (B, …, C) of a
          layer that sees tokens, t (B, …, D)
Source    Romero et al. 2014 (FitNets), https://arxiv.org/abs/1412.6550, eq. 3;
          Zagoruyko & Komodakis 2016, https://arxiv.org/abs/1612.03928, eq. 2 (attention transfer)
In production  the same hooks; torchvision.models.feature_extraction names layers in the same way
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional as F

from edukit.checked import checked
from edukit.refuse import shown
from edukit.training import predict


@checked
def feature_loss(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """The mean squared difference of features of one shape, a scalar; no gradient reaches the teacher.

    >>> feature_loss(torch.tensor([[1.0, 3.0]]), torch.tensor([[1.0, 1.0]]))
    tensor(2.)
    """
    if student.shape != teacher.shape:
        shapes = f"{tuple(student.shape)} and {tuple(teacher.shape)}"
        raise ValueError(f"student and teacher features must have one shape, got {shapes}: use an adapter")
    return (student - teacher.detach()).square().mean()


@checked
def attention_loss(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """How differently two layers look at the images: squared distance of their attention maps, mean over the batch.

    student (B, C, H, W), teacher (B, D, H, W): the numbers of channels may differ

    >>> look = torch.tensor([[[[0.0, 3.0]]]])
    >>> attention_loss(look, 5 * look).item(), round(attention_loss(look, look.flip(-1)).item(), 3)
    (0.0, 2.0)
    """
    if student.ndim != 4 or student.shape[0] != teacher.shape[0] or student.shape[2:] != teacher.shape[2:]:
        shapes = f"{tuple(student.shape)} and {tuple(teacher.shape)}"
        raise ValueError(f"student and teacher features must be (B, channels, H, W) of one size, got {shapes}")
    maps = [F.normalize(f.square().sum(1).flatten(1), dim=1) for f in (student, teacher.detach())]
    return (maps[0] - maps[1]).square().sum(1).mean()


@dataclass(frozen=True)
class Hints:
    """Which layers of the student learn from which layers of the teacher.

    pairs    {name of a student's module: name of a teacher's module}, as in `named_modules`
    weight   of each pair's loss beside the loss of the answers
    loss     (student features, teacher features) -> scalar: `feature_loss` or `attention_loss`

    >>> Hints({"blocks.1": "blocks.2"}).weight
    1.0
    """

    pairs: dict[str, str] = field(default_factory=dict)
    weight: float = 1.0
    loss: Callable = feature_loss

    def __post_init__(self):
        if not self.pairs:
            raise ValueError("pairs must name at least one layer of the student, got none")
        if not 0 <= self.weight < float("inf"):
            raise ValueError(f"weight must be finite and not negative, got {self.weight!r}")

    def watch(self, teacher: nn.Module) -> "FeatureExtractor":
        """What the teacher's layers see, as long as the extractor is open."""
        return FeatureExtractor(teacher, self.pairs.values())

    def with_adapters(self, student: nn.Module, teacher: nn.Module, x: torch.Tensor) -> "StudentWithAdapters":
        """The student with its adapters, whose sizes one batch x tells."""
        return StudentWithAdapters(student, teacher, self, x)


class FeatureExtractor:
    """Inside, what the named modules of a model give is kept in `seen`, {name: tensor}.

    Raises ValueError that lists the names there are, for one that there is not: a hook that was never put in place
    would be noticed by nobody.

    >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    >>> with FeatureExtractor(net, ["0"]) as extractor:
    ...     _ = net(torch.zeros(1, 2))
    >>> extractor.seen["0"].shape
    torch.Size([1, 3])
    """

    @checked
    def __init__(self, model: nn.Module, names: Iterable[str]):
        names = list(names)
        modules = dict(model.named_modules())
        if unknown := [name for name in names if not isinstance(name, str) or name not in modules or not name]:
            there = ", ".join(name for name in modules if name)
            said = ", ".join(map(shown, unknown))
            raise ValueError(f"names must be those of modules, no module is called {said}; there are {there}")
        self._modules = {name: modules[name] for name in names}
        self.seen = {}

    def __enter__(self) -> "FeatureExtractor":
        self._hooks = [module.register_forward_hook(self._keep(name)) for name, module in self._modules.items()]
        return self

    def __exit__(self, *error) -> None:
        for hook in self._hooks:
            hook.remove()

    def _keep(self, name):
        def hook(module, inputs, output):
            if not isinstance(output, torch.Tensor):
                raise ValueError(f"module {name!r} must give a tensor, got {type(output).__name__}")
            self.seen[name] = output

        return hook


class StudentWithAdapters(nn.Module):
    """A student with an adapter for each hint, which learn together.

    Raises ValueError for names that a model has not.

    >>> student, teacher = nn.Sequential(nn.Linear(2, 3)), nn.Sequential(nn.Linear(2, 5))
    >>> StudentWithAdapters(student, teacher, Hints({"0": "0"}), torch.zeros(1, 2)).adapters[0]
    Linear(in_features=3, out_features=5, bias=False)
    """

    def __init__(self, student: nn.Module, teacher: nn.Module, hints: Hints, x: torch.Tensor):
        super().__init__()
        self.student, self.hints = student, hints
        with FeatureExtractor(student, hints.pairs) as ours, FeatureExtractor(teacher, hints.pairs.values()) as theirs:
            predict(student, x), predict(teacher, x)
        seen = [(ours.seen[mine], theirs.seen[other]) for mine, other in hints.pairs.items()]
        self.adapters = nn.ModuleList(adapter(*pair) if hints.loss is feature_loss else nn.Identity() for pair in seen)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.student(x)

    def answer(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The student's logits, and its features behind the adapters."""
        with FeatureExtractor(self.student, self.hints.pairs) as extractor:
            logits = self.student(x)
        seen = [extractor.seen[name] for name in self.hints.pairs]
        return logits, [adapt(features) for adapt, features in zip(self.adapters, seen, strict=True)]

    def distance(self, features: list[torch.Tensor], seen: dict[str, torch.Tensor]) -> torch.Tensor:
        """The weighted sum of the pairs' losses; `seen` are the teacher's features by name."""
        pairs = zip(features, self.hints.pairs.values(), strict=True)
        return self.hints.weight * sum(self.hints.loss(*same_size(s, seen[name])) for s, name in pairs)


def adapter(student: torch.Tensor, teacher: torch.Tensor) -> nn.Module:
    """A 1x1 convolution (images) or a linear layer (tokens, vectors) from the student's channels to the teacher's.

    >>> adapter(torch.zeros(1, 8, 4, 4), torch.zeros(1, 16, 2, 2))
    Conv2d(8, 16, kernel_size=(1, 1), stride=(1, 1), bias=False)
    """
    if student.ndim != teacher.ndim:
        shapes = f"{tuple(student.shape)} and {tuple(teacher.shape)}"
        raise ValueError(f"student and teacher features must have equally many axes, got {shapes}")
    axis = 1 if student.ndim == 4 else -1
    channels = student.shape[axis], teacher.shape[axis]
    return nn.Conv2d(*channels, 1, bias=False) if axis == 1 else nn.Linear(*channels, bias=False)


def same_size(student: torch.Tensor, teacher: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Images (B, channels, H, W) pooled to the smaller height and width of the two; anything else as it is.

    >>> [f.shape[2:] for f in same_size(torch.zeros(1, 3, 8, 8), torch.zeros(1, 5, 4, 4))]
    [torch.Size([4, 4]), torch.Size([4, 4])]
    """
    if student.ndim != 4 or student.shape[2:] == teacher.shape[2:]:
        return student, teacher
    size = [min(sizes) for sizes in zip(student.shape[2:], teacher.shape[2:], strict=True)]
    return F.adaptive_avg_pool2d(student, size), F.adaptive_avg_pool2d(teacher, size)
