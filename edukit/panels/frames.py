"""The frames of a panel: what its picture shows in each state of its controls.

control ─ stops        state = one stop of each control ─> Frame, drawn once where the states are few

Assumes   plots whose picture is given by the values alone, not by the way to them
Cost      one drawing a state, when it is first asked for; the PNG files stay in memory
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from itertools import product

import ipywidgets as widgets

from edukit.plots.picture import Frame, Picture
from edukit.plots.style import DRAWING

MOST_STATES = 150  # 60 ms each: nine seconds of drawing
MOST_BYTES = 7_500_000  # of PNG, as many as a page should carry for one panel


class Frames:
    """A picture's frames by the values of its controls.

    picture   as it stands, with the controls' values · controls by name
    states    the values of every state if they are few, otherwise nothing · stops: the values of every control
    start     the frame of the picture as it came

    >>> from edukit.plots.quantization.affine import StaircasePlot
    >>> picture = Picture(StaircasePlot, bits=2, symmetric=True, high=1.0)
    >>> controls = {"bits": widgets.IntSlider(min=2, max=4), "symmetric": widgets.Checkbox(True)}
    >>> frames = Frames(picture, controls | {"high": widgets.ToggleButtons(options=[0.5, 1.0])})
    >>> len(frames.states), frames.states[0]
    (12, (2, False, 0.5))
    >>> frames.start.sentence[:15], frames.of({"bits": 3, "symmetric": True, "high": 1.0}).sentence[:15]
    ('2 bits: 3 codes', '3 bits: 7 codes')
    """

    def __init__(self, picture: Picture, controls: Mapping):
        self._picture = picture
        self._names = list(controls)
        self.stops = [stops(control) for control in controls.values()]
        count = math.prod(len(values) for values in self.stops)
        self.start = picture.frame()
        few = count <= MOST_STATES and count * len(self.start.png) <= MOST_BYTES
        self.states = list(product(*self.stops)) if few else []
        self._kept: dict[int, Frame] = {}
        state = tuple(control.value for control in controls.values())
        if state in self.states:
            self._kept[self.states.index(state)] = self.start

    def of(self, values: Mapping) -> Frame:
        """The frame for these values, by name in the controls' order."""
        state = tuple(values[name] for name in self._names)
        if state in self.states:
            return self.at(self.states.index(state))
        return self._drawn(state)

    def at(self, index: int) -> Frame:
        """The frame of a state by its place in `states`."""
        if index not in self._kept:
            self._kept[index] = self._drawn(self.states[index])
        return self._kept[index]

    def forget(self) -> None:
        """Draw every frame again, for the plot has changed."""
        self._kept.clear()

    def _drawn(self, state) -> Frame:
        with DRAWING:
            self._picture.move(**dict(zip(self._names, state, strict=True)))
            return self._picture.frame()


def stops(control) -> list:
    """Every value that a control can take, in its order.

    >>> stops(widgets.FloatSlider(min=0.0, max=0.35, step=0.1)), stops(widgets.Checkbox())
    ([0.0, 0.1, 0.2, 0.3], [False, True])
    """
    if isinstance(control, widgets.Checkbox):
        return [False, True]
    if isinstance(control, widgets.ToggleButtons):
        return list(control._options_values)
    count = 1 + math.floor((control.max - control.min) / control.step + 1e-9)
    if isinstance(control.min, int) and isinstance(control.step, int):
        return [control.min + place * control.step for place in range(count)]
    decimals = -Decimal(str(control.step)).as_tuple().exponent
    return [round(control.min + place * control.step, decimals) for place in range(count)]
