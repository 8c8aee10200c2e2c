"""How pytest compares the notebooks: standard error (progress bars) and HTML (measured figures) never.

What is solved in them is remembered in a folder of its own, not in that of whoever runs them.
"""

import os
import tempfile

os.environ.setdefault("EDUKIT_HOME", tempfile.mkdtemp(prefix="edukit_"))


def pytest_collectstart(collector):
    if type(collector).__name__ == "IPyNbFile":
        collector.skip_compare += ("stderr", "text/html")
