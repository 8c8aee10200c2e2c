"""A slider that every reader can use: the browser's own, with a name.

    drag, arrow key, screen reader ─> input event ─> model.set("value") ─> kernel ─> plot

The <label> around the <input type="range"> is its name; its value stands beside it as text. The widget manager sends
one change, waits for the kernel's answer, then sends the last of the changes that came since.

In production  ipywidgets.IntSlider; its handle is a <div> without a name (axe-core: aria-input-field-name)
"""

import math
from decimal import Decimal
from numbers import Real

import anywidget
import traitlets


class Slider(anywidget.AnyWidget):
    """A number from min to max: whole where min and step are, otherwise rounded to the step's decimals.

    Values outside go to the nearest end. Raises ValueError for a value that is not a finite number.

    >>> bits, share = Slider(value=8, min=2, max=8), Slider(value=0.5, min=0.0, max=1.0, step=0.01)
    >>> bits.value, share.value = 9, 0.12345
    >>> bits.value, share.value
    (8, 0.12)
    """

    _esm = """
    function render({ model, el }) {
      const [label, range, number] = ["label", "input", "span"].map((tag) => document.createElement(tag));
      range.type = "range";
      label.append(model.get("description"), range);
      el.append(label, number);
      el.classList.add("edukit-slider");
      const show = () => {
        for (const name of ["min", "max", "step", "value"]) range[name] = model.get(name);
        const decimals = `${model.get("step")}`.split(".")[1] ?? "";
        number.textContent = model.get("value").toFixed(decimals.length);
      };
      range.addEventListener("input", () => {
        model.set("value", range.valueAsNumber);
        model.save_changes();
      });
      // JupyterLab would also go from cell to cell
      range.addEventListener("keydown", (event) => /^Arrow/.test(event.key) && event.stopPropagation());
      model.on("change", show);
      show();
    }
    export default { render };
    """
    _css = """
    .edukit-slider, .edukit-slider label { display: flex; align-items: center; gap: 8px; }
    .edukit-slider { margin: 2px 20px 2px 2px; font: var(--jp-widgets-font-size, 13px) var(--jp-ui-font-family); }
    .edukit-slider, .edukit-slider label { color: var(--jp-ui-font-color1, currentColor); white-space: nowrap; }
    .edukit-slider input { width: 160px; accent-color: var(--jp-brand-color1, #1976d2); cursor: pointer; }
    .edukit-slider span { min-width: 2.5em; font-variant-numeric: tabular-nums; }
    """
    value = traitlets.Any(0).tag(sync=True)
    min = traitlets.Any(0).tag(sync=True)
    max = traitlets.Any(100).tag(sync=True)
    step = traitlets.Any(1).tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)

    @traitlets.validate("value")
    def _on_the_grid(self, proposal):
        value = proposal.value
        if not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"value must be a finite number, got {value!r}")
        value = min(max(value, self.min), self.max)
        if isinstance(self.min, int) and isinstance(self.step, int):
            return round(value)
        return round(float(value), -Decimal(str(self.step)).as_tuple().exponent)
