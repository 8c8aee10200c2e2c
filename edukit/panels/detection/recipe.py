"""The tables of the lesson on detection: what each stage of a recipe keeps and costs, and what each part loses."""

from statistics import mean

from edukit.table import Table

HEADS = "stage", "runtime", "mAP@.5, %", "mAP@[.5:.95], %", "kB", "ms for an image"


def recipe(rows) -> Table:
    """A row for each stage and runtime: means over the seeds, and from the lowest to the highest where they differ.

    rows   as `experiments.detection.detector.measured` has them: stage, seed, runtime, map50, map, bytes, latency_ms
    """
    stages = {}
    for row in rows:
        stages.setdefault((row.stage, row.runtime), []).append(row)
    return Table(HEADS, [(*names, *_cells(found)) for names, found in stages.items()])


def parts(rows, bits: int = 3) -> Table:
    """What is left when the weights of one part have so many bits, with the points that are lost.

    rows   as `edukit.experiments.detection.detector_bits.measured` has them; the part "none" is the float detector
    """
    whole = next(row for row in rows if row.part == "none")
    heads = f"{bits} bits in", "mAP@.5, %", "points lost", "mAP@[.5:.95], %", "points lost"
    cells = [
        [row.part, *_left(row.map50, whole.map50), *_left(row.map, whole.map)]
        for row in rows
        if row is whole or row.bits == bits
    ]
    return Table(heads, cells)


def _left(score, whole) -> tuple[str, str]:
    return f"{100 * score:.1f}", f"{100 * (whole - score):.1f}"


def _cells(rows):
    scores = [_spread([100 * getattr(row, name) for row in rows], ".1f") for name in ("map50", "map")]
    return *scores, f"{mean(row.bytes for row in rows) / 1000:,.0f}", _spread([row.latency_ms for row in rows], ".2f")


def _spread(values, form) -> str:
    low, high = (f"{end:{form}}" for end in (min(values), max(values)))
    return f"{mean(values):{form}}" + (f" ({low} to {high})" if low != high else "")
