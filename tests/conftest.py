"""How notebooks are compared: standard error (progress bars) and HTML never, and each kernel on two threads."""

import os

THREADS = {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}


class Notebooks:
    """Registered by hand: the notebooks lie outside this folder, where a conftest's own hooks do not reach."""

    def pytest_collectstart(self, collector):
        if type(collector).__name__ == "IPyNbFile":
            collector.skip_compare += ("stderr", "text/html")


def pytest_configure(config):
    for name, count in THREADS.items():
        os.environ.setdefault(name, count)
    config.pluginmanager.register(Notebooks())
