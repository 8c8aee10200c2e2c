"""Batch norm in training with the rounding in place, and later: what is folded, what is rounded, what normalises.

    training     y = norm(conv(x̂, fake(w γ/σ)) / (γ/σ))          σ of the past; the batch normalises
    evaluation   y = conv(x̂, fake(w γ/σ)) + fake(β - μ γ/σ)       σ and μ of the past

The class draws once in `__init__(fig)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.plots.drawings.shapes import Arrow, Box
from edukit.plots.drawings.sheet import sheet
from edukit.plots.style import house

MODES = ["training", "evaluation"]
LANE = 44  # top of the activations' boxes
LOWER = 180  # top of the weights' boxes
HEIGHT = 54
CONV = 300  # left end of the convolution


class FoldedNormPlot:
    """A convolution and its batch norm: the lane of the activations above, that of the weights below."""

    def __init__(self, fig):
        with house():
            axes = sheet(fig)
            self.x = Box(axes, 20, LANE, 110, HEIGHT, "x̂", "on its grid")
            self.conv = Box(axes, CONV, LANE, 110, HEIGHT, "conv")
            self.divide = Box(axes, 436, LANE, 96, HEIGHT, "÷ (γ/σ)", "σ of the past")
            self.norm = Box(axes, 556, LANE, 128, HEIGHT, "batch norm", "μ, σ of this batch")
            weights = Box(axes, 20, LOWER, 80, HEIGHT, "w", "latent")
            times = Box(axes, 134, LOWER, 100, HEIGHT, "× γ/σ", "σ of the past")
            fake = Box(axes, CONV - 14, LOWER, 138, HEIGHT, "round and clip", "as on the chip")
            self.bias = Box(axes, 466, LOWER, 142, HEIGHT, "β − μ γ/σ", "of the past, rounded")
            Arrow(axes, [self.x.right, self.conv.left])
            for one, after in ((weights, times), (times, fake)):
                Arrow(axes, [one.right, after.left])
            Arrow(axes, [fake.top, self.conv.bottom])
            between = [
                Arrow(axes, [self.conv.right, self.divide.left]),
                Arrow(axes, [self.divide.right, self.norm.left]),
            ]
            up = Arrow(
                axes,
                [self.bias.top, (537, LANE + HEIGHT + 40), (CONV + 90, LANE + HEIGHT + 40), (CONV + 90, LANE + HEIGHT)],
            )
            out = Arrow(axes, [self.conv.right, (556, LANE + HEIGHT / 2)], "y")
            self.training = [*self.divide.artists, *self.norm.artists, *(a for arrow in between for a in arrow.artists)]
            self.evaluation = [*self.bias.artists, *up.artists, *out.artists]
            fake.mark()

    def update(self, mode):
        """mode: "training" or "evaluation"."""
        if mode not in MODES:
            raise ValueError(f"mode must be training or evaluation, got {mode!r}")
        for artists, name in ((self.training, "training"), (self.evaluation, "evaluation")):
            for artist in artists:
                artist.set_visible(mode == name)
        self.conv.say("conv", "" if mode == "training" else "and a bias")
        return {
            "training": "Training: the weight is scaled as for the chip and rounded; behind the convolution the scale "
            "is divided out, and the batch normalises.",
            "evaluation": "Evaluation: the same rounded weight, and a bias that holds the rest of batch norm.",
        }[mode]
