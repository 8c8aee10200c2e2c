"""Finish: the chosen network is tested once, written for every runtime, and reported.

file in ONNX Runtime ─ test images, once ─→ quality        all files ─ parity ─→ the same answers?
original beside it ─ in turns ─→ latency                   all of it ─ one rename ─→ the output folder
"""

import shutil
from dataclasses import asdict, replace
from pathlib import Path

from edukit.deployment.compressing.choice import timed
from edukit.deployment.compressing.quality import Quality
from edukit.deployment.compressing.result.card import card
from edukit.deployment.compressing.result.found import Compressed, Look, front_table, steps_table
from edukit.deployment.compressing.result.notes import notes
from edukit.deployment.compressing.result.output import put_in_place, staged, write_files, write_report, write_snippets
from edukit.deployment.files.parity import parity
from edukit.deployment.runtimes.session import load, session_of
from edukit.training.labelled import class_axis

ASKED = 64  # rows of the parity


def finished(networks, chosen, found, rows, beside, budget, formats, folder) -> Compressed:
    """The result of a search, with its files in the folder where there is one.

    chosen, found, rows, beside   of choice.py, search.py, what was tried, and what files weigh beside their tensors
    """
    x = networks.examples.calibration.x
    original = networks.starts["model"]
    sessions = {"original": session_of(networks.original, "onnxruntime"), "file": load(chosen.path)}
    latency = timed(sessions, x[:1].numpy())
    quality = Quality(original, networks.examples.test, networks.settings.measure)
    test = Look(quality.kind, quality.original, quality.of(sessions["file"]), len(quality.x))
    plain = beside["model"]["plain"]
    whys = [row["why"] for row in rows.values() if row["why"]]
    answers = quality.answers
    classes = answers.shape[class_axis(answers)] if test.kind == "accuracy" else 0
    result = Compressed(
        model=chosen.model,
        candidate=chosen.candidate,
        budget=budget,
        fits=not chosen.excess,
        nearest=budget.widened(chosen.size_bytes, chosen.loss, chosen.latency.p90_s),
        size_bytes=chosen.size_bytes,
        loss=chosen.loss,
        latency=latency["file"],
        original_bytes=plain,
        original_latency=latency["original"],
        test=test,
        steps=steps_table(chosen, rows, beside, plain, networks.quality.original, test.kind),
        front=front_table(found, chosen.candidate, test.kind),
        parity=None,
        notes=notes(networks.examples, test, classes, chosen.candidate, budget, whys),
    )
    return result if folder is None else _with_files(result, networks, chosen, formats, folder)


def _with_files(result, networks, chosen, formats, folder: Path) -> Compressed:
    """The same result, with everything in the folder."""
    x = networks.examples.calibration.x
    with staged(folder) as place:
        staging = Path(place) / "whole"
        staging.mkdir()
        shutil.copy(chosen.path, staging / "model.onnx")
        files = {"onnx": staging / "model.onnx"}
        files |= write_files(chosen.model, x, staging, [format for format in formats if format != "onnx"])
        paths = [path for path in files.values() if isinstance(path, Path)]
        missing = [f"No file for {name}: {why}" for name, why in files.items() if isinstance(why, str)]
        missing += write_snippets(paths, staging)
        beside = parity(chosen.model, paths, networks.examples.validation.x[:ASKED])
        placed = {name: folder / path.name if isinstance(path, Path) else path for name, path in files.items()}
        result = replace(result, parity=beside, files=placed, notes=[*result.notes, *missing], output=folder)
        name = type(networks.starts["model"]).__name__
        words = card(name, result, load(paths[0]), paths, networks.settings)
        write_report(f"{name}, compressed", result._repr_html_(), _results(result, networks.settings), words, staging)
        put_in_place(staging, folder)
    return result


def _results(result, settings) -> dict:
    """The figures for programs."""
    return {
        "candidate": asdict(result.candidate),
        "budget": asdict(result.budget),
        "fits": result.fits,
        "nearest": asdict(result.nearest),
        "size_bytes": result.size_bytes,
        "original_bytes": result.original_bytes,
        "validation_loss": result.loss,
        "test": asdict(result.test),
        "latency_p90_s": result.latency.p90_s,
        "original_latency_p90_s": result.original_latency.p90_s,
        "seed": settings.seed,
        "steps": settings.steps,
        "files": {name: path.name if isinstance(path, Path) else path for name, path in result.files.items()},
        "notes": result.notes,
    }
