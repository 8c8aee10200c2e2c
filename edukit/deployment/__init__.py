"""Deployment: from a model in Python to a file that a phone's runtime runs, and what it costs there."""

from edukit.deployment.benchmark import Result, benchmark
from edukit.deployment.device import Energy, energy
from edukit.deployment.export import export
from edukit.deployment.pipeline import compress
from edukit.deployment.runtimes import Session, load, operators

__all__ = ["Energy", "Result", "Session", "benchmark", "compress", "energy", "export", "load", "operators"]
