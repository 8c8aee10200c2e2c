"""The processor's own energy counter (RAPL), where the machine lets it be read: joules MEASURED, beside the estimate.

    E = (counter after - counter before) / calls        the counter wraps around at max_energy_range_uj

The counter is that of the whole processor, other programs and idle cores included: measure on a quiet machine.

Source    https://www.kernel.org/doc/html/latest/power/powercap/powercap.html
In production  Android's Power Stats HAL, Xcode's energy gauge; a power meter for what is quoted
"""

from collections.abc import Callable
from pathlib import Path

from edukit.refuse import check_whole

FOLDER = Path("/sys/class/powercap")


def measured_energy(fn: Callable[[], object], calls: int = 100, folder: Path = FOLDER) -> float | None:
    """Joules of one call, of all processor packages; None where no counter can be read, as in most virtual machines.

    >>> measured_energy(lambda: None, folder=Path("nowhere")) is None
    True
    """
    check_whole(calls, "calls")
    counters = _readable(folder)
    if not counters:
        return None
    before = [_number(counter / "energy_uj") for counter in counters]
    for _ in range(calls):
        fn()
    after = [_number(counter / "energy_uj") for counter in counters]
    used = sum(
        now - then if now >= then else now - then + _number(counter / "max_energy_range_uj")
        for counter, then, now in zip(counters, before, after, strict=True)
    )
    return used / 1e6 / calls


def _readable(folder) -> list[Path]:
    """The counters of whole packages, intel-rapl:0, intel-rapl:1, …, and not those of their parts."""
    found = []
    for counter in sorted(folder.glob("intel-rapl:*")):
        if counter.name.count(":") == 1:
            try:
                _number(counter / "energy_uj")
            except (OSError, ValueError):
                continue
            found.append(counter)
    return found


def _number(file) -> int:
    return int(file.read_text())
