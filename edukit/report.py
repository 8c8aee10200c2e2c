"""The benchmark's results for people: a table in the terminal, a page with pictures, and the figures as JSON."""

import html
import json
import os
import tempfile
from base64 import b64encode
from pathlib import Path
from string import Template

from edukit import data as datasets
from edukit.checked import check_seed
from edukit.deployment.benchmark import FILE_HEADS, HEADS, Result, benchmark, figures, file_figures
from edukit.deployment.device.energy import SOURCE
from edukit.deployment.under_load import HEADS as LOAD_HEADS
from edukit.disk.sealed import remove_orphans, with_check, write_atomically
from edukit.plots.benchmark import LatencyPlot, SizePlot
from edukit.plots.picture import Picture
from edukit.table import Table

FILES = "Each file in its runtime, loaded and run for the first time in a process of its own"
LOAD = "Under load: two threads against one, and a long run on one thread without a pause"
CLAIMS = "What articles claim, and what this run measured"


def run(name: str = "digits", *, seed: int = 0, output: str | None = None, sustained_s: float = 10.0) -> str:
    """Run the benchmark on a data set by name, write it to the folder `output` if given, and return the text.

    sustained_s   seconds that INT8 runs without a pause in each runtime
    The folder is tried first and filled at the end: stopping earlier leaves it as it was, and where it cannot be filled
    the text is printed before the error is raised. Raises ValueError for an output that cannot be written, for a time
    that is not positive.
    """
    seed = check_seed(seed)
    data = datasets.digits(size=32) if name == "digits" else datasets.load(name)
    target = None if output is None else _checked_target(output)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "models").mkdir()
        result = benchmark(data, seed=seed, folder=folder / "models", sustained_s=sustained_s)
        if target is None:
            return text(result)
        try:
            (folder / "report.html").write_text(page(result), encoding="utf-8")
            (folder / "results.json").write_text(json.dumps(with_check(result.as_dict()), indent=1), encoding="utf-8")
            _move(folder, target)
        except BaseException:
            print(text(result))  # minutes of work
            raise
    return f"{text(result)}\n\nWritten to {target}"


def text(result: Result) -> str:
    """The table of stages, each with its ratio to the teacher, and the claims with their verdicts."""
    claims = [f"{c.verdict:<19} {c.source}  {c.text}: {_measured(c)}{_because(c)}" for c in result.claims]
    stages = Table(HEADS, _rows(result.stages)).text()
    files = [FILES, _files(result).text(2), "", LOAD, _loads(result).text(2)]
    return "\n".join([_title(result), "", stages, "", *files, "", CLAIMS, *claims, "", _notes(result)])


def page(result: Result) -> str:
    """One HTML page with its pictures inside; it needs no network."""
    pictures = [Picture(plot, figsize=(7.2, 3.4), stages=result.stages) for plot in (SizePlot, LatencyPlot)]
    claims = [(c.source, c.text, _measured(c), c.verdict + _because(c)) for c in result.claims]
    return Template(PAGE).substitute(
        title=html.escape(_title(result)),
        heading=CLAIMS,
        stages=Table(HEADS, _rows(result.stages)).html(),
        told=FILES,
        files=_files(result).html(),
        load=LOAD,
        loads=_loads(result).html(),
        claims=Table(("article", "claim", "measured", "verdict"), claims).html(),
        pictures="".join(_figure(picture) for picture in pictures),
        notes=html.escape(_notes(result)),
    )


def _files(result) -> Table:
    return Table(FILE_HEADS, [file_figures(s) for s in (*result.stages, *result.quantized, *result.elsewhere)])


def _loads(result) -> Table:
    return Table(LOAD_HEADS, [found.row for found in result.under_load])


def _rows(stages) -> list[tuple[str, ...]]:
    """Each stage's figures, and below them their ratios to the teacher, the first stage."""
    pairs = [(figures(stage), _ratios(stage, stages[0])) for stage in stages]
    return [pairs[0][0], *(row for pair in pairs[1:] for row in pair)]


