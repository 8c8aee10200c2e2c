"""The bundled supernet: trained once on shapes(), 144 networks to take out.

    datasets/supernet.safetensors      96,256 weights as float16
    datasets/supernet.md               how it was made, and its SHA-256

In production  once-for-all's ofa_net(..., pretrained=True)
"""

import torch
from safetensors.torch import load

from edukit import bundled
from edukit.data import shapes
from edukit.search.supernet import Supernet

NAME = "datasets/supernet.safetensors"
SIZES = dict(widths=(3, 4, 6), depths=(2, 3))


def trained_supernet() -> Supernet:
    """The trained supernet in evaluation mode, with the calibration images of shapes().

    Raises ValueError for a file whose SHA-256 is not the one on its card.
    """
    content = bundled.intact(NAME, "datasets/supernet.md")
    with torch.random.fork_rng(devices=[]):  # the first weights are drawn only to be replaced
        supernet = Supernet(**SIZES)
    supernet.load_state_dict(load(content))
    supernet.calibration = torch.as_tensor(shapes(train=1, validation=1, test=1).calibration.x)
    return supernet.eval()
