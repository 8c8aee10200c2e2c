"""What the phones of a class measured: each phone's latency, INT8 against FP32 on it, the spread, the accuracy.

Names that phones gave themselves are drawn here, as pixels; no sentence and no page holds one.
"""

from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font

from edukit.deployment.phone.compared import Phone, pair, phones, spread
from edukit.plots.style import BLUE, FLOAT, GREEN, INK, MUTED, ORANGE, QUANTIZED, RED, dark, guess_line, house

LETTERS = 16  # of a name; the number beside it tells two phones apart
SHOWN = 40  # more phones would be rows of less than a letter's height
NOBODY = "No phone has posted yet."
OTHERS = GREEN, ORANGE, RED  # of models that are neither of the two compared
EMPTY = "\u25a1"  # stands for a letter that the font does not have


def size_of(rows) -> tuple[float, float]:
    """Inches of a picture of these rows."""
    count = min(len({row.number for row in rows}), SHOWN)
    return 8.5, 1.9 + 0.26 * max(count, 3)


class PhoneBoardPlot:
    """A row for each phone, the fastest above: medians on the left, how many times faster INT8 is on the right."""

    def __init__(self, fig, rows, models, said: str = ""):
        """rows: of a PhoneBoard; models: its entries; said: what stands above, such as where an example is from."""
        self.models = models
        self.pair = pair(models)
        self.said = said
        self.phones = _by_speed(phones(rows, models), (self.pair or [model["name"] for model in models])[-1])
        shown = self.phones[:SHOWN]
        with house():
            self.times, self.faster = fig.subplots(1, 2, width_ratios=(1.6, 1))
            self._draw_times(shown)
            self._draw_faster(shown)
            more = f"{len(self.phones) - SHOWN} more phones are not shown" if len(self.phones) > SHOWN else ""
            title = " · ".join(part for part in (said, more) if part) or None
            if title:
                fig.suptitle(title, color=dark(RED), fontsize=10, x=0.01, ha="left", parse_math=False)

    def update(self):
        """Nothing moves; the sentence names no phone."""
        if not self.phones:
            return NOBODY
        times = [self._said_time(model["name"]) for model in self.models]
        return " ".join(filter(None, (self._said_count(), *times, self._said_faster(), self._said_answers())))

    def mark(self, guess):
        """The reader's guess: how many times faster INT8 is."""
        guess_line(self.faster, guess)

    def _draw_times(self, shown):
        axes = self.times
        colors = colors_of(self.models)
        for model, color in colors.items():
            there = [(y, phone.rows[model].posted) for y, phone in enumerate(shown) if model in phone.rows]
            ys, medians = [y for y, _ in there], [1e3 * posted.median_s for _, posted in there]
            axes.hlines(ys, medians, [1e3 * posted.p90_s for _, posted in there], color, linewidth=2, alpha=0.4)
            axes.plot(medians, ys, "o", color=color, label=model, markersize=6)
            if len(medians) > 2:
                axes.axvline(spread(medians)[1], color=color, linewidth=1, linestyle="--")
        names = [f"{phone.number}  {_drawable(phone.name)}" for phone in shown]
        axes.set_yticks(range(len(shown)), names)
        for label in axes.get_yticklabels():
            label.set_parse_math(False)
        axes.set(xlabel="ms an image; line: to the slowest tenth", ylim=(max(len(shown), 3) - 0.4, -0.6))
        _scale(axes, [1e3 * time for phone in shown for time in _ends(phone)])
        axes.grid(False, axis="y")
        if shown:
            look = {"frameon": False, "borderpad": 0.1, "handletextpad": 0.2}
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(colors), **look)
        else:
            axes.text(0.5, 0.5, NOBODY, transform=axes.transAxes, ha="center", color=MUTED)

    def _draw_faster(self, shown):
        axes = self.faster
        values = [(y, phone.faster) for y, phone in enumerate(shown) if phone.faster is not None]
        axes.axvline(1, color=INK, linewidth=1)
        for y, value in values:
            axes.barh(y, value - 1, left=1, height=0.5, color=QUANTIZED if value >= 1 else ORANGE)
            axes.text(value, y, f" {value:.2g} ", va="center", ha="left" if value >= 1 else "right", color=INK)
        low, _, high = spread([1, *(value for _, value in values)])
        axes.set(xlim=(low - 0.35 * (high - low + 0.4), high + 0.35 * (high - low + 0.4)), ylim=self.times.get_ylim())
        axes.set(xlabel="INT8: times as fast as FP32", yticks=[])
        axes.text(1, 1.01, "as fast", transform=axes.get_xaxis_transform(), ha="center", va="bottom", color=INK)
        axes.grid(False, axis="y")
        for y, phone in enumerate(shown):
            axes.text(1.02, y, _accuracies(phone, self.models), transform=axes.get_yaxis_transform(), va="center")
        if any(_accuracies(phone, self.models) for phone in shown):
            axes.text(1.02, 1.01, "right, %", transform=axes.transAxes, va="bottom")

    def _said_count(self):
        return f"{self.said}." if self.said else f"{len(self.phones)} phone{'s' if len(self.phones) > 1 else ''}."

    def _said_time(self, model):
        found = [time for phone in self.phones if (time := phone.median_s(model)) is not None]
        if not found:
            return ""
        low, middle, high = (_number(1e3 * time) for time in spread(found))
        return f"{model} takes {middle} ms an image{'' if low == high else f' in the median, {low} to {high}'}."

    def _said_faster(self):
        found = [phone.faster for phone in self.phones if phone.faster is not None]
        if not found:
            return ""
        low, middle, high = (f"{value:.2g}" for value in spread(found))
        where = "" if low == high else f" in the median, from {low} to {high} times"
        return f"INT8 is {middle} times as fast as FP32{where}."

    def _said_answers(self):
        rows = [row for phone in self.phones for row in phone.rows.values() if row.same is not None]
        others = len({row.number for row in rows if row.same < 1})
        if not rows:
            return ""
        if not others:
            return "Every answer is that of the same file in Python."
        return f"{others} of {len(self.phones)} phones name an image otherwise than the same file in Python."


