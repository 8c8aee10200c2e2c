"""One thread for every test and every notebook's kernel: sums in one order, and no waiting for a busy neighbour."""

import os

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")


def pytest_collection_modifyitems(items):
    """The browser goes through all lessons one after the other: that comes first, while there is other work."""
    items.sort(key=lambda item: "tests/browser/" not in item.nodeid)
