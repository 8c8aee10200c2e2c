"""A picture: a plot drawn once, and the sentence that says what it shows.

    picture = Picture(plot, **values)      plot(figure) makes the artists
    picture.move(**values)                 plot.update(**values) moves them and returns the sentence

Moving artists takes half the time of making them again; the layout is computed once, for the first picture. `Layers`
draws the labels of ticks again only where they change. The sentence is the picture's alt text and its caption. There
are two pixels for each of the page, so that the picture is sharp on a 2x screen; it is never wider than the page.

In production  matplotlib.animation moves artists in the same way
"""

from base64 import b64encode
from html import escape
from io import BytesIO
from numbers import Real
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from edukit.plots.layers import Layers
from edukit.plots.style import DRAWING, house

PIXELS_PER_INCH = 100  # of the page
SHARPNESS = 2  # pixels of the picture for one of the page
FITS = "max-width: 100%; height: auto"
SMALL = "font-size: 0.9em; line-height: 1.4; padding: 2px 0 6px"


class Picture(Figure):
    """A matplotlib figure that shows itself in a notebook, with its description as caption and alt text.

    plot      called with the figure; returns an object whose update(**values) returns one sentence
    figsize   inches, at 100 pixels of the page an inch
    values    what the plot's update takes

    >>> from edukit.plots.quantization.affine import StaircasePlot
    >>> Picture(StaircasePlot, bits=2, symmetric=True, high=1.0).description
    '2 bits: 3 codes from -1.00 to 1.00, step 1.000. The error stays within 0.500 there and grows outside.'
    """

    def __init__(self, plot, *, figsize=(7.0, 2.8), **values):
        super().__init__(figsize=figsize, dpi=SHARPNESS * PIXELS_PER_INCH, layout="constrained")
        FigureCanvasAgg(self)
        self._marked = ""
        with DRAWING:
            self._plot = plot(self)
            self.move(**values)
            self.draw_without_rendering()
        self.set_layout_engine("none")  # the layout is the slowest part of drawing, and must not jump
        self._layers = Layers(self)

    def move(self, **values) -> str:
        """Show other values; returns the new description."""
        with house():
            self.description = self._plot.update(**values) + self._marked
        return self.description

    def mark(self, guess) -> None:
        """Draw a reader's guess, a number, into a plot that has a `mark(guess)`; any other picture stays as it is."""
        if isinstance(guess, Real) and hasattr(self._plot, "mark"):
            with house():
                self._plot.mark(guess)
            self.description = self.description.removesuffix(self._marked)
            self._marked = f" The dotted line is your guess, {guess:g}."
            self.description += self._marked

    def png(self) -> bytes:
        """The picture as a PNG file of at most 256 colours: a third of the bytes, in half the time."""
        with DRAWING:
            self._layers.draw()
            image = Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB")
        buffer = BytesIO()
        image.quantize(256, Image.Quantize.FASTOCTREE).save(buffer, "png")
        return buffer.getvalue()

    @property
    def width(self) -> int:
        """Pixels of the page."""
        return round(PIXELS_PER_INCH * self.get_figwidth())

    def frame(self) -> "Frame":
        """What the picture shows now, to keep."""
        with DRAWING:
            return Frame(self.png(), self.description, self.width)

    def _repr_mimebundle_(self, **kwargs):
        return self.frame().bundle()


class Frame(NamedTuple):
    """What a picture showed: a PNG file, the sentence that describes it, and its width in pixels of the page."""

    png: bytes
    sentence: str
    width: int

    def html(self) -> str:
        """The picture and its caption."""
        return captioned(self.png, self.sentence, self.width)

    def bundle(self) -> tuple[dict, dict]:
        """The picture in every form, and what goes with the PNG where it is shown alone."""
        data = {"text/html": self.html(), "image/png": b64encode(self.png).decode(), "text/plain": self.sentence}
        return data, {"image/png": {"alt": self.sentence, "width": self.width}}


def captioned(png: bytes, caption: str, width: int) -> str:
    """A picture that carries its bytes, is at most as wide as its place, and says below what it shows.

    >>> captioned(b"png", "3 < 4", 700).count("3 &lt; 4"), "max-width: 100%" in captioned(b"png", "3 < 4", 700)
    (2, True)
    """
    said = escape(caption)
    source = b64encode(png).decode()
    image = f'<img alt="{said}" width="{width}" style="{FITS}" src="data:image/png;base64,{source}">'
    text = f'<figcaption aria-live="polite" style="{SMALL}">{said}</figcaption>'
    return f'<figure style="margin: 0; max-width: {width}px">{image}{text}</figure>'