def colors_of(models) -> dict[str, str]:
    """One colour for each model: grey and blue for the two that are compared."""
    both = pair(models)
    fixed = dict(zip(both, (FLOAT, QUANTIZED), strict=True)) if both else {models[0]["name"]: BLUE}
    rest = (model["name"] for model in models if model["name"] not in fixed)
    return {**fixed, **dict(zip(rest, (*OTHERS, *[MUTED] * len(models)), strict=False))}


def _by_speed(found: list[Phone], model: str) -> list[Phone]:
    return sorted(found, key=lambda phone: (phone.median_s(model) is None, phone.median_s(model) or 0, phone.number))


def _ends(phone: Phone):
    return (time for row in phone.rows.values() for time in (row.posted.median_s, row.posted.p90_s))


def _scale(axes, values):
    """From 0, or logarithmic where the slowest phone takes more than eight times as long as the fastest."""
    if not values:
        axes.set(xlim=(0, 1), xticks=[])
    elif max(values) > 8 * min(values):
        axes.set(xscale="log", xlim=(0.8 * min(values), 1.25 * max(values)))
        ticks = [base * 10.0**power for power in range(-3, 6) for base in (1, 2, 5)]
        inside = [tick for tick in ticks if 0.8 * min(values) <= tick <= 1.25 * max(values)]
        axes.set_xticks(inside, [f"{tick:g}" for tick in inside])
        axes.minorticks_off()
    else:
        axes.set(xlim=(0, 1.1 * max(values)))


def _accuracies(phone: Phone, models) -> str:
    """Percent of the images that each model names right, in the order of the models."""
    found = [phone.rows[model["name"]].accuracy for model in models if model["name"] in phone.rows]
    return " / ".join(f"{100 * share:.0f}" for share in found if share is not None)


def _number(value: float) -> str:
    """Two digits, without an exponent.

    >>> _number(0.01234), _number(123.4)
    ('0.012', '120')
    """
    return f"{float(f'{value:.2g}'):g}"


def _drawable(name: str) -> str:
    """The name, not too long, with an empty square for each letter that the font lacks.

    >>> _drawable("Łukasz 小明"), _drawable("a" * 24)
    ('Łukasz □□', 'aaaaaaaaaaaaaaa…')
    """
    short = name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
    return "".join(letter if ord(letter) in _letters() else EMPTY for letter in short)


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())
