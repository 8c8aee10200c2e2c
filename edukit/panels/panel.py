"""Controls for a plot: values in, picture and its description out.

    control ─ value ─> plot.update(**values) ─> PNG ─> <figure> with the sentence that says what it shows
            └ state ─> frame that the browser has already, where the states are few

`python -m edukit.panels` prints the delay from a control's change to the picture, in the kernel. Every control has a
name and answers to the keyboard; the picture's description is its caption and its alt text. While the environment
variable EDUKIT_PAGES is set, a panel shows itself as `page()` to whoever makes a page out of a notebook.

In production  ipympl and bqplot draw in the browser; this draws in the kernel, so it works in every notebook
"""

import inspect
import math
import os

import ipywidgets as widgets

from edukit.panels.box import Box
from edukit.panels.frames import Frames
from edukit.panels.page import page
from edukit.panels.sender import Sender
from edukit.panels.slider import PLAIN, Slider
from edukit.plots.picture import Frame, Picture

_APART = {"width": "max-content", "margin": "2px 20px 2px 2px"}  # as wide as its words, and away from the next
UNITS = {"percent": "%", "db": "dB", "ms": "ms", "s": "s", "bytes": "bytes", "times": "×"}


class Panel(Box):
    """A plot with its controls; where no kernel runs, one picture remains, the still.

    plot       a class as `Picture` takes it
    controls   name=(low, high), (low, high, start) or (low, high, start, step), whole numbers or floats: a slider that
               starts at `high`; name=[choices]: buttons; name=True or False: a box to tick. The names are those of
               plot.update.
    still      the values that the still shows, by name: its point, while the controls may start elsewhere
    play       the name of a slider or of choices, such as time: a button moves it from its first stop to its last
    Raises ValueError that names the control for anything else, and for values of the still that it cannot take.
    With few states (`drawn_once`) each is drawn once, and moves in the browser alone.

    >>> from edukit.plots.quantization.affine import StaircasePlot
    >>> panel = Panel(StaircasePlot, bits=(2, 8, 3), symmetric=False, high=(0.5, 3.5, 3.0))
    >>> panel.controls["bits"].value = 2
    >>> panel.description[:16]
    '2 bits: 4 codes '
    """

    def __init__(self, plot, *, figsize=(7.0, 2.8), still: dict | None = None, play: str | None = None, **controls):
        self.controls = {name: _control(name, spec) for name, spec in controls.items()}
        _check_names(plot, controls)
        self._still = _checked_still(still or {}, self.controls)
        self._play = _checked_play(play, self.controls)
        self._picture = Picture(plot, figsize=figsize, **self.values)
        self._frames = Frames(self._picture, self.controls)
        self._frame = self._frames.start
        self._image = widgets.HTML(self._frame.html())
        self._sender = self._joined()
        for control in self.controls.values():
            control.observe(self._show, "value")
        shown = [*self.controls.values(), *([self._sender] if self._sender else [])]
        row = widgets.HBox(shown, layout={"flex_flow": "row wrap"})
        super().__init__([row, self._image])
        self.add_class("edukit-panel")

    @property
    def values(self) -> dict:
        """What the controls say now, by name."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def description(self) -> str:
        """One sentence that says what the picture shows now."""
        return self._frame.sentence

    @property
    def _png(self) -> bytes:
        return self._frame.png

    def mark(self, guess) -> None:
        """Draw a reader's guess into the picture, as `Picture.mark` does."""
        self._picture.mark(guess)
        self._frames.forget()
        if self._sender:
            self._sender.forget()
        self._show()

    @property
    def drawn_once(self) -> bool:
        """Whether its states are so few that each is drawn once and then moves in the browser alone."""
        return self.states > 0

    @property
    def states(self) -> int:
        """How many states are drawn once: all of them, or 0."""
        return len(self._frames.states)

    def page(self) -> str:
        """The panel as HTML for a page without a kernel: with controls if it is drawn once, otherwise its still."""
        if self.drawn_once:
            return page(self.controls, self._frames, self._frame, self._play)
        return self._still_frame().html()

    def _joined(self) -> Sender | None:
        """What moves the picture in the browser, where something does."""
        if PLAIN or (not self.drawn_once and self._play is None):
            return None
        return Sender(self._frames, controls=list(self.controls.values()), image=self._image, play=self._play)

    def _show(self, _change=None):
        self._frame = self._frames.of(self.values)
        if self._sender is None or not self._sender.asked:
            self._image.value = self._frame.html()

    def _still_frame(self) -> Frame:
        return self._frames.of({**self.values, **self._still}) if self._still else self._frame

    def remains(self) -> tuple[dict, dict]:
        """The still: its picture and its sentence; for a page, the panel as HTML as well."""
        data, metadata = self._still_frame().bundle()
        del data["text/html"]
        if os.environ.get("EDUKIT_PAGES"):
            data["text/html"] = self.page()
        return data, metadata


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


def _checked_play(play, controls) -> int | None:
    """Which control is played, by its place."""
    if play is None:
        return None
    if play not in controls or isinstance(controls[play], widgets.Checkbox):
        raise ValueError(f"play must name a slider or choices of {', '.join(controls)}; got {play!r}")
    return list(controls).index(play)


def _offers(control, value) -> bool:
    return value in getattr(control, "options", (True, False))


def _control(name, spec):
    label = _label(name)
    if isinstance(spec, bool):
        return widgets.Checkbox(spec, description=label, indent=False, layout=_APART)
    if isinstance(spec, list) and spec:
        look = {"description_width": "initial", "button_width": "auto"}
        return widgets.ToggleButtons(options=spec, description=label, style=look, layout=_APART)
    if isinstance(spec, tuple) and len(spec) in (2, 3, 4) and all(_is_number(v) for v in spec):
        low, high, start, step = (*spec, *(spec[1], None)[len(spec) - 2 :])
        if low < high and low <= start <= high and (step is None or 0 < step <= high - low):
            return _slider(label, low, high, start, step)
    raise ValueError(
        f"{name} must be (low, high[, start[, step]]) with low < high, [choices], True or False; got {spec!r}"
    )


def _slider(label, low, high, start, step):
    whole = all(isinstance(v, int) for v in (low, high, start))
    step = step or (1 if whole else 10.0 ** round(math.log10((high - low) / 50)))
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
