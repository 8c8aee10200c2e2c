"""What zeros weigh and how long they take: `python -m edukit.experiments.pruning.sparse_speed` measures both.

    dense product    rows · columns · batch multiplications, zeros among them
    sparse product   (1 - s) of them, and for each an index to read and a jump in memory

Symbols   s sparsity
Shapes    w (rows, columns) @ x (columns, batch), the linear layer of a small network
Bound     none that is worth much: a dense kernel multiplies 8 or 16 neighbours at once, a sparse one looks each up.
          So half as many multiplications take longer than all of them; the crossing point is measured, not computed
Source    Elsen et al. 2019, https://arxiv.org/abs/1911.09723: kernels for sparse convolutions on phones
In production  torch.sparse; XNNPACK's sparse kernels for 1x1 convolutions; 2:4 on NVIDIA's sparse tensor cores only
"""

import tempfile
import warnings
from collections.abc import Iterable

import numpy as np
import torch
from torch import nn

from edukit.deployment import export, load
from edukit.inputs import as_inputs
from edukit.measure import Latency, latencies
from edukit.networks import trained
from edukit.pruning.channels.budget import shrink_to_macs
from edukit.pruning.weights.mask import magnitude_mask, two_four_mask
from edukit.pruning.weights.model_masks import apply_masks, n_m_masks, prune_model
from edukit.pruning.weights.storage import stored_bytes
from edukit.training import threads

SPARSITIES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)


def matmul_latencies(
    shape=(512, 512), batch: int = 64, sparsities: Iterable[float] = SPARSITIES, *, repeats: int = 50
) -> dict[str, Latency]:
    """Seconds of w @ x on this machine, one thread: dense, dense with zeros, and CSR at each sparsity.

    shape        of w, (rows, columns)
    sparsities   0 to below 1
    Keys are "dense", "zeros 50%" and "csr 50%", ...; all are timed in turns.

    >>> list(matmul_latencies((8, 8), 4, [0.5], repeats=1))
    ['dense', 'zeros 50%', 'csr 50%']
    """
    w = _drawn(shape)
    x = _drawn((shape[1], batch))
    calls = {"dense": lambda: w @ x}
    for sparsity in sparsities:
        zeros = w * magnitude_mask(w, sparsity)
        csr = _as_csr(zeros)
        calls[f"zeros {sparsity:.0%}"] = lambda zeros=zeros: zeros @ x
        calls[f"csr {sparsity:.0%}"] = lambda csr=csr: csr @ x
    with threads(1):
        return latencies(calls, warmup=3, repeats=repeats)


def weights_bytes(shape=(512, 512), sparsities: Iterable[float] = SPARSITIES) -> dict[str, dict[str, int]]:
    """{row: {format: bytes}} of one weight as float16: dense, CSR and bitmask at each sparsity, and 2:4.

    >>> weights_bytes((64, 64), [0.9])["90%"]
    {'dense': 8192, 'csr': 1360, 'bitmask': 1332}
    """
    w = _drawn(shape).half().numpy()
    rows = {f"{sparsity:.0%}": w * magnitude_mask(w, sparsity) for sparsity in sparsities}
    found = {
        row: {format: stored_bytes(v, format) for format in ("dense", "csr", "bitmask")} for row, v in rows.items()
    }
    return found | {"2:4": {format: stored_bytes(w * two_four_mask(w), format) for format in ("dense", "2:4")}}


def variants(model: nn.Module, example) -> dict[str, nn.Module]:
    """The model, its zeros, and the model with fewer channels: {name: model}.

    "90% zeros" and "2:4 zeros" are as large as the model; "half of the MACs" is shrunken, and "in fours" too, with
    numbers of channels that are multiples of 4

    >>> net = nn.Sequential(nn.Linear(8, 30), nn.ReLU(), nn.Linear(30, 4))
    >>> {name: variant[0].out_features for name, variant in variants(net, torch.zeros(1, 8)).items()}
    {'dense': 30, '90% zeros': 30, '2:4 zeros': 30, 'half of the MACs': 15, 'in fours': 12}
    """
    return {
        "dense": model,
        "90% zeros": prune_model(model, 0.9),
        "2:4 zeros": apply_masks(model, n_m_masks(model, 2, 4)),
        "half of the MACs": shrink_to_macs(model, example, 0.5, scope="layer", multiple=1),
        "in fours": shrink_to_macs(model, example, 0.5, scope="layer", multiple=4),
    }


def network_latencies(models: dict[str, nn.Module], example, *, repeats: int = 50) -> dict[str, Latency]:
    """Seconds of one input in ONNX Runtime, one thread, the models taking turns, such as those of `variants`.

    example   one batch; its first row is timed

    >>> list(network_latencies({"one": nn.Linear(8, 2)}, torch.zeros(1, 8), repeats=2))
    ['one']
    """
    row = as_inputs(example)[0][:1]
    with tempfile.TemporaryDirectory() as folder:
        sessions = {name: load(export(m, row, f"{folder}/{i}.onnx")) for i, (name, m) in enumerate(models.items())}
        calls = {name: lambda run=run: run(row.numpy()) for name, run in sessions.items()}
        return latencies(calls, warmup=3, repeats=repeats)


def _drawn(shape) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=shape).astype(np.float32))


def _as_csr(w):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls its CSR tensors a beta
        return w.to_sparse_csr()


def main() -> None:
    """Print both tables."""
    for row, sizes in weights_bytes().items():
        dense = sizes["dense"]
        print(
            f"{row:>4s}  " + "   ".join(f"{format} {size:7,} B ({size / dense:.2f})" for format, size in sizes.items())
        )
    net = trained("shapes_residual")
    image = torch.zeros(1, 3, 32, 32)
    for found in (matmul_latencies(), network_latencies(variants(net, image), image)):
        dense_s = found["dense"].median_s
        for name, latency in found.items():
            print(f"{name:>20s}  {1e6 * latency.median_s:8.1f} µs  {latency.median_s / dense_s:5.2f} times dense")


if __name__ == "__main__":
    main()
