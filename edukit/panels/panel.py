"""Controls for a plot: values in, picture and its description out.

    control ─ value ─> plot.update(**values) ─> PNG ─> <figure> with the sentence that says what it shows

`python -m edukit.panels` prints the delay from a control's change to the picture, in the kernel. Every control has a
name and answers to the keyboard; the picture's description is its caption and its alt text.

In production  ipympl and bqplot draw in the browser; this draws in the kernel, so it works in every notebook
"""

import inspect
import math

import ipywidgets as widgets

from edukit.panels.box import Box
from edukit.panels.slider import Slider
from edukit.plots.picture import Picture

_APART = {"width": "max-content", "margin": "2px 20px 2px 2px"}  # as wide as its words, and away from the next
UNITS = {"percent": "%", "db": "dB", "ms": "ms", "s": "s", "bytes": "bytes", "times": "×"}


class Panel(Box):
    """A plot with its controls; where no kernel runs, one picture remains, the still.

    plot       a class as `Picture` takes it
    controls   name=(low, high) or (low, high, start), whole numbers or floats: a slider that starts at `high`;
               name=[choices]: buttons; name=True or False: a box to tick. The names are those of plot.update.
    still      the values that the still shows, by name: its point, while the controls may start elsewhere
    Raises ValueError that names the control for anything else, and for values of the still that it cannot take.

    >>> from edukit.plots.quantization.affine import StaircasePlot
    >>> panel = Panel(StaircasePlot, bits=(2, 8, 3), symmetric=False, high=(0.5, 3.5, 3.0))
    >>> panel.controls["bits"].value = 2
    >>> panel.description[:16]
    '2 bits: 4 codes '
    """

    def __init__(self, plot, *, figsize=(7.0, 2.8), still: dict | None = None, **controls):
        self.controls = {name: _control(name, spec) for name, spec in controls.items()}
        _check_names(plot, controls)
        self._still = _checked_still(still or {}, self.controls)
        self._picture = Picture(plot, figsize=figsize, **self.values)
        self._image = widgets.HTML()
        self._show()
        for control in self.controls.values():
            control.observe(self._move, "value")
        row = widgets.HBox(list(self.controls.values()), layout={"flex_flow": "row wrap"})
        super().__init__([row, self._image])
        self.add_class("edukit-panel")

    @property
    def values(self) -> dict:
        """What the controls say now, by name."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def description(self) -> str:
        """One sentence that says what the picture shows now."""
        return self._picture.description

    def mark(self, guess) -> None:
        """Draw a reader's guess into the picture, as `Picture.mark` does."""
        self._picture.mark(guess)
        self._show()

    def _move(self, _change):
        self._picture.move(**self.values)
        self._show()

    def _show(self):
        self._png = self._picture.png()
        self._image.value = self._picture.html(self._png)

    def remains(self) -> tuple[dict, dict]:
        """The still: its picture and its sentence."""
        png = self._png
        if self._still != self.values:
            self._picture.move(**{**self.values, **self._still})
            png = self._picture.png()
        data, metadata = self._picture.bundle(png)
        self._picture.move(**self.values)
        return {"image/png": data["image/png"], "text/plain": data["text/plain"]}, metadata


def _check_names(plot, controls):
    update = getattr(getattr(plot, "func", plot), "update", None)  # a partial carries the plot's data
    if update is None:
        raise TypeError(f"plot must be a class with an update method, or a partial of one, got {plot!r}")
    allowed = list(inspect.signature(update).parameters)[1:]
    if set(controls) != set(allowed):
        raise ValueError(f"controls must be those of the plot, {', '.join(allowed)}; got {', '.join(controls)}")


def _checked_still(still, controls):
    for name, value in still.items():
        if name not in controls:
            raise ValueError(f"still must name controls, {', '.join(controls)}; got {name}")
        control = controls[name]
        fits = control.min <= value <= control.max if isinstance(control, Slider) else _offers(control, value)
        if not fits:
            raise ValueError(f"still has a value that {name} cannot take, {value!r}")
    return still


def _offers(control, value) -> bool:
    return value in getattr(control, "options", (True, False))


def _control(name, spec):
    label = _label(name)
    if isinstance(spec, bool):
        return widgets.Checkbox(spec, description=label, indent=False, layout=_APART)
    if isinstance(spec, list) and spec:
        look = {"description_width": "initial", "button_width": "auto"}
        return widgets.ToggleButtons(options=spec, description=label, style=look, layout=_APART)
    if isinstance(spec, tuple) and len(spec) in (2, 3) and all(_is_number(v) for v in spec):
        low, high, start = (*spec, spec[1])[:3]
        if low < high and low <= start <= high:
            return _slider(label, low, high, start)
    raise ValueError(f"{name} must be (low, high[, start]) with low < high, [choices], True or False; got {spec!r}")


def _slider(label, low, high, start):
    whole = all(isinstance(v, int) for v in (low, high, start))
    step = 1 if whole else 10.0 ** round(math.log10((high - low) / 50))
    return Slider(value=start, min=low, max=high, step=step, description=label)


def _label(name: str) -> str:
    """The name of a control with its unit set apart.

    >>> _label("threshold_percent"), _label("bits")
    ('threshold (%)', 'bits')
    """
    words, _, unit = name.rpartition("_")
    return f"{words.replace('_', ' ')} ({UNITS[unit]})" if words and unit in UNITS else name.replace("_", " ")


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
