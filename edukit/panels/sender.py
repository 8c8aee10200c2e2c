"""What sends a panel's frames to the browser, which then moves the picture without the kernel.

    browser: {state} ─> kernel: {state, png, sentence} ─> browser keeps it, and asks for the next that is missing

The browser asks once it shows the panel, the nearest state first, and one at a time: an answer is one drawing, so that
a cell or a change of a control never waits for more. A state without a frame is the next to be asked for.

In production  ipywidgets' jslink joins two widgets in the browser in the same way
"""

from base64 import b64encode
from pathlib import Path

import ipywidgets as widgets
import traitlets

from edukit.panels.frames import Frames
from edukit.panels.slider import AnyWidget

SCRIPT = Path(__file__).with_name("frames.js").read_text(encoding="utf-8")


class Sender(AnyWidget or widgets.DOMWidget):
    """Joins a panel's controls and its picture in the browser; shows only a button to play, where a control is played.

    frames    what to send, nothing where there are many states
    controls  the panel's, in their order · image: the HTML of the picture · play: which control, or None
    """

    _esm = SCRIPT
    _css = """
    .edukit-play { height: 28px; margin: 2px; padding: 0 14px; border: 0; border-radius: 2px; cursor: pointer; }
    .edukit-play { color: var(--jp-ui-font-color1, inherit); background: var(--jp-layout-color2, #8883); }
    .edukit-play { font: var(--jp-widgets-font-size, 13px) var(--jp-ui-font-family); }
    """
    controls = traitlets.List().tag(sync=True, **widgets.widget_serialization)
    image = traitlets.Instance(widgets.HTML).tag(sync=True, **widgets.widget_serialization)
    counts = traitlets.List().tag(sync=True)
    states = traitlets.Int().tag(sync=True)
    play = traitlets.Int(None, allow_none=True).tag(sync=True)

    def __init__(self, frames: Frames, **traits):
        counts = [len(values) for values in frames.stops]
        super().__init__(counts=counts, states=len(frames.states), **traits)
        self.asked = False  # since then the browser shows what it asks for
        self._frames = frames
        self.on_msg(self._answer)

    def forget(self) -> None:
        """Let the browser ask again for every frame, for they have changed."""
        self.send({"forget": True})

    def _answer(self, _widget, content, _buffers):
        self.asked = True
        state = content["state"]
        frame = {}  # what a plot cannot draw stays without a picture, and the browser goes on
        try:
            drawn = self._frames.at(state)
            frame = {"png": b64encode(drawn.png).decode(), "sentence": drawn.sentence}
        finally:
            self.send({"state": state, **frame})
