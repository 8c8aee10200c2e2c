"""One thread for every test and every notebook's kernel: sums in one order, and no waiting for a busy neighbour."""

import os

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
