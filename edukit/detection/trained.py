"""Trained detectors, bundled: a lesson finds objects at once, and everyone measures the same weights.

    name        network                                          learned from
    teacher     TinyDetector(6, "large")                         the labels of scenes().train
    student     TinyDetector(6, "small")                         the labels
    distilled   the student, which went on learning              the labels and the teacher
    pruned      the distilled one without its weakest channels   the labels and the teacher

The files hold the weights as float16, half the bytes; the card datasets/detectors.md was measured after that rounding.
`python -m edukit.experiments.detection.detector` trains them all.

In production  the zoos of MediaPipe, LiteRT and torchvision hold trained detectors
"""

import torch
from safetensors.torch import load
from torch import nn

from edukit import bundled
from edukit.checked import checked
from edukit.detection.detector import TinyDetector
from edukit.pruning.channels.remove import remove_channels

SIZE_OF = {"teacher": "large", "student": "small", "distilled": "small", "pruned": "small"}
CLASSES = 6  # of scenes()
FOLDER = "datasets/detectors"


@checked
def trained_detector(name: str = "student", seed: int = 0) -> nn.Module:
    """The trained detector of that name in evaluation mode, its weights in float32; its anchors are `tiny_anchors()`.

    Raises ValueError for a name or seed that is not bundled, and for a file whose SHA-256 is not the one on its card.

    >>> sum(weight.numel() for weight in trained_detector("pruned").parameters()) < 50_000
    True
    """
    if name not in SIZE_OF:
        raise ValueError(f"name must be one of {', '.join(SIZE_OF)}, got {name!r}")
    files = bundled.path(FOLDER).glob(f"{name}_*.safetensors")
    seeds = sorted(file.stem.rpartition("_")[2] for file in files)
    if str(seed) not in seeds:
        raise ValueError(f"seed must be one of {', '.join(seeds)} for {name}, got {seed!r}")
    return with_weights(name, load(bundled.intact(f"{FOLDER}/{name}_{seed}.safetensors", "datasets/detectors.md")))


def with_weights(name: str, weights: dict[str, torch.Tensor]) -> nn.Module:
    """The detector of that name with these weights, whatever number of channels they have.

    >>> weights = TinyDetector(CLASSES).state_dict()
    >>> torch.equal(with_weights("student", weights).bifpn[0].down[0].fusion.weights, torch.ones(2))
    True
    """
    with torch.random.fork_rng(devices=[]):  # the first weights are drawn only to be replaced
        model = TinyDetector(CLASSES, SIZE_OF[name])
    for path, module in model.named_modules():
        for part in (*module._parameters, *module._buffers):
            tensor = weights.get(f"{path}.{part}")
            if tensor is not None:
                tensor = tensor.float() if tensor.is_floating_point() else tensor
                setattr(module, part, nn.Parameter(tensor) if part in module._parameters else tensor)
    return remove_channels(model, []).eval()  # removes none, and lets each layer read its sizes from its weights again
