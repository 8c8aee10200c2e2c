"""Why is it not faster? Time by operator, beside what this machine can do, and the causes by name.

    explain(path)  =  profile(path)  +  roofline()  →  a table, and one sentence with the dearest cause

ONNX Runtime's profiler tells shapes as well, so that MACs and the share of the peak are known. ExecuTorch's tells times
and types. LiteRT has one, and does not hand it to Python.

In production  the runtimes' profilers and Netron, read by somebody who knows the causes
"""

from collections import defaultdict
from dataclasses import dataclass

from edukit.checked import checked
from edukit.deployment.explain.causes import Cause, causes
from edukit.deployment.explain.profile import Profile, profile
from edukit.deployment.explain.roofline import Machine, roofline
from edukit.deployment.explain.xnnpack import profile_executorch
from edukit.deployment.runtimes.session import runtime_of
from edukit.table import Table

PROFILES = {"onnxruntime": profile, "executorch": profile_executorch}
HEADS = ("operator", "computes in", "calls", "time, µs", "of the time", "MACs", "GMAC/s", "of the peak")


@dataclass(frozen=True)
class Explanation:
    """Where the time of a file goes.

    integer_share    of the time, in integer operators; conversions and moves of data not among them
    layout_changes   how many operators only move numbers to other places
    causes           the dearest first; none where the arithmetic itself is what takes the time
    """

    profile: Profile
    machine: Machine
    causes: list[Cause]

    @property
    def integer_share(self) -> float:
        return self.profile.share(self.profile.of("integer"))

    @property
    def layout_changes(self) -> int:
        return len(self.profile.of("layout"))

    @property
    def cause(self) -> Cause | None:
        """The dearest one."""
        return self.causes[0] if self.causes else None

    @property
    def table(self) -> Table:
        """A row for each kind of operator, the slowest first."""
        kinds = defaultdict(list)
        for call in self.profile.calls:
            kinds[call.kind, call.role].append(call)
        slowest = sorted(kinds.values(), key=lambda calls: -sum(call.time_s for call in calls))
        return Table(HEADS, [_row(calls, self) for calls in slowest], "The time of each kind of operator in a table.")

    @property
    def sentence(self) -> str:
        """The dearest cause with its number; without one, what the arithmetic reaches."""
        facts = (
            f"{len(self.profile.calls)} calls, {self.layout_changes} of them layout changes; "
            f"{self.integer_share:.0%} of the time in integer operators"
        )
        if self.cause:
            why = f"{self.cause.name} ({self.cause.cost:.0%} of the time): {self.cause.number}; {self.cause.remedy}"
            others = "".join(f"; also {cause.name} ({cause.cost:.0%})" for cause in self.causes[1:])
            return f"{facts}. Slowed by {why}{others}."
        return f"{facts}. No cause by name: {_reached(self.profile, self.machine)}."

    def __str__(self):
        return f"{self.table.text(2)}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self.table.html()}<p>{self.sentence}</p>"


@checked
def explain(path, inputs=None, *, threads: int = 1) -> Explanation:
    """Why a file is not faster: time by operator, the roofline of this machine, the causes by name.

    path     of an .onnx file, or of a .pte file, whose operators tell their times and types alone
    inputs   one batch as torch or numpy, or a tuple of batches; drawn in the file's shapes where it is None
    Raises ValueError for a file that is missing, damaged or cannot be run, for inputs that do not fit, and for LiteRT,
    which has no profiler in Python; ModuleNotFoundError where the runtime is not installed.
    """
    runtime = runtime_of(path)
    if runtime not in PROFILES:
        raise ValueError(
            f"path must end in .onnx or .pte, got {path}: {runtime} gives Python no profiler. operators(path) counts "
            "what it executes, compare(a, b) times whole files, benchmark_model --enable_op_profiling=true asks a phone"
        )
    found = PROFILES[runtime](path, inputs, threads=threads)
    machine = roofline(threads)
    return Explanation(found, machine, causes(found, machine))


def _row(calls, explanation: Explanation) -> tuple[str, ...]:
    time_s = sum(call.time_s for call in calls)
    macs = sum(call.macs for call in calls)
    speed = macs / time_s if time_s else 0.0
    role = calls[0].role
    return (
        calls[0].kind,
        role,
        f"{len(calls)}",
        f"{1e6 * time_s:,.1f}",
        f"{explanation.profile.share(calls):.0%}",
        f"{macs:,}" if macs else "",
        f"{speed / 1e9:.1f}" if macs else "",
        f"{speed / explanation.machine.peak(role):.0%}" if macs else "",
    )


def _reached(profile: Profile, machine: Machine) -> str:
    """What the slowest role of arithmetic reaches, and what integers could add to a float file."""
    if profile.runtime != "onnxruntime":
        return f"the profiler of {profile.runtime} tells no shapes, and so no MACs"
    layers = [call for call in profile.calls if call.macs]
    if not layers:
        return "it multiplies no matrices"
    least_s = sum(call.macs / machine.peak(call.role) for call in layers)
    reached = f"its layers reach {least_s / sum(call.time_s for call in layers):.0%} of this machine's peak"
    if any(call.role == "integer" for call in layers):
        return reached
    return f"{reached} in float, and INT8 has {machine.integer_macs_s / machine.float_macs_s:.1f} times that peak"