def _ratios(stage, teacher) -> tuple[str, ...]:
    def ratio(of):
        return f"{of(teacher) / of(stage):.1f}x less"

    points = 100 * (stage.accuracy - teacher.accuracy)
    return (
        "",
        ratio(lambda s: s.parameters),
        ratio(lambda s: s.macs),
        ratio(lambda s: s.size_bytes),
        f"{points:+.1f} points",
        ratio(lambda s: s.latency.median_s),
        ratio(lambda s: s.latency.p90_s),
        ratio(lambda s: s.energy_j),
    )


def _title(result) -> str:
    return f"edukit bench: {result.data}, seed {result.seed}"


def _notes(result) -> str:
    speed = result.speed
    milli = [1e3 * latency.median_s for latency in (speed.eager, speed.float_file, speed.int8_file)]
    machine = ", ".join(f"{name} {value}" for name, value in result.machine.items())
    return (
        f"MobileNetV1 at 224x224, one thread: eager torch {milli[0]:.1f} ms, ONNX Runtime FP32 {milli[1]:.1f} ms, "
        f"INT8 {milli[2]:.1f} ms.\nAccuracy and latency: the exported file in its runtime, one image, one thread. "
        f"Energy: an estimate from {SOURCE}\nMeasured on: {machine}"
    )


def _measured(claim) -> str:
    return claim.measured + (f"; {claim.over_stages}" if claim.over_stages else "")


def _because(claim) -> str:
    return f" ({claim.because})" if claim.because and not claim.holds else ""


def _figure(picture) -> str:
    png = b64encode(picture.png()).decode()
    words = html.escape(picture.description)
    return f'<figure><img alt="{words}" src="data:image/png;base64,{png}"><figcaption>{words}</figcaption></figure>'


def _checked_target(output: str) -> Path:
    """Before minutes of work: the folder and its models/ take a file each, and only files are in the way."""
    if not output:
        raise ValueError(f"output must name a folder, got {output!r}")
    folder = Path(output).expanduser()
    try:
        for place in (folder, folder / "models"):
            _try(place)
    except (OSError, ValueError) as error:
        raise ValueError(f"output must be a folder that takes files, {folder} is not: {error}") from error
    for path in [folder / "report.html", folder / "results.json", *(folder / "models").glob("*")]:
        if path.is_symlink() or path.exists() and not path.is_file():
            raise ValueError(f"output must hold no link or folder in the place of a file, got {path}")
    return folder


def _try(folder: Path) -> None:
    """Write a file into the folder and take it away again, with all folders that were made for it."""
    folder = Path(os.path.abspath(folder))
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    finally:
        for path in made:
            path.rmdir()


def _move(source: Path, target: Path) -> None:
    """Write every file beside its place; then, when all are on the disk, rename them: a full disk changes nothing.

    results.json is taken away first and comes last: where it lies, all files beside it are of its run.
    """
    (target / "models").mkdir(parents=True, exist_ok=True)
    remove_orphans(target, ".edukit-*")
    with tempfile.TemporaryDirectory(prefix=".edukit-", dir=target) as beside:
        staged = Path(beside)
        (staged / "models").mkdir()
        files = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
        for file in files:
            write_atomically(staged / file, (source / file).read_bytes())
        (target / "results.json").unlink(missing_ok=True)
        for file in files:
            os.replace(staged / file, target / file)


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>$title</title>
<style>
 body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 68rem; margin: 2rem auto; padding: 0 1rem }
 table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
 th, td { padding: .3rem .7rem; border-bottom: 1px solid #e6e8eb; white-space: nowrap }
 th { color: #555; font-weight: 600; white-space: normal; vertical-align: bottom }
 .words td { white-space: normal }
 figure { margin: 2rem 0 } img { max-width: 100% } figcaption, .notes { color: #555; white-space: pre-line }
</style>
<h1>$title</h1>
$stages
$pictures
<h2>$told</h2>
$files
<h2>$load</h2>
$loads
<h2>$heading</h2>
<div class="words">$claims</div>
<p class="notes">$notes</p>
</html>
"""
