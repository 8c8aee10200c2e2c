"""A supernet: one set of weights that holds many networks, each ready to use.

    stem   [stage 1: 1 or 2 blocks]   [stage 2: 1 or 2 blocks]   mean over the image   linear
    block  widen 1x1 to e · M channels   depthwise 3x3 or 5x5   narrow 1x1            (the inverted residual)
    choice for each stage: kernel, width e, depth                                     12 · 12 = 144 networks

The weights are those of the largest network. A smaller one is built plainly, and each of its tensors is the part of the
large tensor of the same name that has its shape; blocks that it does not have are never asked for.

    >>> supernet = Supernet()
    >>> choice = {"kernel1": 3, "width1": 2, "depth1": 1, "kernel2": 5, "width2": 4, "depth2": 2}
    >>> supernet.sub(choice)(torch.zeros(1, 3, 32, 32)).shape
    torch.Size([1, 10])

Symbols   e expansion, the width of a block · M its channels in
Shapes    (B, in_channels, H, W) -> logits (B, classes)
Cost      as many weights as the largest network, and k⁴ for each transform of a kernel: 58,718 for all 144 networks
Source    Cai et al. 2020 (Once-for-All), https://arxiv.org/abs/1908.09791
In production  https://github.com/mit-han-lab/once-for-all: ofa_net("ofa_mbv3_d234_e346_k357_w1.0")
"""

from collections.abc import Sequence

import torch
from torch import nn
from torch.func import functional_call

from edukit.checked import checked
from edukit.copies import copied
from edukit.networks.blocks import InvertedResidual, check_kernel, conv_bn
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.refuse import check_sizes, check_whole
from edukit.search.elastic import channel_order, smaller
from edukit.search.space import LayerChoice, SearchSpace

ORDERED = 0, 1, 3, 4  # layers of a block whose channels out are the wide ones; layer 6 has them as channels in


class SubNetwork(nn.Module):
    """A plain network of one choice; it knows nothing of a supernet.

    channels   of the stem, and of each stage
    """

    def __init__(self, choice: dict, in_channels: int, channels: Sequence[int], classes: int, stem_stride: int):
        super().__init__()
        self.stem = nn.Sequential(*conv_bn(in_channels, channels[0], 3, stem_stride), nn.ReLU6())
        stages = range(1, len(channels))
        self.stages = nn.Sequential(*(_stage(channels[i - 1], channels[i], *of_stage(choice, i)) for i in stages))
        self.classifier = nn.Linear(channels[-1], classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.stages(self.stem(x)).mean((2, 3)))


