"""compress(model, data, budget): the smallest file of any model that keeps a budget.

    starts → shares of the channels, trained → precisions → the smallest file within the budget → one look at the test

Everything is from this kit: channels go by shrink_to_macs, training is distillation from the original, bits go by
quantize_model. The search asks validation images alone.

Cost      with the default of six shares for each start: six trainings of `steps` steps, 24 quantizations, and up to
          six files written
Source    the order of the steps: Han, Mao, Dally 2016, https://arxiv.org/abs/1510.00149
In production  Olive, NNCF, AIMET: the same ladder, with the passes chosen by hand
"""

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from torch import nn

from edukit.deployment.benchmark import installed_formats
from edukit.deployment.compressing.budget import as_budget
from edukit.deployment.compressing.candidates import Networks, Settings, tried
from edukit.deployment.compressing.choice import choose
from edukit.deployment.compressing.examples import as_examples
from edukit.deployment.compressing.result.finish import finished
from edukit.deployment.compressing.result.found import Compressed
from edukit.deployment.compressing.result.output import checked_output
from edukit.deployment.compressing.search import candidates, overheads, search
from edukit.deployment.compressing.starts import check_starts, digest, starts
from edukit.deployment.files.export import FORMATS
from edukit.disk.journal import Journal
from edukit.signatures import passes_on
from edukit.training import threads


@passes_on(Settings)
def compress(
    model: nn.Module,
    data,
    budget,
    *,
    student: nn.Module | None = None,
    formats: Sequence[str] | None = None,
    output: str | Path | None = None,
    journal: str | Path | None = None,
    executor: Executor | None = None,
    progress: bool = True,
    **how,
) -> Compressed:
    """The smallest file found of a model within a budget, or the nearest to it; the model itself is not changed.

    model      any nn.Module of one input and one array of answers, in float32
    data       images (N, …), at least 40; (images, labels); a split, a DataLoader; or a data set with four splits
    budget     a Budget, or a dict of its limits: max_bytes, max_loss in points, max_latency_s
    student    a smaller network for the same task, from which channels may go as well; it learns from the model first
    formats    of the files: "onnx", "executorch", "litert"; None: all that can be written here
    output     a new or empty folder for files, parity, card and code; None: nothing is written
    journal    a file that keeps what is known, so that a search which was killed goes on; None: beside the output
    executor   any concurrent.futures.Executor; processes must be able to get model and augment
    **how      the fields of `Settings`: shares, refined, steps, learning_rate, augment, measure, seed
    Raises TypeError and ValueError for what is none of these, before any work.

    >>> import torch
    >>> from edukit.training import seeded
    >>> with seeded(0):
    ...     net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 4))
    ...     images = torch.rand(60, 8)
    >>> quick = dict(shares=[1], refined=0, steps=0, formats=["onnx"], progress=False)
    >>> found = compress(net, images, {"max_loss": 20}, **quick)
    >>> found.fits, found.size_bytes < found.original_bytes
    (True, True)
    """
    budget = as_budget(budget)
    check_starts(model, student)
    settings = Settings(**how)
    formats = _checked_formats(formats)
    folder = checked_output(output)
    examples = as_examples(data, model, settings.seed)
    place = _journal_path(journal, folder)
    with threads(1), tempfile.TemporaryDirectory() as scratch:
        beside = place and place.with_name(f"{place.name}.student")
        about = digest(model, student, examples, settings)
        known = Journal(place, about)
        networks = Networks(starts(model, student, examples, settings, beside, about, progress), examples, settings)
        original = networks.quality.original
        weights = _beside(networks, known, executor)

        def run(wanted, most):
            tasks = {f"{start} {share} below {most:g}": (networks, start, share, most) for start, share in wanted}
            words = "compress" if progress else ""
            return dict(zip(wanted, known.values(tasks, tried, executor, words).values(), strict=True))

        rows = search(weights, run, budget, original, shares=settings.shares, refined=settings.refined)
        found = candidates(rows, weights, original)
        if not found:
            raise ValueError(f"model cannot be compressed: {next(iter(rows.values()))['why']}")
        chosen = choose(networks, found, budget, Path(scratch))
        result = finished(networks, chosen, found, rows, weights, budget, formats, folder)
    if folder is not None and journal is None:
        for path in (place, beside):
            path.unlink(missing_ok=True)
    return result


def _beside(networks, known, executor) -> dict[str, dict]:
    """What the files of each start weigh beside their tensors."""
    tasks = {f"overhead of {start}": (networks, start) for start in networks.starts}
    return dict(zip(networks.starts, known.values(tasks, overheads, executor).values(), strict=True))


def _journal_path(journal, folder) -> Path | None:
    """The journal's path; beside the output where none is given."""
    if journal is not None:
        return Path(journal)
    if folder is None:
        return None
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder.with_name(f"{folder.name}.journal")


def _checked_formats(formats) -> list[str]:
    found = installed_formats() if formats is None else list(formats)
    if unknown := [format for format in found if format not in FORMATS]:
        raise ValueError(f"formats must be of {', '.join(FORMATS)}, got {unknown[0]!r}")
    return found if "onnx" in found else ["onnx", *found]
