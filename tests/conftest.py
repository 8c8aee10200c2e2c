"""One thread for every test and every notebook's kernel: sums in one order, and no waiting for a busy neighbour.

What is solved in a test is remembered in a folder of its own, not in that of whoever runs the tests.
"""

import os
import tempfile

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("EDUKIT_HOME", tempfile.mkdtemp(prefix="edukit_"))


def pytest_collection_modifyitems(items):
    """The browser goes through all lessons one after the other: that comes first, while there is other work."""
    items.sort(key=lambda item: "tests/browser/" not in item.nodeid)