class Supernet(nn.Module):
    """The weights of the largest network, and every smaller network as a part of them.

    channels   of the stem, and of each stage; each stage halves height and width
    kernels, widths, depths   what each stage may choose: odd kernels, expansions from 2, numbers of blocks
    space      the SearchSpace of all choices; `calibration`: images for batch norm statistics, kept by training
    Raises ValueError that names the argument for sizes that are no whole numbers of at least 1, and even kernels.
    """

    @checked
    def __init__(
        self,
        classes: int = 10,
        in_channels: int = 3,
        *,
        channels: Sequence[int] = (16, 24, 40),
        kernels: Sequence[int] = (3, 5),
        widths: Sequence[int] = (2, 4, 6),
        depths: Sequence[int] = (1, 2),
        stem_stride: int = 2,
    ):
        super().__init__()
        check_sizes(classes=classes, in_channels=in_channels, stem_stride=stem_stride)
        _check_options(channels, kernels, widths, depths)
        self.sizes = dict(in_channels=in_channels, channels=tuple(channels), classes=classes, stem_stride=stem_stride)
        options = {"kernel": sorted(kernels), "width": sorted(widths), "depth": sorted(depths)}
        stages = range(1, len(channels))
        self.space = SearchSpace(
            [LayerChoice(f"{name}{stage}", values) for stage in stages for name, values in options.items()], self.sub
        )
        self.largest = SubNetwork(self.largest_choice, **self.sizes)
        self.transforms = nn.ParameterDict()
        for name, weight in self.largest.named_parameters():
            if weight.shape[2:] == (max(kernels), max(kernels)) and name.startswith("stages"):
                for kernel in options["kernel"][:-1]:
                    self.transforms[_key(name, kernel)] = nn.Parameter(torch.eye(kernel**2))
        self.calibration = None

    @property
    def largest_choice(self) -> dict:
        """The choice of the largest network."""
        return {choice.name: choice.options[-1] for choice in self.space.choices}

    @property
    def smallest_choice(self) -> dict:
        """The choice of the smallest network."""
        return {choice.name: choice.options[0] for choice in self.space.choices}

    def sub(self, choice: dict, images=None) -> nn.Module:
        """The network of that choice as a plain module in evaluation mode, with weights of its own; nothing is trained.

        images   a few hundred, unlabelled: batch norms need the statistics of this network, not those of the largest;
                 by default `calibration`; where there is neither, they stay those of the largest
        Raises ValueError for a choice that is not in the space.
        """
        images = self.calibration if images is None else images
        return self.cut(choice) if images is None else reestimate_batchnorm(self.cut(choice), images)

    def cut(self, choice: dict) -> nn.Module:
        """The same, but batch norms have the statistics of the largest network: it is as fast, and answers badly."""
        net = self._plain(choice)
        weights = {name: tensor.detach().clone() for name, tensor in self._weights(net).items()}
        net = net.to_empty(device="cpu")
        net.load_state_dict(weights)
        return net.eval()

    def run(self, x: torch.Tensor, choice: dict) -> torch.Tensor:
        """The logits of one sub-network for a batch, with the shared weights themselves: so gradients reach them."""
        net = self._plain(choice).train(self.training)
        return functional_call(net, self._weights(net), (x,))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The largest network."""
        return self.largest(x)

    def sorted_channels(self) -> "Supernet":
        """A copy in which the wide channels of each block are in order of importance; it computes the same function."""
        ordered = copied(self)
        with torch.no_grad():
            for block in ordered.largest.modules():
                if isinstance(block, InvertedResidual):
                    _sort(block.body)
        return ordered

    def _plain(self, choice: dict) -> SubNetwork:
        """The network without numbers: only shapes."""
        with torch.device("meta"):
            return SubNetwork(self.space.check(choice), **self.sizes)

    def _weights(self, net: SubNetwork) -> dict[str, torch.Tensor]:
        """For each tensor of a network the part of ours that it uses; statistics are copied: running changes them."""
        ours = self.largest.state_dict(keep_vars=True)
        parts = {}
        for name, tensor in net.state_dict(keep_vars=True).items():
            transform = self.transforms[key] if (key := _key(name, tensor.shape[-1:])) in self.transforms else None
            part = smaller(ours[name], tensor.shape, transform)
            parts[name] = part if isinstance(tensor, nn.Parameter) else part.clone()
        return parts


def of_stage(choice: dict, stage: int) -> tuple[int, int, int]:
    """Kernel, width and depth of a stage, which count from 1.

    >>> of_stage({"kernel1": 5, "width1": 4, "depth1": 2}, 1)
    (5, 4, 2)
    """
    return choice[f"kernel{stage}"], choice[f"width{stage}"], choice[f"depth{stage}"]


def _stage(M: int, N: int, kernel: int, width: int, depth: int) -> nn.Sequential:
    """The first block halves the image and changes the channels; the others have a residual connection."""
    first = InvertedResidual(M, N, 2, expansion=width, kernel=kernel)
    return nn.Sequential(first, *(InvertedResidual(N, N, expansion=width, kernel=kernel) for _ in range(depth - 1)))


def _sort(body: nn.Sequential) -> None:
    order = channel_order(body[6].weight)
    for layer in ORDERED:
        for tensor in body[layer].state_dict().values():
            if tensor.ndim:  # not the counter of batches
                tensor.copy_(tensor[order])
    body[6].weight.copy_(body[6].weight[:, order])


def _key(name: str, kernel) -> str:
    """The name of a transform: names of parameters hold no dots."""
    kernel = kernel[0] if isinstance(kernel, torch.Size) and kernel else kernel
    return f"{name.replace('.', '_')}_{kernel}"


def _check_options(channels, kernels, widths, depths) -> None:
    """A ValueError that names the argument for what cannot be built."""
    for name, values, least in (("channels", channels, 1), ("widths", widths, 2), ("depths", depths, 1)):
        for value in values:
            check_whole(value, name, least, 2**20)
    for kernel in kernels:
        check_kernel(kernel, "kernels")
    if len(channels) < 2:
        raise ValueError(f"channels must name those of the stem and of at least one stage, got {channels!r}")
