"""What one inference costs in energy: an ESTIMATE from published figures, never a measurement.

    E = MACs · (E_multiply + E_add) + bytes of weights and activations · E_DRAM

Each weight is read from DRAM once; each layer reads its input from there and writes its output. Left out are what
caches save, biases, norms, pooling, control and leakage: use the ratio of two models, not the absolute number.

Symbols   E energies of one operation in joules, 45 nm silicon, from the source below
Source    Horowitz, Computing's energy problem, ISSCC 2014, https://doi.org/10.1109/ISSCC.2014.6757323, figure 1.1.9
"""

from dataclasses import dataclass

from edukit.checked import checked
from edukit.refuse import check_number

SOURCE = (
    "Horowitz, Computing's energy problem, ISSCC 2014, 45 nm: multiplications, additions, and weights and activations "
    "from DRAM."
)
PICO = 1e-12
# joules: (multiply, add) of one multiply-accumulate; int8 products are added up in int32
MAC_J = {"float32": (3.7 * PICO, 0.9 * PICO), "int8": (0.2 * PICO, 0.1 * PICO)}
DRAM_J_PER_BYTE = 640 * PICO / 4  # 640 pJ for a 32-bit read


@dataclass(frozen=True)
class Energy:
    """An estimate in joules, in its two parts."""

    compute_j: float
    memory_j: float

    @property
    def total_j(self) -> float:
        return self.compute_j + self.memory_j


@checked
def energy(macs: int, weight_bytes: int, precision: str = "float32", *, activation_bytes: int = 0) -> Energy:
    """The estimated energy of one inference.

    macs               multiply-accumulate operations
    weight_bytes       bytes of all weights as stored
    activation_bytes   bytes that layers read and write, each counted as one access to DRAM
    Raises ValueError for negative numbers or an unknown precision.

    >>> round(energy(10**6, 0).total_j * 1e6, 2), round(energy(10**6, 0, "int8").total_j * 1e6, 2)
    (4.6, 0.3)
    """
    if precision not in MAC_J:
        raise ValueError(f"precision must be one of {', '.join(MAC_J)}, got {precision!r}")
    counts = {"macs": macs, "weight_bytes": weight_bytes, "activation_bytes": activation_bytes}
    for name, count in counts.items():
        check_number(count, name)
        if count < 0:
            raise ValueError(f"{name} must not be negative, got {count}")
    return Energy(macs * sum(MAC_J[precision]), (weight_bytes + activation_bytes) * DRAM_J_PER_BYTE)
