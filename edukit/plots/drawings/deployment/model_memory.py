"""A model manager, drawn: files on disk, models in memory under a budget of bytes, and what each request changes.

    request ─> in memory? answer : larger than the budget? refuse : evict the least recently used, load, answer

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from dataclasses import dataclass

from matplotlib.patches import FancyBboxPatch

from edukit.deployment.manager.budget import to_evict
from edukit.plots.drawings.shapes import Arrow, Box
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, sheet, tints, write
from edukit.plots.style import FAINT, LIMIT, MUTED, house
from edukit.refuse import check_whole

MODELS = {"a": 40, "b": 30, "c": 50, "d": 90, "e": 120}
REQUESTS = "abacdeba"
BUDGET = 100
LEFT = 250  # pixels: where the memory begins, its width, its top and its height
WIDE = 430
TOP = 118
HIGH = 48
REQUEST = 30


@dataclass(frozen=True)
class Change:
    """What one request does: which models go, what is in memory then, and in a word how it ended.

    word   "answered", "loaded" or "refused"
    """

    name: str
    gone: tuple[str, ...]
    loaded: tuple[str, ...]
    word: str


def changes(requests=REQUESTS, sizes=MODELS, budget: int = BUDGET, pinned=()) -> list[Change]:
    """Each request in turn; pinned models are loaded before the first one, and never go.

    >>> [(change.name, change.word, change.loaded) for change in changes("abc", {"a": 40, "b": 40, "c": 40}, 100)]
    [('a', 'loaded', ('a',)), ('b', 'loaded', ('a', 'b')), ('c', 'loaded', ('b', 'c'))]
    """
    loaded = {name: sizes[name] for name in pinned}
    found = []
    for name in requests:
        word = "answered" if name in loaded else "loaded"
        gone = to_evict(loaded, 0 if name in loaded else sizes[name], budget, pinned)
        if gone is None:
            word = "refused"
        else:
            loaded = {other: size for other, size in loaded.items() if other not in (*gone, name)}
            loaded[name] = sizes[name]
        found.append(Change(name, tuple(gone or ()), tuple(loaded), word))
    return found


class ModelMemoryPlot:
    """Requests at the top, files at the left, memory at the right: in it, the model that goes first stands first."""

    def __init__(self, fig):
        with house():
            self.sheet = axes = sheet(fig)
            write(axes, 14, 29, "requests", ha="left", size=NORMAL, weight="bold")
            self.requests = [Box(axes, LEFT + 40 * i, 14, REQUEST, REQUEST, name) for i, name in enumerate(REQUESTS)]
            write(axes, 14, 72, "files on disk", ha="left", size=NORMAL, weight="bold")
            places = {name: 88 + 36 * i for i, name in enumerate(MODELS)}
            self.files = {name: Box(axes, 14, y, 120, 30, f"{name}: {MODELS[name]} MB") for name, y in places.items()}
            write(axes, LEFT, 72, "in memory", ha="left", size=NORMAL, weight="bold")
            self.total = write(axes, LEFT + WIDE, 72, ha="right")
            style = "round,pad=0,rounding_size=2"
            frame = FancyBboxPatch((LEFT, TOP), WIDE, HIGH, style, facecolor=FAINT, edgecolor=MUTED, linewidth=0.9)
            axes.add_patch(frame)
            write(axes, LEFT, TOP - 16, "goes first", ha="left", color=QUIET)
            write(axes, LEFT + WIDE, TOP - 16, "used last", ha="right", color=QUIET)
            self.chips = {name: _Chip(axes, name) for name in MODELS}
            self.arrow = Arrow(axes, [(134, 100), (LEFT, TOP)], color=ACCENT)
            self.note = write(axes, LEFT, 222, ha="left", size=NORMAL, linespacing=1.4)

    def update(self, request, pin_a):
        """request 1 to 8; pin_a: whether the model a is pinned."""
        check_whole(request, "request", 1, len(REQUESTS))
        pinned = ("a",) if pin_a else ()
        change = changes(pinned=pinned)[request - 1]
        for i, box in enumerate(self.requests):
            box.mark(i == request - 1)
        for name, box in self.files.items():
            box.mark(name == change.name)
        self._place(change, pinned)
        taken = sum(MODELS[name] for name in change.loaded)
        self.total.set_text(f"{taken} of {BUDGET} MB")
        said = _sentence(change, pinned)
        self.note.set_text(said.replace("; ", "\n"))
        inside = ", ".join(name + " (pinned)" * (name in pinned) for name in change.loaded)
        return f"Request {request}, model {change.name}: {said}. In memory: {inside}; {taken} of {BUDGET} MB."

    def _place(self, change, pinned):
        x = LEFT
        for chip in self.chips.values():
            chip.hide()
        for name in change.loaded:
            self.chips[name].show(x, MODELS[name] * WIDE / BUDGET, name in pinned)
            x += MODELS[name] * WIDE / BUDGET
        came = change.word == "loaded"
        start = self.files[change.name].right
        middle = x - MODELS[change.name] * WIDE / BUDGET / 2
        self.arrow.move([start, (192, start[1]), (192, 185), (middle, 185), (middle, TOP + HIGH)])
        for artist in self.arrow.artists:
            artist.set_visible(came)


class _Chip:
    """A model in memory, as wide as its bytes; a thick orange frame where it is pinned."""

    def __init__(self, axes, name):
        self.name = name
        style = "round,pad=0,rounding_size=3"
        self.patch = axes.add_patch(FancyBboxPatch((LEFT, TOP + 4), 1, HIGH - 8, style, facecolor=tints(0.3)))
        self.text = write(axes, LEFT, TOP + HIGH / 2, size=NORMAL, weight="bold")

    def show(self, x, width, pinned):
        self.patch.set_bounds(x + 2, TOP + 4, width - 4, HIGH - 8)
        self.patch.set(visible=True, edgecolor=LIMIT if pinned else ACCENT, linewidth=2.2 if pinned else 0.9)
        words = f"{self.name}, pinned" if pinned else self.name
        self.text.set(text=words, x=x + width / 2, visible=True)

    def hide(self):
        self.patch.set_visible(False)
        self.text.set_visible(False)


def _sentence(change, pinned) -> str:
    size = MODELS[change.name]
    if change.word == "answered":
        return f"{change.name} is in memory and answers; now it was used last"
    if change.word == "refused":
        free = BUDGET - sum(MODELS[name] for name in pinned)
        return f"{change.name} takes {size} MB, and {free} MB is all that can be free; refused, and nothing goes"
    goes = f"{' and '.join(change.gone)} must go; " if change.gone else "there is room; "
    return f"{goes}{change.name} is loaded and answers"
