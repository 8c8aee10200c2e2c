"""A slider out of ipywidgets alone, for a front end that cannot load other widgets.

    slider ─ value ─┐
                    ├─> PlainSlider.value ─> the other of the two, and the plot
    number box ─────┘

The number box carries the name: it is what the keyboard and a screen reader use, for ipywidgets' slider has none.
"""

import math
from decimal import Decimal
from numbers import Real

import ipywidgets as widgets
import traitlets


class Number(traitlets.HasTraits):
    """A number from min to max: whole where min and step are, otherwise rounded to the step's decimals.

    Values outside go to the nearest end. Raises ValueError for a value that is not a finite number.
    """

    value = traitlets.Any(0).tag(sync=True)
    min = traitlets.Any(0).tag(sync=True)
    max = traitlets.Any(100).tag(sync=True)
    step = traitlets.Any(1).tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)

    @property
    def whole(self) -> bool:
        """Whether it counts in whole numbers."""
        return isinstance(self.min, int) and isinstance(self.step, int)

    @traitlets.validate("value")
    def _on_the_grid(self, proposal):
        value = proposal.value
        if not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"value must be a finite number, got {value!r}")
        value = min(max(value, self.min), self.max)
        return round(value) if self.whole else round(float(value), -Decimal(str(self.step)).as_tuple().exponent)


class PlainSlider(Number, widgets.HBox):
    """A number box with its name, and a slider beside it that moves with it.

    >>> bits = PlainSlider(value=8, min=2, max=8, description="bits")
    >>> bits.value = 9.2
    >>> [child.value for child in bits.children], bits.children[0].description
    ([8, 8], 'bits')
    """

    def __init__(self, **traits):
        super().__init__(**traits)
        box, slider = _WHOLE if self.whole else _REAL
        numbers = {name: getattr(self, name) for name in ("min", "max", "step", "value")}
        look = {"layout": {"width": "max-content"}, "style": {"description_width": "initial"}}
        self.children = [box(description=self.description, **numbers, **look), slider(readout=False, **numbers)]
        self.layout = {"width": "max-content", "margin": "2px 20px 2px 2px"}
        for child in self.children:
            child.observe(self._take, "value")
        self.observe(self._hand_on, ["value", "disabled"])

    def _take(self, change):
        self.value = change["new"]

    def _hand_on(self, change):
        for child in self.children:
            setattr(child, change["name"], change["new"])


_WHOLE = widgets.BoundedIntText, widgets.IntSlider
_REAL = widgets.BoundedFloatText, widgets.FloatSlider
