"""A slider that every reader can use: the browser's own, with a name.

    drag, arrow key, screen reader ─> input event ─> model.set("value") ─> kernel ─> plot

The <label> around the <input type="range"> is its name; its value stands beside it as text. The widget manager sends
one change, waits for the kernel's answer, then sends the last of the changes that came since. Notebooks act on arrow
keys, too: the slider stops its own keys on the window, before a notebook hears of them.

A front end that shows "Error loading widget" instead, offline perhaps, cannot load anywidget. There the environment
variable EDUKIT_WIDGETS=plain, set before edukit is imported, gives `PlainSlider` under the same name; so does a kernel
without anywidget.

In production  ipywidgets.IntSlider; its handle is a <div> without a name (axe-core: aria-input-field-name)
"""

import os

import ipywidgets as widgets

from edukit.panels.plain import Number, PlainSlider

try:
    from anywidget import AnyWidget
except ImportError:
    AnyWidget = None
PLAIN = AnyWidget is None or os.environ.get("EDUKIT_WIDGETS") == "plain"


class NativeSlider(Number, AnyWidget or widgets.DOMWidget):
    """A `Number` as the browser's own slider.

    >>> bits, share = NativeSlider(value=8, min=2, max=8), NativeSlider(value=0.5, min=0.0, max=1.0, step=0.01)
    >>> bits.value, share.value = 9, 0.12345
    >>> bits.value, share.value
    (8, 0.12)
    """

    _esm = """
    const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
    function render({ model, el }) {
      const [label, range, number] = ["label", "input", "span"].map((tag) => document.createElement(tag));
      range.type = "range";
      label.append(model.get("description"), range);
      el.append(label, number);
      el.classList.add("edukit-slider");
      const show = () => {
        for (const name of ["min", "max", "step", "value", "disabled"]) range[name] = model.get(name);
        const decimals = `${model.get("step")}`.split(".")[1] ?? "";
        number.textContent = model.get("value").toFixed(decimals.length);
      };
      range.addEventListener("input", () => {
        model.set("value", range.valueAsNumber);
        model.save_changes();
      });
      const keep = (event) => {
        if (event.composedPath()[0] === range && KEYS.includes(event.key)) event.stopPropagation();
      };
      window.addEventListener("keydown", keep, true);
      model.on("change", show);
      show();
      return () => window.removeEventListener("keydown", keep, true);
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


Slider = PlainSlider if PLAIN else NativeSlider
