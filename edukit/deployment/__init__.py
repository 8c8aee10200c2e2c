"""Deployment: from a model in Python to a file that a phone's runtime runs, and what it costs there.

files/        a model leaves Python, and stays whole
runtimes/     one Session for every runtime
explain/      the operators that are really executed, and why they are not faster
snippets/     code for an app that fits a file: Kotlin, Swift, ArkTS
device/       profiles of devices; latency, energy and heat, estimated
manager/      many models on disk, a few in memory, one that answers
compressing/  the smallest file of any model within a budget
pipeline.py   by hand: teacher, student, fewer channels, INT8
phone/        the benchmark in a phone's browser, and the board of a class
benchmark.py  every stage measured
speed.py      one large network in eager torch and in two files
machine.py    on which machine figures were measured
claims.py     claims of articles beside it, with verdicts
protocol.py   how two files are timed so that the answer holds tomorrow
fresh.py      load, first run and memory, in a process of its own
under_load.py  a file on two threads, and in a long run without a pause
compared.py   compare(a, b): two files side by side, with a verdict
interfaces.py  what the interfaces of 2024 became
tradeoff.py   Pareto front, small enough, standard error
"""

from edukit.deployment.benchmark import Result, benchmark
from edukit.deployment.compared import Compared, compare
from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.compress import compress
from edukit.deployment.compressing.result.found import Compressed
from edukit.deployment.device.energy import Energy, energy
from edukit.deployment.device.profiles import Device, devices
from edukit.deployment.explain.executed import operators
from edukit.deployment.explain.explained import Explanation, explain
from edukit.deployment.explain.fusion import Fusion, fusion
from edukit.deployment.files.export import export
from edukit.deployment.files.parity import Parity, parity
from edukit.deployment.manager.manager import ModelManager
from edukit.deployment.phone.board import PhoneBoard
from edukit.deployment.runtimes.session import Session, load
from edukit.deployment.snippets.written import snippet

__all__ = [
    "Budget",
    "Compared",
    "Compressed",
    "Device",
    "Energy",
    "Explanation",
    "Fusion",
    "ModelManager",
    "Parity",
    "PhoneBoard",
    "Result",
    "Session",
    "benchmark",
    "compare",
    "compress",
    "devices",
    "energy",
    "explain",
    "export",
    "fusion",
    "load",
    "operators",
    "parity",
    "snippet",
]
