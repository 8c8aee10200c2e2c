"""Peak memory, against arrays whose size is known."""

import subprocess
import sys
import threading

import pytest

from edukit.measure import peak_memory

PEAKS = """
import time
import numpy as np
from edukit.measure import peak_memory

def freed():
    array = np.ones(2**27, np.uint8)
    time.sleep(0.1)
    del array

print(peak_memory(lambda: np.ones(2**26, np.uint8)), peak_memory(freed), peak_memory(lambda: None))
"""


def test_peak_memory_sees_what_is_kept_and_what_is_freed():
    """In a process of its own: one that has run a thousand tests gives memory back at moments of its own."""
    printed = subprocess.run([sys.executable, "-c", PEAKS], capture_output=True, text=True, check=True).stdout
    kept, freed, nothing = (int(size) / 2**20 for size in printed.split())
    # MiB: the array, and what else the process does meanwhile
    assert 60 < kept < 80 and 120 < freed < 150 and nothing < 10


def test_peak_memory_passes_errors_on_and_ends_its_thread():
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        peak_memory(lambda: 1 / 0)
    assert threading.active_count() == before
