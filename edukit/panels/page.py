"""A panel in a page without a kernel: its controls as the browser's own, and all of its frames.

    controls ─> <form>: <input type="range">, radio buttons, a box to tick      frames ─> JSON, each picture once

The form carries its style, its data and its script, and no id, so that many of them fit in a page. Without a script
the picture of the start remains.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from html import escape

import ipywidgets as widgets

from edukit.panels.frames import Frames
from edukit.panels.sender import SCRIPT
from edukit.plots.picture import Frame

STYLE = """
.edukit-page { margin: 1.2em 0; }
.edukit-page > div, .edukit-page div > *, .edukit-page label { display: flex; flex-wrap: wrap; align-items: center; }
.edukit-page > div { gap: 6px 28px; margin-bottom: 8px; font-size: 0.9em; }
.edukit-page div > * { gap: 4px 10px; margin: 0; padding: 0; border: 0; }
.edukit-page label { gap: 6px; }
.edukit-page legend { float: left; padding: 0; }
.edukit-page span { min-width: 2em; font-variant-numeric: tabular-nums; }
.edukit-page input { margin: 0; accent-color: #1976d2; cursor: pointer; }
.edukit-page div > button { padding: 1px 12px; border: 1px solid; border-radius: 4px; }
.edukit-page button { font: inherit; color: inherit; background: none; cursor: pointer; }
.edukit-page img { border-radius: 4px; }
"""
START = 'document.querySelectorAll(".edukit-page:not([data-moves])").forEach(page);'


def page(controls: Mapping, frames: Frames, shown: Frame, play: int | None) -> str:
    """The HTML of a panel whose states are few.

    controls   as they stand now, by name · shown: the frame of that · play: which control has a button, or None
    """
    fields = "".join(_field(name, control) for name, control in controls.items())
    data = _data(list(controls), frames, play)
    return (
        f'<form class="edukit-page" autocomplete="off"><style>{STYLE}</style><div>{fields}</div>{shown.html()}'
        f'<script type="application/json">{data}</script><script type="module">{SCRIPT}{START}</script></form>'
    )


def _data(names, frames, play) -> str:
    """What the script reads: every picture once, and for each state its picture and its sentence."""
    drawn = [frames.at(index) for index in range(len(frames.states))]
    places = {png: place for place, png in enumerate(dict.fromkeys(frame.png for frame in drawn))}
    data = {
        "names": names,
        "counts": [len(values) for values in frames.stops],
        "pngs": [b64encode(png).decode() for png in places],
        "states": [(places[frame.png], frame.sentence) for frame in drawn],
        "play": play,
    }
    return json.dumps(data).replace("<", "\\u003c")  # nothing in it ends the script


def _field(name, control) -> str:
    label = escape(control.description)
    if isinstance(control, widgets.Checkbox):
        return f'<label><input type="checkbox" name="{name}"{" checked" * control.value}> {label}</label>'
    if isinstance(control, widgets.ToggleButtons):
        choices = (_choice(name, place, said, control.index) for place, said in enumerate(control._options_labels))
        return f"<fieldset><legend>{label}</legend>{''.join(choices)}</fieldset>"
    ends = f'min="{control.min}" max="{control.max}" step="{control.step}" value="{control.value}"'
    return f'<div><label>{label} <input type="range" name="{name}" {ends}></label><span>{control.value}</span></div>'


def _choice(name, place, said, chosen) -> str:
    ticked = " checked" * (place == chosen)
    return f'<label><input type="radio" name="{name}" value="{place}"{ticked}> {escape(str(said))}</label>'
