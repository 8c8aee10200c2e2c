"""The machine on which figures were measured: without it, a time says nothing."""

import platform
from pathlib import Path

import numpy as np
import torch


def machine() -> dict[str, str]:
    """Where the figures come from: processor, system and versions."""
    import onnxruntime

    return {
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "onnxruntime": onnxruntime.__version__,
        "numpy": np.__version__,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    return names[0] if names else platform.processor() or platform.machine()
