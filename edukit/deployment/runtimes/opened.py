"""An opened file: what a runtime has made of it, in the same form for all of them.

run([array, …])  →  [array, …]        arrays of exactly the types and shapes that the file wants
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Opened:
    """A function that runs the file, and what goes in and comes out.

    inputs, outputs   names -> shapes; a free axis is a string; None where a shape is unknown
    types             of the inputs, as the caller gives them; None where the runtime decides
    output_types      of the outputs; none where they are unknown
    row_by_row        whether the file takes one row at a time where the batch is free
    """

    run: Callable[[list[np.ndarray]], list[np.ndarray]]
    inputs: dict[str, tuple | None]
    outputs: dict[str, tuple | None]
    types: list[np.dtype | None]
    row_by_row: bool = False
    output_types: list[np.dtype] = field(default_factory=list)
