"""The space of the complete table: its choices, the network that they make, and what that network reached.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.experiments.search.search_table import SPACE, CompleteTable
from edukit.plots.drawings.search.search_space import SpaceDrawing


class TableSpacePlot(SpaceDrawing):
    """The space as a drawing; each architecture with its own MACs and accuracy, from the table."""

    def __init__(self, fig, table: CompleteTable):
        everything = list(SPACE.enumerate())
        most = max(table.cost(architecture)["macs"] for architecture in everything)
        best = max(table.score(architecture) for architecture in everything)
        super().__init__(fig, SPACE, drawn_parts, lambda a: (table.cost(a)["macs"], table.score(a)), most, best)

    def update(self, block, kernel, width, depth, pool):
        """An option of each choice."""
        return self.show({"block": block, "kernel": kernel, "width": width, "depth": depth, "pool": pool})


def drawn_parts(architecture: dict) -> list[tuple[str, str]]:
    """The parts of the network, with the size of the image that they work on."""
    pool = architecture["pool"]
    size = "4 × 4" if pool == "early" else "8 × 8"
    kernel = f"{architecture['kernel']} × {architecture['kernel']}"
    block = (architecture["block"], f"{kernel} on {size}")
    stem = ("stem", "3 × 3, halved" if pool == "early" else "3 × 3")
    head = ("head", "halved, linear" if pool == "late" else "linear")
    return [stem, *[block] * architecture["depth"], head]
