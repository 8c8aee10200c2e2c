"""The tables of the lesson on detection: what each stage of a recipe keeps and costs, and what each part loses."""

from statistics import mean

from edukit.table import Table

HEADS = "stage", "mAP@.5, %", "mAP@[.5:.95], %", "kB", "ms for an image"


def recipe(rows, runtime: str = "onnxruntime") -> Table:
    """A row for each stage in one runtime: means over the seeds, and from the lowest to the highest where they differ.

    rows   as `experiments.detection.detector.measured` has them: stage, seed, runtime, map50, map, bytes, latency_ms
    """
    stages = {}
    for row in rows:
        if row.runtime == runtime:
            stages.setdefault(row.stage, []).append(row)
    return Table(HEADS, [(stage, *_cells(found)) for stage, found in stages.items()])


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
    spread = [_spread([100 * getattr(row, name) for row in rows]) for name in ("map50", "map")]
    return *spread, f"{mean(row.bytes for row in rows) / 1000:,.0f}", f"{mean(row.latency_ms for row in rows):.2f}"


def _spread(values) -> str:
    ends = f"{min(values):.1f} to {max(values):.1f}"
    return f"{mean(values):.1f} ({ends})" if len(values) > 1 else f"{values[0]:.1f}"
