"""The live board: a code to photograph, and what the phones of a class measure, drawn as it comes.

    phone ─ post ─> PhoneBoard.results ─ told ─> a thread of its own draws the latest ─> picture, number of phones
    lock, remove, clear, close ─> PhoneBoard

Names are drawn into the picture as pixels; widgets and sentences know phones by their numbers. A question may stand
before it: then figures show once there is a guess. Until the first phone comes, and in a page without a kernel, an
example shows that says what it is.
"""

import threading
import time
from functools import partial
from html import escape

import ipywidgets as widgets

from edukit.deployment.phone.board import PhoneBoard
from edukit.experiments.deployment.phone_example import MODELS, SAID, example
from edukit.panels.box import Box
from edukit.panels.predict import Prediction
from edukit.plots import Picture
from edukit.plots.deployment.phone_board import PhoneBoardPlot, size_of
from edukit.plots.deployment.phone_heat import PhoneHeatPlot, warmed

LEAST_PAUSE_S = 0.5  # between two pictures; a slow one waits three times as long as it took
_WHOLE = {"description_width": "initial"}
_WIDE = {"width": "max-content"}


def phone_figures(board: PhoneBoard | None = None) -> Picture:
    """What the phones have posted, once; the example where none has, or where there is no board.

    >>> phone_figures().description[:45]
    'Example: Chromium on a server, opened three t'
    """
    rows = board.rows() if board else []
    rows, models, said = (rows, board.models, "") if rows else (example(), MODELS, SAID)
    return Picture(partial(PhoneBoardPlot, rows=rows, models=models, said=said), figsize=size_of(rows))


def phone_heat(board: PhoneBoard) -> Picture:
    """How phones that ran a file for a minute slowed down, once."""
    return Picture(partial(PhoneHeatPlot, rows=board.rows(), models=board.models), figsize=(8.5, 2.8))


class LiveBoard(Box):
    """A board for phones in a notebook: its code, its controls and its figures, which change as phones post.

    Of several for one board the newest follows it.
    prediction   a question about the figures, which show once it is decided; its number is how many times faster
                 INT8 is, and is drawn as a line
    """

    _newest = None  # one board runs at a time

    def __init__(self, board: PhoneBoard, prediction: Prediction | None = None):
        self.board = board
        self.prediction = prediction
        self._code, self._status, self._image, self._heat = (widgets.HTML() for _ in range(4))
        self._lock = widgets.ToggleButton(description="lock: no more results", layout=_WIDE)
        self._phone = widgets.Dropdown(description="phone number", style=_WHOLE, layout={"width": "180px"})
        self._remove = widgets.Button(description="remove this phone", layout=_WIDE)
        self._clear = widgets.Button(description="clear the board", layout=_WIDE)
        self._close = widgets.Button(description="close the board", layout=_WIDE)
        self._lock.observe(lambda change: board.lock(change["new"]), "value")
        self._remove.on_click(lambda _: board.remove(self._phone.value))
        self._clear.on_click(lambda _: board.clear())
        self._close.on_click(lambda _: board.close())
        controls = [self._lock, self._phone, self._remove, self._clear, self._close]
        row = widgets.HBox(controls, layout={"flex_flow": "row wrap"})
        super().__init__([self._code, self._status, row, self._image, self._heat])
        self._told = threading.Event()
        board.results.watch(self._told.set)
        if prediction:
            prediction.when_decided(self._told.set)
        self.show()
        LiveBoard._newest = self
        threading.Thread(target=self._follow, name="edukit board", daemon=True).start()

    @property
    def decided(self) -> bool:
        """Whether figures may show."""
        return self.prediction is None or self.prediction.decided

    def show(self) -> None:
        """Show what there is now."""
        rows, running = self.board.rows(), self.board.running
        numbers = list(dict.fromkeys(row.number for row in rows))
        self._code.value = self.board._repr_html_()
        self._status.value = f'<div aria-live="polite">{self._said(len(numbers), running)}</div>'
        if tuple(numbers) != tuple(self._phone.options):
            chosen = self._phone.value
            self._phone.options = numbers
            self._phone.value = chosen if chosen in numbers else next(iter(numbers), None)
        self._remove.disabled = self._clear.disabled = not numbers
        self._lock.disabled = self._close.disabled = not running
        self._image.value = self._picture().frame().html() if self.decided else ""
        self._heat.value = phone_heat(self.board).frame().html() if self.decided and warmed(rows) else ""

    def _picture(self) -> Picture:
        picture = phone_figures(self.board)
        if self.prediction:
            picture.mark(self.prediction.guess)
        return picture

    def _said(self, count, running) -> str:
        came = f"{count} phone{'' if count == 1 else 's'} posted"
        waits = "" if self.decided else " The figures show once you have answered the question above."
        state = "locked" if self.board.results.locked else "open" if running else "closed"
        return f"The board is {state}: {came}.{waits}"

    def _follow(self):
        """Draw after each change, in a thread of its own: a post waits for no picture, and a class for no cell."""
        while self.board.running and LiveBoard._newest is self:
            self._told.wait()
            self._told.clear()
            began = time.monotonic()
            self.show()
            time.sleep(max(LEAST_PAUSE_S, 3 * (time.monotonic() - began)))
        self.show()

    def remains(self) -> tuple[dict, dict]:
        """The figures, or the example; folded under the question where there is one."""
        picture = phone_figures(self.board)
        data, metadata = picture.frame().bundle()
        if self.prediction is None:
            return {name: data[name] for name in ("image/png", "text/plain")}, metadata
        summary = f"Your guess first: {escape(self.prediction.question)} Then open this."
        page = f"<details><summary>{summary}</summary>{data['text/html']}</details>"
        return {"text/html": page, "text/plain": data["text/plain"]}, {}
