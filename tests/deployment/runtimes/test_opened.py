"""A session asks what was opened for exactly what the file wants."""

import numpy as np

from edukit.deployment.runtimes.opened import Opened
from edukit.deployment.runtimes.session import Session


def test_row_by_row_the_file_sees_one_row_and_shared_inputs_whole():
    seen = []

    def run(arrays):
        seen.append([array.shape for array in arrays])
        return [arrays[0] * 2, np.float32(7)]

    shapes = {"x": ("batch", 2), "mask": (3,)}
    opened = Opened(run, shapes, {"y": ("batch", 2), "constant": ()}, [np.dtype(np.float32)] * 2, row_by_row=True)
    x = np.arange(8, dtype=np.float64).reshape(4, 2)
    doubled, constant = Session(opened, "a runtime", 1)(x, np.zeros(3))
    np.testing.assert_array_equal(doubled, 2 * x)
    assert constant == 7 and seen == [[(1, 2), (3,)]] * 4
