"""Deployment: from a model in Python to a file that a phone's runtime runs, and what it costs there."""

from edukit.deployment.benchmark import Result, benchmark
from edukit.deployment.device.energy import Energy, energy
from edukit.deployment.explain.executed import operators
from edukit.deployment.files.export import export
from edukit.deployment.pipeline import compress
from edukit.deployment.runtimes.session import Session, load

__all__ = ["Energy", "Result", "Session", "benchmark", "compress", "energy", "export", "load", "operators"]
